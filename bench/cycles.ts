/**
 * Cycles per second of classical filters on the twin of Lorenz-96 (d = 40, all observed, R = 1)
 * beside DAPPER's: the programs take turns.
 *
 *     npm run bench -- cycles [--dapper FOLDER] [--rounds 5] [--cycles 4000] [--json]
 *
 * One thread, f64. A cycle is forecast, analysis and what is done to members after it; the analysis
 * means are kept, and their error is reported beside the rate. FOLDER holds DAPPER's sources; without
 * it the rates of DESIGN §4 alone stand beside ours.
 */
import { parseArgs } from "node:util";
import { rmse } from "kalmia/diagnostics";
import {
  add,
  capture,
  comoments,
  concat,
  index,
  mul,
  release,
  slice,
  stack,
  type Tensor,
  tensor,
} from "kalmia/engine";
import {
  assimilateSeries,
  cycleKeys,
  enkf,
  type Filter,
  letkf,
  neighbours,
  threedvar,
} from "kalmia/filters";
import { bindModel, lorenz96 } from "kalmia/models";
import { observeAll } from "kalmia/observe";
import { foldIn, key, normal } from "kalmia/random";
import { host } from "./host.js";
import { median } from "./measure.js";
import { peerScript, pythonWith, runPython } from "./peers/python.js";
import type { Streams } from "./streams.js";
import { digits, tableText } from "./table.js";

const dimension = 40;
const spinup = 400;
/** Cycles in one captured window. */
const window = 20;
/** States of the run that the background comes from. */
const climateStates = 20000;

const step = bindModel(lorenz96, { dimension, forcing: 8 }).step(0.05);
const operator = observeAll(dimension);

/** DAPPER's radius 4, and its blocks of two variables that share an analysis. */
const halfWidth = 1.82 * 4;
const local = {
  halfWidth,
  neighbours: neighbours(
    { state: Array.from({ length: dimension }, (_, i) => i) },
    { domain: { kind: "ring", length: dimension }, reach: 2 * halfWidth, block: 2 },
  ),
};

interface Case {
  readonly name: string;
  /** As DAPPER's program names it. */
  readonly peer: string;
  /** DAPPER's cycles per second, DESIGN §4. */
  readonly design: number;
  readonly method: (climate: Tensor) => Filter<Tensor>;
}

const cases: readonly Case[] = [
  {
    ...{ name: "EnKF, N = 40, inflation 1.06", peer: "enkf", design: 280 },
    method: () => enkf({ members: 40, covarianceInflation: 0, inflation: 1.06 }),
  },
  {
    ...{ name: "LETKF, N = 7, inflation 1.04, radius 4, rotated", peer: "letkf", design: 130 },
    method: () => letkf({ members: 7, inflation: 1.04, rotate: true, ...local }),
  },
  {
    ...{ name: "3DVar, 0.02 × climatology", peer: "3dvar", design: 660 },
    method: (climate) =>
      threedvar({
        covariance: { kind: "matrix", matrix: mul(0.02, climate) },
        observing: { operator, variance: 1 },
      }),
  },
];

const options = {
  dapper: { type: "string" },
  rounds: { type: "string", default: "5" },
  cycles: { type: "string", default: "4000" },
  json: { type: "boolean" },
} as const;

export interface CycleRate {
  readonly name: string;
  /** Cycles per second, medians of the rounds; null: DAPPER was not run. */
  readonly ours: number;
  readonly peer: number | null;
  readonly design: number;
  /** Median over the rounds. */
  readonly ratio: number | null;
  /** Time mean of the analysis error. */
  readonly rmse: number;
}

export async function cycles(
  args: readonly string[],
  { stdout, stderr }: Streams,
): Promise<number> {
  const { values: given } = parseArgs({ args: [...args], options });
  const folder = given.dapper ?? process.env.KALMIA_DAPPER;
  const python = folder === undefined ? undefined : pythonWith("scipy, matplotlib");
  if (folder !== undefined && python === undefined) {
    stderr.write("cycles: no Python here has SciPy and Matplotlib, which DAPPER needs.\n");
    return 2;
  }
  const [rounds, count] = [Number(given.rounds), Number(given.cycles)];
  const data = observedTwin(count);
  const runs = cases.map(({ method }) => timed(method(data.climate), data));
  const own: number[][] = cases.map(() => []);
  const theirs: number[][] = cases.map(() => []);
  const errors: number[] = [];
  for (let round = 0; round < rounds; round++) {
    stderr.write(`cycles: round ${round + 1} of ${rounds}\n`);
    runs.forEach((run, i) => {
      const { seconds, error } = run();
      own[i]!.push(count / seconds);
      errors[i] = error;
    });
    if (folder === undefined) continue;
    const lines = runPython({ python: python! }, [peerScript("cycles.py"), folder]);
    for (const [i, { peer }] of cases.entries()) theirs[i]!.push(rateOf(lines, peer));
  }
  const found = cases.map(({ name, design }, i): CycleRate => {
    const ran = theirs[i]!.length > 0;
    return {
      ...{ name, design, ours: median(own[i]!), peer: ran ? median(theirs[i]!) : null },
      ratio: ran ? median(own[i]!.map((rate, round) => rate / theirs[i]![round]!)) : null,
      rmse: errors[i]!,
    };
  });
  const about = { ...host(), rounds, cycles: count };
  stdout.write(given.json ? `${JSON.stringify({ ...about, cases: found })}\n` : text(found, about));
  return 0;
}

interface ObservedTwin {
  /** [K / window] of [window, d] */
  readonly observations: readonly Tensor[];
  readonly truth: readonly (readonly number[])[];
  /** Covariance of a run of its own, [d, d]. */
  readonly climate: Tensor;
}

/** States of a run, [count, d], after some that do not count. */
function course(count: number, from: Tensor): Tensor {
  const run = capture((first: Tensor) => {
    const states: Tensor[] = [];
    for (let x = step.map(first); states.push(x) < window; ) x = step.map(x);
    return stack(states, 0);
  });
  const parts: Tensor[] = [];
  let x = from;
  for (let k = 0; k < spinup + count; k += window) {
    const part = run(x);
    x = index(part, 0, window - 1);
    parts.push(part);
  }
  run.forget();
  return slice(concat(parts, 0), 0, spinup, spinup + count);
}

function observedTwin(count: number): ObservedTwin {
  const start = add(8, normal(key(1), [2, dimension]));
  const truth = course(count, index(start, 0, 0));
  const other = course(climateStates, index(start, 0, 1));
  const seen = add(truth, normal(key(2), [count, dimension]));
  return {
    observations: Array.from({ length: count / window }, (_, w) =>
      slice(seen, 0, w * window, (w + 1) * window),
    ),
    truth: truth.toArray() as number[][],
    climate: mul(1 / climateStates, comoments(other, other)),
  };
}

/** A run over the whole record, which can be repeated: its time, and its error. */
function timed(filter: Filter<Tensor>, { observations, truth }: ObservedTwin) {
  const pass = capture((state: Tensor, ys: Tensor, from: Tensor) => {
    const cycles = Array.from({ length: window }, (_, t) => ({
      ...{ transition: step, steps: 1 },
      observation: { y: index(ys, 0, t), operator, variance: 1, mask: null },
    }));
    const { state: last, series } = assimilateSeries(
      filter,
      state,
      cycles,
      cycleKeys(from, 0, window),
    );
    return {
      last,
      means: stack(
        series.map(({ analysis }) => filter.moments(analysis).mean),
        0,
      ),
    };
  });
  const keys = observations.map((_, w) => foldIn(key(4), w));
  const first = filter.init(
    { mean: tensor(truth[0]!), covariance: { kind: "diagonal", variance: 1 } },
    key(3),
  );
  return (): { seconds: number; error: number } => {
    const means: Tensor[] = [];
    let state = first;
    const began = performance.now();
    for (const [w, ys] of observations.entries()) {
      const { last, means: some } = pass(state, ys, keys[w]!);
      if (state !== first) release(state);
      state = last;
      means.push(some);
    }
    const seconds = (performance.now() - began) / 1000;
    const rows = means.flatMap((part) => part.toArray() as number[][]);
    release([state, means]);
    return { seconds, error: rmse(rows.slice(spinup), truth.slice(spinup)) };
  };
}

/** From a line such as `enkf  474.1 cycles/s  rmse 0.236`. */
function rateOf(lines: string, name: string): number {
  const found = new RegExp(`^${name} +([\\d.]+) cycles/s`, "m").exec(lines);
  if (found === null) throw new Error(`DAPPER's side printed no rate of ${name}:\n${lines}`);
  return Number(found[1]);
}

const text = (
  found: readonly CycleRate[],
  {
    cpu,
    node,
    rounds,
    cycles: count,
  }: { cpu: string; node: string; rounds: number; cycles: number },
): string =>
  tableText({
    title: `Cycles per second, Lorenz-96, d = ${dimension}, medians of ${rounds} rounds of ${count} cycles, f64, one thread; Node ${node}, ${cpu}`,
    header: ["method", "kalmia", "RMSE", "DAPPER here", "ratio", "DESIGN §4", "ratio"],
    rows: found.map(({ name, ours, peer, ratio, design, rmse: error }) => [
      ...[name, digits(ours), error.toFixed(3)],
      ...[peer === null ? "–" : digits(peer), ratio === null ? "–" : digits(ratio)],
      ...[String(design), digits(ours / design)],
    ]),
  });
