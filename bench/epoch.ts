/**
 * Epochs of training at the size of the paper: Lorenz-96, d = 200, three of five variables seen,
 * EnKF with N = 25 and a taper; a network that corrects the map, Q and φ are learned from 8
 * trajectories of 1200 steps in windows of 20. Time, loss and memory after each epoch.
 *
 *     npm run bench -- epoch [--json] [--epochs 5] [--threads 2] [--blas] [--trajectories 8]
 *                            [--cycles 1200] [--dimension 200] [--members 25] [--recompute] [--f64]
 *
 * @see adrian2026, 4.2, algorithm 2
 */
import { parseArgs } from "node:util";
import { backend, heapStatistics } from "kalmia/engine";
import { startLatents, type TrainOptions, trainer, trainStart } from "kalmia/learn";
import { type EpochSizes, lorenzProblem } from "./epoch-problem.js";
import { host } from "./host.js";
import { takeBlas, takeThreads } from "./resources.js";
import type { Streams } from "./streams.js";
import { digits, tableText } from "./table.js";

export interface EpochFigure {
  readonly seconds: number;
  /** Negative log-likelihoods a value observed. */
  readonly loss: number;
  readonly recoveries: number;
  /** Bytes in use in the engine after the epoch, and taken from the host. */
  readonly used: number;
  readonly reserved: number;
  /** Resident memory of the process: its peak so far, in bytes. */
  readonly peak: number;
}

/** What `--json` prints. */
export interface EpochFindings {
  readonly node: string;
  readonly threads: number;
  readonly blas: boolean;
  readonly build: string;
  readonly sizes: EpochSizes;
  /** What the library says that its programs hold, and what the engine's memory grew by to the end. */
  readonly stated: number;
  readonly measured: number;
  readonly epochs: readonly EpochFigure[];
}

const options = {
  json: { type: "boolean" },
  epochs: { type: "string", default: "5" },
  threads: { type: "string", default: "2" },
  blas: { type: "boolean" },
  trajectories: { type: "string", default: "8" },
  cycles: { type: "string", default: "1200" },
  dimension: { type: "string", default: "200" },
  members: { type: "string", default: "25" },
  recompute: { type: "boolean" },
  f64: { type: "boolean" },
} as const;

const training = (epochs: number): TrainOptions => ({
  epochs,
  rates: { dynamics: 1e-3, filter: 1e-2 },
  patience: epochs,
  plateau: { patience: 5, factor: 0.1 },
});

export async function epoch(args: readonly string[], { stdout, stderr }: Streams): Promise<number> {
  const { values: given } = parseArgs({ args: [...args], options });
  const sizes: EpochSizes = {
    dimension: Number(given.dimension),
    members: Number(given.members),
    trajectories: Number(given.trajectories),
    cycles: Number(given.cycles),
    window: 20,
    dtype: given.f64 ? "f64" : "f32",
    recompute: given.recompute === true,
  };
  const blas = given.blas === true && (await takeBlas());
  const threads = await takeThreads(Number(given.threads));
  stderr.write("epoch: the truth and its observations\n");
  const problem = lorenzProblem(sizes);
  const trained = trainer(problem, training(Number(given.epochs)));
  let state = trainStart(startLatents(problem.definitions));
  const before = heapStatistics().used;
  const epochs: EpochFigure[] = [];
  while (!trained.finished(state)) {
    const began = performance.now();
    const { state: next, report } = trained.epoch(state);
    const seconds = (performance.now() - began) / 1000;
    state = next;
    const heap = heapStatistics();
    const peak = 1024 * process.resourceUsage().maxRSS;
    const { training: loss, recoveries } = report;
    epochs.push({ seconds, loss, recoveries, ...heap, peak });
    stderr.write(`epoch: ${epochs.length}, ${digits(seconds)} s, loss ${loss.toFixed(4)}\n`);
    await new Promise((resolve) => setImmediate(resolve)); // finalisers give memory back
  }
  const found: EpochFindings = {
    ...{ node: host().node, threads, blas, build: backend().name, sizes },
    ...{ stated: trained.statistics().bytes, measured: heapStatistics().used - before, epochs },
  };
  stdout.write(given.json ? `${JSON.stringify(found)}\n` : text(found));
  return 0;
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

function text({
  node,
  threads,
  blas,
  build,
  sizes,
  stated,
  measured,
  epochs,
}: EpochFindings): string {
  const { dimension, members, trajectories, cycles, dtype } = sizes;
  const table = tableText({
    title: `Epochs: Lorenz-96, d = ${dimension}, N = ${members}, ${trajectories} × ${cycles} steps, ${dtype}, kernels ${build}, Node ${node}, ${threads} thread${threads === 1 ? "" : "s"}, BLAS ${blas ? "on" : "off"}`,
    header: [
      "epoch",
      "seconds",
      "loss a value",
      "recoveries",
      "MiB in use",
      "MiB reserved",
      "MiB peak",
    ],
    rows: epochs.map(({ seconds, loss, recoveries, used, reserved, peak }, i) => [
      ...[String(i + 1), digits(seconds), loss.toFixed(4), String(recoveries)],
      ...[used, reserved, peak].map(mebibytes),
    ]),
  });
  const share = ((100 * (measured - stated)) / stated).toFixed(1);
  return `${table}\nWindow programs: ${mebibytes(stated)} MiB as stated; the engine's memory grew by ${mebibytes(measured)} MiB (a difference of ${share} %).\n`;
}
