/** The worked file of the guide is a reproduction, and its number is near the published one. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import {
  type Reproduction,
  runTrials,
  type TrialRecord,
  type TrialStore,
} from "../../src/reproductions/index.js";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/guide/add-a-reproduction.md"), "utf8");
const [file] = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, body]) => body!);

/** A store that keeps nothing. */
const forgetful: TrialStore = {
  of: (kind, trial) => ({
    record: () => null,
    finish: (result, seconds): TrialRecord => ({
      ...{ kind, trial, result, seconds },
      ...{ date: "", version: "", machine: "" },
    }),
    checkpoint: () => null,
    save: () => {},
  }),
};
const host = { progress: () => {}, stopRequested: () => false, timeIsUp: () => false };

test("the file of add-a-reproduction.md gives nearly the published score", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kalmia-reproduction-"));
  try {
    const path = join(folder, "inflation.ts");
    const source = (_: string, up: string, name: string) =>
      JSON.stringify(join(root, up === "../../" ? "src" : "src/reproductions", `${name}.ts`));
    writeFileSync(path, file!.replace(/"((?:\.\.\/)+)([\w/-]+)\.js"/g, source));
    const { inflationScores } = (await import(path)) as { inflationScores: Reproduction };
    const records = await runTrials(inflationScores, "quick", forgetful, host);
    const results = records.map((record) => record!.result);
    const { comparisons, figures } = inflationScores.assemble("quick", results);
    // 500 cycles, 25 decorrelation times, of a score that is given to two digits: a few per cent.
    expect(Math.abs(comparisons[0]!.ours! / 0.18 - 1)).toBeLessThan(0.15);
    expect(figures[0]).toMatchObject({ kind: "curves" });
    const failed = inflationScores.assemble(
      "quick",
      results.map(() => ({ failed: "a test" })),
    );
    expect(failed.comparisons[0]!.ours).toBeNull();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
