import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { relaxedFlags } from "../../bench/builds.js";
import { engineChoice } from "../../src/cli/engine-choice.js";

const choice = (options: Parameters<typeof engineChoice>[0], env: Record<string, string> = {}) =>
  engineChoice(options, env);

test("the same digits are the default, speed a choice, and options come before variables", () => {
  const exact = { kernels: "simd", library: false, threads: null };
  expect(choice({})).toEqual(exact);
  expect(choice({}, { KALMIA_KERNELS: "", KALMIA_BLAS: "" })).toEqual(exact);
  expect(choice({ kernels: "relaxed" })).toEqual({ ...exact, kernels: "relaxed", library: true });
  expect(choice({}, { KALMIA_KERNELS: "relaxed" }).kernels).toBe("relaxed");
  expect(choice({ kernels: "simd" }, { KALMIA_KERNELS: "relaxed" })).toEqual(exact);
  expect(choice({ threads: 3 }).threads).toBe(3);
});

test.each([
  ["0", false],
  ["no", false],
  ["OFF", false],
  ["false", false],
  ["1", true],
  ["yes", true],
  ["On", true],
])("KALMIA_BLAS=%s", (word, library) => {
  for (const kernels of ["simd", "relaxed"] as const) {
    expect(choice({ kernels }, { KALMIA_BLAS: word }).library).toBe(library);
  }
});

test("other words are refused with those that are known", () => {
  expect(() => choice({}, { KALMIA_BLAS: "maybe" })).toThrow(
    'KALMIA_BLAS: the variable is "maybe"; need one of on, 1, yes, true, off, 0, no, false',
  );
  expect(() => choice({}, { KALMIA_KERNELS: "fast" })).toThrow(
    'KALMIA_KERNELS: the variable is "fast"; need one of simd, relaxed',
  );
});

test("--kernels relaxed computes with them, and is refused where the host cannot", () => {
  const folder = mkdtempSync(join(tmpdir(), "kalmia-kernels-"));
  const root = resolve(import.meta.dirname, "../..");
  const run = (flags: readonly string[]) => {
    const args = [
      ...flags,
      join(root, "dist/cli/main.js"),
      "run",
      join(root, "examples/unseen.yaml"),
    ];
    const options = ["--kernels", "relaxed", "--output", folder];
    return spawnSync(process.execPath, [...args, ...options], {
      env: { ...process.env, KALMIA_BLAS: "off" },
      encoding: "utf8",
    });
  };
  try {
    expect(run(relaxedFlags).status).toBe(0);
    const { computed } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
    expect(computed).toMatchObject({ kernels: "relaxed", library: null });
    expect(computed.node).toBe(process.versions.node);
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain(
      "It was computed by the kernels relaxed of Kalmia",
    );
    if (relaxedFlags.length > 0) {
      const { status, stderr } = run([]);
      expect(status).toBe(2);
      expect(stderr).toContain(
        '--kernels: the kernels "relaxed" need relaxed SIMD, which this host does not have; use "simd", or Node 22 or later.',
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
