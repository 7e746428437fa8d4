import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CliHost } from "../../src/cli/host.js";
import { Interrupted, type RunOutput } from "../../src/run/output.js";
import type { Specification } from "../../src/run/specification.js";
import { filesIn, kalmia, output, temporaryFolder } from "./fixture.js";

const text = `
name: both
model: { kind: lorenz96, dimension: 8, forcing: 8 }
time: { step: 0.05, cycles: 10 }
observations: { twin: { operator: identity, variance: 1 } }
method:
  - { kind: 3dvar-c, background: { climatology: 0.02 } }
  - { kind: enkf, members: 20 }
  - { name: large ensemble, kind: enkf, members: 400 }
`;

function folderWithFile(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "examples"));
  writeFileSync(join(folder, "examples", "both.yaml"), text);
  return folder;
}

const file = join("examples", "both.yaml");
const results = join("examples", "runs", "both");

/** As a run of this specification would. */
function outputOf({ method }: Specification): RunOutput {
  const diverges = method.record.kind === "enkf" && method.block.members === 20;
  const divergence = { cycle: 7, time: 0.35, cause: "pivot 3 is −1." };
  const score = { forecast: 0.5123, analysis: 0.4123 };
  return {
    ...output,
    result: {
      ...output.result,
      name: "both",
      method: method.record.kind,
      model: "lorenz96",
      rmse: diverges ? null : score,
      rmseError: diverges ? null : { forecast: 0.012, analysis: 0.0034 },
      spread: diverges ? null : { forecast: 0.5, analysis: 0.4 },
      crps: diverges ? null : 0.2,
      logLikelihood: diverges ? null : -123.45,
      parameters: {},
      diverged: diverges,
      ...(diverges && { divergence }),
      warnings: diverges ? ["The run diverged at cycle 7 (time 0.35): pivot 3 is −1."] : [],
    },
  };
}

const running: CliHost["runExperiment"] = async (specification) => outputOf(specification);

test("each method has a folder; the table has them all, and who diverged", async () => {
  const folder = folderWithFile();
  const { code, stdout, stderr } = await kalmia(["run", file], folder, { runExperiment: running });
  expect(code).toBe(1);
  expect(stdout).toMatchInlineSnapshot(`
    "both  3 methods on lorenz96, 1 cycles of the same observations

    method                   rmse.a         rmse.f  spread.a   crps  log-likelihood  ms/cycle    diverged
    3dvar-c         0.4123 ± 0.0034  0.512 ± 0.012     0.400  0.200          -123.5       250
    enkf                          –              –         –      –               –       250  at cycle 7
    large ensemble  0.4123 ± 0.0034  0.512 ± 0.012     0.400  0.200          -123.5       250

    warning: enkf: The run diverged at cycle 7 (time 0.35): pivot 3 is −1.
    "
  `);
  expect(stderr).toMatchInlineSnapshot(`
    "3dvar-c (1 of 3)
    enkf (2 of 3)
    large ensemble (3 of 3)
    report: examples/runs/both/report.html
    "
  `);
  const files = filesIn(join(folder, results));
  expect(files).toEqual(
    expect.arrayContaining([
      "report.html",
      "result.json",
      join("figures", "comparison.svg"),
      join("3dvar-c", "report.html"),
      join("enkf", "states.csv"),
      join("large-ensemble", "result.json"),
    ]),
  );
});

test("--json is one object with the result of each under its label, as is result.json", async () => {
  const folder = folderWithFile();
  const { stdout } = await kalmia(["run", file, "--json"], folder, { runExperiment: running });
  const comparison = JSON.parse(stdout);
  expect(comparison).toMatchObject({ name: "both", model: "lorenz96", seed: 1, diverged: true });
  expect(comparison.methods.map(({ label }: { label: string }) => label)).toEqual([
    "3dvar-c",
    "enkf",
    "large ensemble",
  ]);
  const { label, ...first } = comparison.methods[0];
  const own = readFileSync(join(folder, results, "3dvar-c", "result.json"), "utf8");
  expect(JSON.parse(own)).toEqual(first);
  expect(comparison.methods[1].divergence.cycle).toBe(7);
  const kept = readFileSync(join(folder, results, "result.json"), "utf8");
  expect(JSON.parse(kept)).toEqual(comparison);
});

test("--resume leaves out what is finished, and goes on from a checkpoint", async () => {
  const folder = folderWithFile();
  const asked: unknown[] = [];
  const stopped = await kalmia(["run", file], folder, {
    runExperiment: async (specification, host) => {
      if (specification.method.record.kind === "3dvar-c") return outputOf(specification);
      host.checkpoint({ version: 2, learning: { epoch: 3 } });
      throw new Interrupted();
    },
  });
  expect(stopped.code).toBe(1);
  expect(stopped.stderr).toContain("stopped; go on with: kalmia run examples/both.yaml --resume\n");
  const resumed = await kalmia(["run", file, "--resume"], folder, {
    runExperiment: async (specification, _, resume) => {
      asked.push([specification.method.record.kind, resume?.learning]);
      return outputOf(specification);
    },
  });
  expect(resumed.stderr).toContain("3dvar-c (1 of 3): done before");
  expect(asked).toEqual([
    ["enkf", { epoch: 3 }],
    ["enkf", undefined],
  ]);
  expect(resumed.stdout).toContain("3dvar-c");
});

test("there must be something to resume", async () => {
  const { code, stderr } = await kalmia(["run", file, "--resume"], folderWithFile());
  expect(code).toBe(2);
  expect(stderr).toContain("examples/runs/both: holds nothing of this experiment to resume from");
});

test("a wish to stop between two methods is heard", async () => {
  const { code, stderr } = await kalmia(["run", file], folderWithFile(), {
    watchStop: () => ({ requested: () => true, lastWords: () => {}, release: () => {} }),
    runExperiment: running,
  });
  expect(code).toBe(1);
  expect(stderr).toContain("stopped; go on with");
});
