/** A few of the kills of `npm run fuzz -- kills`, with a seed of their own. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { kills } from "../../fuzz/kills.js";

const cli = resolve(import.meta.dirname, "../../dist/cli/main.js");

test("runs that are killed and resumed leave what a run leaves that nobody killed", async () => {
  const { ended, differences } = await kills(36, 3, cli);
  expect(differences).toEqual([]);
  expect(ended.time + ended.operation + ended.torn).toBeGreaterThan(0);
}, 240_000);
