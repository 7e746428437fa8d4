import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { CliHost } from "../../src/cli/host.js";
import { SpecificationError } from "../../src/problem/errors.js";
import { MissingPackagesError } from "../../src/report/drawing.js";
import { type Checkpoint, Interrupted } from "../../src/run/output.js";
import { inspection } from "../report/fixture.js";
import { filesIn, kalmia, output, temporaryFolder } from "./fixture.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const file = join("examples", "nile.yaml");
const results = join("examples", "runs", "nile");

/** A folder with the examples and their data. */
function examples(): string {
  const folder = temporaryFolder();
  for (const part of ["examples", "data"]) {
    cpSync(join(root, part), join(folder, part), {
      recursive: true,
      filter: (path) => basename(path) !== "runs",
    });
  }
  return folder;
}

const state = (epoch: number): Checkpoint => ({ version: 2, learning: { epoch, rate: 0.1 + 0.2 } });

/** A runner that hands over checkpoints, then stops as if asked to. */
const interrupted: CliHost["runExperiment"] = async (_, host) => {
  host.checkpoint(state(1));
  host.checkpoint(state(2));
  throw new Interrupted();
};

test("a run writes all its results beside the experiment file", async () => {
  const folder = examples();
  const { code, stdout, stderr } = await kalmia(["run", file], folder);
  expect(code).toBe(0);
  expect(filesIn(join(folder, results))).toEqual([
    "experiment.json",
    join("figures", "states.png"),
    join("figures", "states.svg"),
    "manifest.json",
    "report.html",
    "result.json",
    "states.csv",
  ]);
  expect(stdout).toMatchInlineSnapshot(`
    "nile  kalman on linear, 1 cycle, 0.250 s
    log-likelihood  -632.546

    parameter              start  learned  ± s.e.  90 % interval
    processNoise.variance   1000     1469    1280  305.2 to 7071
    observations.variance  10000    15099       –              –

    warning: the Hessian is not positive definite
    "
  `);
  expect(stderr).toBe("report: examples/runs/nile/report.html\n");
});

test("what was seen inside a network has a line of the summary, and a file", async () => {
  const folder = examples();
  const inspected = {
    ...output,
    inspection,
    result: {
      ...output.result,
      inspection: {
        rmse: inspection.rmse,
        bias: { mean: 0.02, sd: 0.001 },
        gain: inspection.gain,
        distances: inspection.distances,
      },
    },
  };
  const { code, stdout } = await kalmia(["run", file], folder, {
    runExperiment: async () => inspected,
  });
  expect(code).toBe(0);
  expect(stdout).toContain(
    "inside  bias 0.020 ± 0.0010, distance 0.0340 to the EnKF-N, 0.0320 to the static covariance\n",
  );
  const saved = JSON.parse(readFileSync(join(folder, results, "inspection.json"), "utf8"));
  expect(saved).toEqual(inspection);
});

test("experiment.json holds the resolved experiment", async () => {
  const folder = examples();
  await kalmia(["run", file], folder);
  const saved = JSON.parse(readFileSync(join(folder, results, "experiment.json"), "utf8"));
  expect(saved.specification).toMatchObject({ name: "nile", method: { kind: "kalman" } });
  expect(saved.hash).toMatch(/^[0-9a-f]{64}$/);
});

test("--json prints one object and nothing else on stdout", async () => {
  const { code, stdout } = await kalmia(["run", file, "--json"], examples());
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(output.result);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
});

test("--json prints one object for wrong input and for a failure too", async () => {
  const folder = examples();
  const wrong = await kalmia(["run", "gone.yaml", "--json"], folder);
  expect(JSON.parse(wrong.stdout).error).toMatchObject({ kind: "input" });
  const failed = await kalmia(["run", file, "--json"], folder, {
    runExperiment: async () => {
      throw new Error("pivot 3 is -1");
    },
  });
  expect(JSON.parse(failed.stdout)).toEqual({
    error: { kind: "failure", message: "pivot 3 is -1" },
  });
  const usage = await kalmia(["run", "--json"], folder);
  expect(JSON.parse(usage.stdout).error).toMatchObject({ kind: "usage" });
});

test("what only the run finds wrong in the file has file, line and key", async () => {
  const { code, stderr } = await kalmia(["run", file], examples(), {
    runExperiment: async () => {
      throw new SpecificationError("method.initial.mean[0]", "the model settles down");
    },
  });
  expect(code).toBe(2);
  expect(stderr).toContain(
    "examples/nile.yaml:15:43 method.initial.mean[0]: the model settles down\n",
  );
});

test("--output names the folder of the results, from where the command is given", async () => {
  const folder = examples();
  const { stderr } = await kalmia(["run", file, "--output", "elsewhere"], folder);
  expect(stderr).toBe("report: elsewhere/report.html\n");
  expect(existsSync(join(folder, "elsewhere", "result.json"))).toBe(true);
});

test("results cannot go where a file is", async () => {
  const folder = examples();
  const { code, stderr } = await kalmia(["run", file, "--output", join(file, "x")], folder);
  expect(code).toBe(2);
  expect(stderr).toContain("results cannot go there");
});

test("a run that diverges is written, says so and exits with 1, without NaN", async () => {
  const folder = examples();
  const result = { ...output.result, spread: null, logLikelihood: null, diverged: true };
  const run = await kalmia(["run", file, "--json"], folder, {
    runExperiment: async () => ({ ...output, result }),
  });
  expect(run.code).toBe(1);
  expect(JSON.parse(run.stdout)).toMatchObject({ diverged: true, logLikelihood: null });
  expect(run.stderr).toContain("diverged");
  expect(readFileSync(join(folder, results, "result.json"), "utf8")).not.toContain("NaN");
});

test("a run that fails leaves the results of the one before, and no stack", async () => {
  const folder = examples();
  await kalmia(["run", file], folder);
  const before = readFileSync(join(folder, results, "result.json"), "utf8");
  const failing = { runExperiment: () => Promise.reject(new TypeError("no")) };
  const failed = await kalmia(["run", file], folder, failing);
  expect(failed).toEqual({
    code: 1,
    stdout: "",
    stderr: "kalmia: the run failed: TypeError: no\n",
  });
  expect(readFileSync(join(folder, results, "result.json"), "utf8")).toBe(before);
  const debug = await kalmia(["run", file], folder, { ...failing, env: { KALMIA_DEBUG: "1" } });
  expect(debug.stderr).toContain("run.test.ts");
});

test("numbers are kept when the report fails", async () => {
  const folder = examples();
  const { code, stderr } = await kalmia(["run", file], folder, {
    renderReport: () => Promise.reject(new Error("no font")),
  });
  expect(code).toBe(1);
  expect(stderr).toBe(
    "kalmia: the report could not be made: no font\nresults: examples/runs/nile\n",
  );
  expect(filesIn(join(folder, results))).toEqual([
    "experiment.json",
    "manifest.json",
    "result.json",
    "states.csv",
  ]);
});

test("where the packages that draw are not installed, a run is well and says what to install", async () => {
  const folder = examples();
  const missing = new MissingPackagesError("the packages are not installed; `npm install these`");
  const { code, stderr } = await kalmia(["run", file], folder, {
    renderReport: () => Promise.reject(missing),
  });
  expect(code).toBe(0);
  expect(stderr).toBe(
    "there is no report: the packages are not installed; `npm install these`\nresults: examples/runs/nile\n",
  );
  expect(filesIn(join(folder, results))).toEqual([
    "experiment.json",
    "manifest.json",
    "result.json",
    "states.csv",
  ]);
});

test("a stop leaves the last checkpoint and says how to go on; --resume gets it to the bit", async () => {
  const folder = examples();
  const stopped = await kalmia(["run", file], folder, { runExperiment: interrupted });
  expect(stopped.code).toBe(1);
  expect(stopped.stderr).toBe("stopped; go on with: kalmia run examples/nile.yaml --resume\n");
  expect(filesIn(join(folder, results))).toEqual(["checkpoint.json"]);

  let given: Checkpoint | undefined;
  const resumed = await kalmia(["run", file, "--resume"], folder, {
    runExperiment: async (_, __, resume) => {
      given = resume;
      return output;
    },
  });
  expect(resumed.code).toBe(0);
  expect(given).toEqual(state(2));
  expect(filesIn(join(folder, results))).not.toContain("checkpoint.json");
});

test("a crash leaves the last checkpoint", async () => {
  const folder = examples();
  await kalmia(["run", file], folder, {
    runExperiment: async (_, host) => {
      host.checkpoint(state(1));
      host.checkpoint(state(2));
      throw new Error("crash");
    },
  });
  const saved = JSON.parse(readFileSync(join(folder, results, "checkpoint.json"), "utf8"));
  expect(saved.state).toEqual(state(2));
});

test("a checkpoint is written at once and then at most every two seconds", async () => {
  const folder = examples();
  let time = 0;
  const epochs: number[] = [];
  await kalmia(["run", file], folder, {
    now: () => time,
    runExperiment: async (_, host) => {
      for (let epoch = 0; epoch < 50; epoch++) {
        host.checkpoint(state(epoch));
        const text = readFileSync(join(folder, results, "checkpoint.json"), "utf8");
        epochs.push(JSON.parse(text).state.learning.epoch);
        time += 100;
      }
      return output;
    },
  });
  expect([...new Set(epochs)]).toEqual([0, 20, 40]);
});

test("a run without --resume says that it replaces a checkpoint", async () => {
  const folder = examples();
  await kalmia(["run", file], folder, { runExperiment: interrupted });
  const { stderr } = await kalmia(["run", file], folder);
  expect(stderr).toContain("starting anew");
});

test("--resume refuses: no checkpoint, one of another experiment, one that is none", async () => {
  const folder = examples();
  const none = await kalmia(["run", file, "--resume"], folder);
  await kalmia(["run", file], folder, { runExperiment: interrupted });
  const data = join(folder, "data", "nile.csv");
  writeFileSync(data, readFileSync(data, "utf8").replace("1120", "1121"));
  const other = await kalmia(["run", file, "--resume"], folder);
  writeFileSync(join(folder, results, "checkpoint.json"), '{"kalmia":"0.1.0","hash":');
  const garbage = await kalmia(["run", file, "--resume"], folder);
  expect([none.code, other.code, garbage.code]).toEqual([2, 2, 2]);
  expect([none, other, garbage].map(({ stderr }) => stderr).join("")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      examples/runs/nile/checkpoint.json: there is no checkpoint to resume from; run without --resume
    kalmia: 1 problem in the input, nothing was written
      examples/runs/nile/checkpoint.json: belongs to another experiment: the file, its data, the version of Kalmia or the kernels changed since. Undo the change, or run without --resume to start again
    kalmia: 1 problem in the input, nothing was written
      examples/runs/nile/checkpoint.json: is damaged: its checksum does not fit, so its numbers may be wrong. Remove it and run without --resume
    "
  `);
});

test("a comment in the experiment file does not make it another experiment", async () => {
  const folder = examples();
  await kalmia(["run", file], folder, { runExperiment: interrupted });
  const path = join(folder, file);
  writeFileSync(path, `# a remark\n${readFileSync(path, "utf8")}`);
  expect((await kalmia(["run", file, "--resume"], folder)).code).toBe(0);
});

test("the first signal asks the run to stop, and the watch ends with the run", async () => {
  let asked = false;
  let released = false;
  const { code, stderr } = await kalmia(["run", file, "--json"], examples(), {
    watchStop: () => ({
      requested: () => asked,
      lastWords: () => {},
      release: () => {
        released = true;
      },
    }),
    runExperiment: async (_, host) => {
      expect(host.stopRequested()).toBe(false);
      asked = true;
      expect(host.stopRequested()).toBe(true);
      throw new Interrupted();
    },
  });
  expect(code).toBe(1);
  expect(released).toBe(true);
  expect(stderr).toContain("stopped before any checkpoint");
});

test("the last words say what there is: nothing, a checkpoint, the numbers", async () => {
  const said: string[] = [];
  await kalmia(["run", file], examples(), {
    watchStop: (first) => {
      said.push(first.stderr);
      return {
        requested: () => false,
        lastWords: ({ stderr }) => said.push(stderr),
        release: () => {},
      };
    },
    runExperiment: async (_, host) => {
      host.checkpoint(state(1));
      host.checkpoint(state(2));
      return output;
    },
  });
  expect(said).toEqual([
    "stopped before any checkpoint\n",
    "stopped; go on with: kalmia run examples/nile.yaml --resume\n",
    "stopped before the report was made; the numbers are in examples/runs/nile\n",
  ]);
});

test("a run that learned leaves its model, and another starts from it", async () => {
  const folder = examples();
  const learned = {
    forcing: { shape: [], values: [8.25] },
    gain: { shape: [2, 1], values: [1, 2] },
  };
  const learning = await kalmia(["run", file], folder, {
    runExperiment: async () => ({ ...output, learned }),
  });
  expect(learning.code).toBe(0);
  expect(filesIn(join(folder, results))).toContain("model.safetensors");
  const next = readFileSync(join(folder, file), "utf8").replace("name: nile", "name: next");
  writeFileSync(join(folder, "examples", "next.yaml"), `${next}start: { from: runs/nile }\n`);
  const given: unknown[] = [];
  const { code } = await kalmia(["run", join("examples", "next.yaml")], folder, {
    runExperiment: async (_, __, resume, saved) => {
      given.push(resume, saved);
      return output;
    },
  });
  expect(code).toBe(0);
  expect(JSON.parse(JSON.stringify(given[1]))).toEqual({
    forcing: { shape: [], values: { 0: 8.25 } },
    gain: { shape: [2, 1], values: { 0: 1, 1: 2 } },
  });
  expect(given[0]).toBeUndefined();
});

test("a run whose memory would not fit is refused with file, line, key and figures; nothing is left", async () => {
  const folder = examples();
  const { runExperiment } = await import("../../src/run/run.js");
  const memory = { process: 190e6, heap: 2 ** 40 };
  const { code, stderr } = await kalmia(["run", file], folder, {
    runExperiment: (specification, host) => runExperiment(specification, { ...host, memory }),
  });
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^ *examples\/nile\.yaml:\d+:\d+ learn\.window: the run would take about 20\d MB, \d+ MB of it for the instructions of what learns; this process has 190 MB\. Take a shorter window, or no refinement/m,
  );
  expect(existsSync(join(folder, results, "result.json"))).toBe(false);
});
