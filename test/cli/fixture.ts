/** A command line without a process: streams that remember, a clock, a runner and a report. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { onTestFinished } from "vitest";
import type { CliHost } from "../../src/cli/host.js";
import { main } from "../../src/cli/program.js";
import type { RunOutput } from "../../src/run/output.js";

const ones = { mean: [[1.5], [2]], sd: [[0.1], [0.2]], lower: [[1], [1]], upper: [[2], [3]] };

/** What a run of one variable over one observation, and one step beyond it, gives. */
export const output: RunOutput = {
  result: {
    name: "nile",
    method: "kalman",
    model: "linear",
    seed: 1,
    rmse: null,
    rmseError: null,
    rmsePooled: null,
    spread: { forecast: 2, analysis: 1 },
    crps: null,
    logLikelihood: -632.54563,
    parameters: {
      "processNoise.variance": {
        start: 1000,
        learned: 1469.1,
        standardError: 1280.4,
        interval: [305.2, 7071],
      },
      "observations.variance": {
        start: 10000,
        learned: 15098.5,
        standardError: null,
        interval: null,
      },
    },
    tensors: {},
    cycles: 1,
    seconds: 0.25,
    cyclesPerSecond: 4,
    computed: { kalmia: "0.1.0", node: "20.0.0", kernels: "simd", threads: 1, library: null },
    diverged: false,
    warnings: ["the Hessian is not positive definite"],
  },
  evidence: "likelihood",
  positive: false,
  logarithms: false,
  states: {
    variables: ["flow"],
    times: [1871, 1872],
    observed: 1,
    forecast: ones,
    analysis: ones,
    smoothed: null,
    truth: null,
  },
  observations: {
    timeName: "year",
    times: [1871],
    columns: ["flow"],
    components: [0],
    values: [[1120]],
  },
  innovations: { standardised: [[0.5]], chiSquare: [0.25], degrees: [1] },
  diagnostics: { ranks: null, residuals: null, spectra: null },
  learning: null,
  learned: null,
};

/** An empty folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "kalmia-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** All files under a folder, sorted. */
export function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** A stream that keeps its text. */
export function memory(): Writable & { text: string } {
  const stream = Object.assign(new Writable({ decodeStrings: false }), { text: "" });
  stream._write = (chunk, _encoding, done) => {
    stream.text += chunk;
    done();
  };
  return stream;
}

export interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in `cwd` with a fake runner and report, unless others are given. */
export async function kalmia(
  argv: readonly string[],
  cwd: string,
  host: Partial<CliHost> = {},
): Promise<Told> {
  const stdout = memory();
  const stderr = memory();
  const code = await main(argv, {
    stdout,
    stderr,
    cwd,
    env: {},
    now: () => 0,
    date: () => "2026-11-21T12:00:00.000Z",
    watchStop: () => ({ requested: () => false, lastWords: () => {}, release: () => {} }),
    prepareEngine: async () => {},
    runExperiment: async () => output,
    renderReport: async () => ({
      html: "<html></html>\n",
      figures: [{ name: "states", svg: "<svg/>", png: new Uint8Array([1, 2]) }],
    }),
    renderComparison: async () => ({
      html: "<html></html>\n",
      figures: [{ name: "comparison", svg: "<svg/>", png: new Uint8Array([1, 2]) }],
    }),
    reproductions: async () => [],
    prepareMachine: async () => "a test",
    renderReproduction: async () => ({
      html: "<html></html>\n",
      figures: [{ name: "1-errors", svg: "<svg/>", png: new Uint8Array([1, 2]) }],
    }),
    ...host,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
