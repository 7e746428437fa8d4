/**
 * Learning of a data assimilation network beside PyTorch's, in turns, and its analyses beside the EnKF's.
 *
 *     npm run bench -- dan [--rounds 7] [--seconds 0.5] [--batches 16,64,128] [--window 2] [--threads 1]
 *                          [--relaxed] [--blas] [--no-peer] [--json]
 *
 * A sample-cycle is one cycle of one trajectory: forecast, analysis, loss, and its share of the gradient. In every
 * round each program passes windows for so many seconds at each batch size, and the fastest window counts; a
 * program's rate in a round is that of the batch size which is best for it, PyTorch's also that of the better number
 * of threads, up to those given. One thread is timed by the processor's clock, more by that on the wall. Both start from the same weights and states, and their losses must agree.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  backend,
  capture,
  leavesOf,
  parallel,
  release,
  type Tensor,
  useBackend,
} from "kalmia/engine";
import { layerArrays } from "kalmia/nets";
import { relaxedFlags } from "./builds.js";
import { type InferenceRate, inferenceRates } from "./dan-inference.js";
import {
  drawTrajectories,
  firstOf,
  size,
  someWeights,
  type Trajectories,
  windowGradient,
} from "./dan-window.js";
import { host } from "./host.js";
import { fastest, median, processorTime } from "./measure.js";
import { hasRelaxed, peak, peakFlops } from "./peak.js";
import { openPeer, type PeerProcess, peerScript, pythonWith } from "./peers/python.js";
import { takeBlas, takeThreads } from "./resources.js";
import type { Streams } from "./streams.js";
import { digits, percent, tableText } from "./table.js";

const options = {
  rounds: { type: "string", default: "7" },
  seconds: { type: "string", default: "0.5" },
  batches: { type: "string", default: "16,64,128" },
  window: { type: "string", default: "2" },
  threads: { type: "string", default: "1" },
  relaxed: { type: "boolean" },
  blas: { type: "boolean" },
  "no-peer": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Sample-cycles a second at one batch size, medians of the rounds; null: PyTorch was not run. */
interface BatchRate {
  readonly batch: number;
  readonly ours: number;
  readonly peer: number | null;
}

export interface DanFindings {
  readonly node: string;
  readonly cpu: string;
  readonly build: string;
  readonly blas: boolean;
  readonly threads: number;
  readonly rounds: number;
  readonly window: number;
  readonly batches: readonly BatchRate[];
  /** Medians over the rounds of the best batch size: of ours, of PyTorch's, and of ours by PyTorch's. */
  readonly ours: number;
  readonly peer: number | null;
  readonly ratio: number | null;
  /** Operations of a sample-cycle, convolutions counted as if done directly, and as minimal filtering does them. */
  readonly operations: { readonly direct: number; readonly done: number };
  /** Operations a second of a loop of multiply-adds on one thread, and what learning does of that on all. */
  readonly peak: number;
  readonly share: number;
  readonly inference: readonly InferenceRate[];
}

export async function dan(args: readonly string[], { stdout, stderr }: Streams): Promise<number> {
  const { values: given } = parseArgs({ args: [...args], options });
  if (given.relaxed && !hasRelaxed()) return again(args);
  if (given.relaxed) useBackend("relaxed");
  const python = given["no-peer"] ? undefined : pythonWith("torch");
  if (python === undefined && !given["no-peer"]) {
    stderr.write(
      "dan: no Python here has PyTorch, so ours runs alone; install it (Debian: python3-torch) or name one in KALMIA_PYTHON.\n",
    );
  }
  const blas = given.blas === true && (await takeBlas());
  const threads = await takeThreads(Number(given.threads));
  const [rounds, seconds, window] = [given.rounds, given.seconds, given.window].map(Number) as [
    ...[number, number, number],
  ];
  const batches = given.batches.split(",").map(Number);
  const trajectories = drawTrajectories(Math.max(...batches), window);
  const folder = mkdtempSync(join(tmpdir(), "kalmia-"));
  const peer =
    python === undefined
      ? null
      : openPeer(python, [peerScript("dan.py"), writeData(trajectories, folder)]);
  try {
    const learning = learningOf(trajectories, batches, threads);
    if (peer !== null) checkAgreement(learning.last(), await peer.line());
    const machine = peak("f32", backend().name === "relaxed");
    const now = threads === 1 ? processorTime : () => performance.now();
    const [ours, theirs]: [number[][], number[][]] = [[], []];
    const peaks: number[] = [];
    for (let round = 0; round < rounds; round++) {
      stderr.write(`dan: round ${round + 1} of ${rounds}\n`);
      ours.push([]);
      theirs.push([]);
      for (const [i, batch] of batches.entries()) {
        peaks.push(peakFlops("f32") / fastest(machine.run, seconds / 4, processorTime));
        ours[round]!.push((batch * window) / fastest(learning.passes[i]!, seconds, now));
        if (peer !== null) {
          theirs[round]!.push(
            (batch * window) / (await peerWindow(peer, batch, window, threads, seconds)),
          );
        }
      }
    }
    const best = (rates: readonly number[][]) => rates.map((each) => Math.max(...each));
    const at = (rates: readonly number[][], i: number) => median(rates.map((each) => each[i]!));
    const [own, other] = [best(ours), best(theirs)];
    const operations = operationsOf(trajectories, window);
    const rate = median(own);
    const machinePeak = median(peaks);
    const { node, cpu } = host();
    const found: DanFindings = {
      ...{ node, cpu, build: backend().name, blas, threads, rounds, window },
      batches: batches.map((batch, i) => ({
        ...{ batch, ours: at(ours, i), peer: peer && at(theirs, i) },
      })),
      ...{ ours: rate, peer: peer && median(other) },
      ratio: peer && median(own.map((each, round) => each / other[round]!)),
      ...{ operations, peak: machinePeak },
      share: (rate * operations.done) / (machinePeak * threads),
      inference: inferenceRates(rounds, seconds),
    };
    stdout.write(given.json ? `${JSON.stringify(found)}\n` : text(found));
    return 0;
  } finally {
    peer?.close();
    rmSync(folder, { recursive: true });
  }
}

/** The same in a process with relaxed SIMD. */
function again(args: readonly string[]): number {
  const script = fileURLToPath(new URL("./main.js", import.meta.url));
  const all = [...process.execArgv, ...relaxedFlags, script, "dan", ...args];
  return spawnSync(process.execPath, all, { stdio: "inherit" }).status ?? 1;
}

/** Windows of each batch size, captured; `last` has loss and norm of the gradient of all trajectories. */
function learningOf(all: Trajectories, batches: readonly number[], threads: number) {
  const layers = someWeights();
  const cycles = all.truth.shape[1]!;
  const program = parallel(windowGradient, { slices: threads });
  const passes = batches.map((batch) => {
    const some = firstOf(all, batch, cycles);
    return () => release(program(layers, some));
  });
  const last = () => {
    const { value, gradient } = program(layers, all).total;
    const squares = leavesOf(gradient).flatMap((x) => Array.from(x.data(), (each) => each ** 2));
    return { loss: value.item(), norm: Math.sqrt(squares.reduce((sum, each) => sum + each, 0)) };
  };
  return { passes, last };
}

/** Sums of some thousand squares in f32, each after a chain of as many products. */
const agreement = 1e-3;

function checkAgreement({ loss, norm }: { loss: number; norm: number }, line: string): void {
  const [theirs, theirNorm] = line.split(" ").map(Number) as [number, number];
  const off = Math.max(Math.abs(loss / theirs - 1), Math.abs(norm / theirNorm - 1));
  if (off < agreement) return;
  throw new Error(
    `PyTorch's loss is ${theirs} and the norm of its gradient ${theirNorm}; ours are ${loss} and ${norm}: these are not the same network.`,
  );
}

/** Seconds of PyTorch's fastest window, with the better number of threads. */
async function peerWindow(
  peer: PeerProcess,
  batch: number,
  window: number,
  threads: number,
  seconds: number,
): Promise<number> {
  const times: number[] = [];
  for (let n = 1; n <= threads; n++) {
    times.push(Number(await peer.ask(`${batch} ${window} ${n} ${seconds}`)));
  }
  return Math.min(...times);
}

/** The arrays as raw files, described by the JSON file that is named. */
function writeData(trajectories: Trajectories, folder: string): string {
  const { start, truth, seen } = trajectories;
  const arrays = { start, truth, seen, ...layerArrays(someWeights()) };
  const entries = Object.entries(arrays).map(([name, x]: [string, Tensor]) => {
    const [file, data] = [`${name}.raw`, x.data()];
    writeFileSync(
      join(folder, file),
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    const shape = name === "start" ? x.shape.toSpliced(1, 1) : x.shape;
    return [name, { file, shape }] as const;
  });
  const described = join(folder, "data.json");
  writeFileSync(described, JSON.stringify({ arrays: Object.fromEntries(entries), size }));
  return described;
}

/** Minimal filtering does 8 products of the 20 of four outputs. */
const filtered = 8 / 20;

function operationsOf(all: Trajectories, window: number): DanFindings["operations"] {
  const some = firstOf(all, 1, window);
  const program = capture(windowGradient);
  const times = program.profile(someWeights(), some);
  program.forget();
  const direct = times.reduce((sum, { operations }) => sum + operations, 0) / window;
  const convolutions = times
    .filter(({ kernel }) => kernel.startsWith("circularConv"))
    .reduce((sum, { operations }) => sum + operations, 0);
  return { direct, done: direct - ((1 - filtered) * convolutions) / window };
}

function text(found: DanFindings): string {
  const { node, cpu, build, blas, threads, rounds, window, operations, inference } = found;
  const or = (value: number | null) => (value === null ? "–" : digits(value));
  const row = (name: string, ours: number, peer: number | null, ratio: number | null) => [
    ...[name, digits(ours), or(peer), or(ratio)],
    digits((ours * operations.direct) / 1e9),
    percent((ours * operations.done) / (found.peak * threads)),
  ];
  const about = `kernels ${build}, f32, BLAS ${blas ? "on" : "off"}, threads ${threads}, medians of ${rounds} rounds; Node ${node}, ${cpu}`;
  const learning = tableText({
    title: `Sample-cycles a second, forward and gradient, windows of ${window} cycles, d = 40, N_f = 40; ${about}`,
    header: ["batch", "kalmia", "torch", "ratio", "Gop/s as if direct", "of the peak"],
    rows: [
      ...found.batches.map(({ batch, ours, peer }) =>
        row(String(batch), ours, peer, peer && ours / peer),
      ),
      row("best of each", found.ours, found.peer, found.ratio),
    ],
  });
  const peakLine = `A sample-cycle is ${digits(operations.direct / 1e6)} Mop, ${digits(operations.done / 1e6)} after minimal filtering; the peak is ${digits(found.peak / 1e9)} Gop/s a thread.\n`;
  const speed = tableText({
    title: "Analyses and whole cycles a second of one thread, f32",
    header: ["method", "trajectories", "analyses", "cycles"],
    rows: inference.map(({ name, batch, analyses, cycles }) => [
      ...[name, String(batch), digits(analyses), digits(cycles)],
    ]),
  });
  return [learning, peakLine, speed].join("\n");
}
