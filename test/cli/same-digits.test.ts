/**
 * The same file gives the same digits on every Node and with every number of threads. The environment
 * variable KALMIA_NODES names other Node programs, separated by colons; the checks of a change set it.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const cli = join(root, "dist/cli/main.js");
const nodes = [process.execPath, ...(process.env.KALMIA_NODES?.split(":") ?? [])].filter(Boolean);

/** Examples, made shorter. Chaotic models make the last digit of one step the first of a later one. */
const experiments: Readonly<Record<string, (text: string) => string>> = {
  "lorenz96-enkf": (text) =>
    text.replace("cycles: 400", "cycles: 120").replace("epochs: 10", "epochs: 2"),
  "kuramoto-sivashinsky": (text) =>
    text.replace("cycles: 300, spinup: 100", "cycles: 120, spinup: 20"),
  "lynx-hare": (text) => text.replace("epochs: 200", "epochs: 10"),
  unseen: (text) => text,
  // Trajectories are divided among threads. The network would take a minute.
  "lorenz96-correction": (text) =>
    text
      .replace(/ {2}correction:.*\n/, "")
      .replace("cycles: 200, spinup: 50", "cycles: 60, spinup: 20"),
};

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kalmia-digits-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The result without what the run was computed on, and the states. */
function digits(name: string, node: string, threads: number): { computed: unknown; all: unknown } {
  const text = readFileSync(join(root, "examples", `${name}.yaml`), "utf8");
  const file = join(folder, `${name}.yaml`);
  const output = join(folder, name);
  writeFileSync(file, experiments[name]!(text).replace("../data/", `${root}/data/`));
  const options = ["--threads", String(threads), "--output", output];
  execFileSync(node, [cli, "run", file, ...options], { stdio: "pipe" });
  const { seconds, cyclesPerSecond, computed, ...result } = JSON.parse(
    readFileSync(join(output, "result.json"), "utf8"),
  );
  return { computed, all: [result, readFileSync(join(output, "states.csv"), "utf8")] };
}

describe.each(Object.keys(experiments))("%s", (name) => {
  test("gives the same digits", { timeout: 300_000 }, () => {
    const here = digits(name, nodes[0]!, 1);
    expect(here.computed).toMatchObject({ kernels: "simd", threads: 1, library: null });
    for (const node of nodes) {
      for (const threads of name === "lorenz96-correction" ? [1, 2] : [1]) {
        const there = digits(name, node, threads);
        expect(there.computed).toMatchObject({ threads });
        expect(there.all).toEqual(here.all);
      }
    }
  });
});
