/** The runs that an inspection looks at: that of the network, an ensemble filter beside it, and tangents along it. */
import {
  capture,
  type FloatType,
  type Numbers,
  NumericError,
  release,
  scope,
  type Tensor,
  tensor,
} from "../engine/index.js";
import type { CycleResult, Increments } from "../filters/index.js";
import type { Transition } from "../models/index.js";
import {
  type FilterProgram,
  naturalState,
  passCycles,
  runKeys,
  type Trajectory,
} from "../problem/index.js";
import { type Key, normal } from "../random/index.js";
import { incrementBias } from "./equivalent-covariance.js";
import { lyapunovStep } from "./lyapunov.js";
import type { Series } from "./series.js";

/**
 * Runs a method over a trajectory, and notes each cycle; yields the number of cycles done, and returns the means of
 * the analyses in natural units, [K][d].
 */
function* follow(
  program: FilterProgram,
  trajectory: Trajectory,
  key: Key,
  note: (k: number, result: CycleResult<unknown>) => void,
): Generator<number, Series> {
  const logs = program.system.model.coordinates === "log";
  const means: number[][] = [];
  const cycle = (k: number, { result }: { readonly result: CycleResult<unknown> }) => {
    means.push([...naturalState(program.method, result.analysis, logs).mean]);
    note(k, result);
    return null;
  };
  const observer = { keeps: false, cycle, end: () => {} };
  const { failure } = yield* passCycles(program, trajectory, runKeys(key, trajectory), observer);
  if (failure === null) return means;
  throw new NumericError(
    `inspectAnalysis: the run of ${program.method.name} diverged at cycle ${failure.cycle + 1}: ${failure.message}`,
  );
}

/** The run of a network: the members of forecasts at some cycles, the mean of each analysis, and b. */
export interface NetworkRun {
  /** By cycle, [N, d] each */
  readonly forecasts: ReadonlyMap<number, Numbers>;
  /** [d] each */
  readonly analyses: Series;
  /** The same in natural units. */
  readonly means: Series;
  readonly bias: readonly number[];
}

/** Runs a network over a trajectory. */
export function* networkRun(
  program: FilterProgram,
  increments: Increments,
  trajectory: Trajectory,
  key: Key,
  cycles: ReadonlySet<number>,
): Generator<number, NetworkRun> {
  const forecasts = new Map<number, Numbers>();
  const run = { forecasts, analyses: [] as number[][], bias: [] as number[] };
  const biasOf = capture((E: Tensor) => incrementBias(increments, E));
  const means = yield* follow(program, trajectory, key, (k, { forecast, analysis }) => {
    const E = forecast as Tensor;
    if (cycles.has(k)) forecasts.set(k, E.data());
    run.analyses.push([...program.method.moments(analysis).mean.data()]);
    run.bias.push(biasOf(E).item());
  });
  biasOf.forget();
  return { ...run, means };
}

/** The run of an ensemble filter. */
export interface EnsembleRun {
  /** Those of analyses at some cycles, by cycle, [N, d] each. */
  readonly members: ReadonlyMap<number, readonly number[]>;
  /** The mean of each analysis in natural units, [d] each. */
  readonly means: Series;
}

/** Runs an ensemble filter over a trajectory. */
export function* ensembleRun(
  program: FilterProgram,
  trajectory: Trajectory,
  key: Key,
  cycles: ReadonlySet<number>,
): Generator<number, EnsembleRun> {
  const members = new Map<number, readonly number[]>();
  const means = yield* follow(program, trajectory, key, (k, { analysis }) => {
    if (cycles.has(k)) members.set(k, [...program.method.members!(analysis).values.data()]);
  });
  program.forget();
  return { members, means };
}

/** Backward Lyapunov vectors along a run. */
export interface VectorsAlong {
  /** The largest first, [p] */
  readonly exponents: readonly number[];
  /** By cycle, [p][d] */
  readonly vectors: ReadonlyMap<number, Series>;
}

/** Carries p perturbations along analyses, from each to the next, by the tangent of the model without its noise. */
export function vectorsAlong(
  { system }: FilterProgram,
  { series: { intervals } }: Trajectory,
  analyses: Series,
  {
    p,
    counted,
    cycles,
    key,
    dtype,
  }: {
    readonly p: number;
    /** The first cycle whose growth counts. */
    readonly counted: number;
    readonly cycles: ReadonlySet<number>;
    readonly key: Key;
    readonly dtype: FloatType;
  },
): VectorsAlong {
  const { dimension: d } = system.model;
  const step = capture((x: Tensor, Q: Tensor, interval: number) => {
    const { transition, steps } = system.propagations([interval])[0]!;
    return lyapunovStep((at) => repeated(transition, steps, at), x, Q);
  });
  const vectors = new Map<number, Series>();
  const logs = new Array<number>(p).fill(0);
  let time = 0;
  let Q = normal(key, [p, d], dtype);
  for (let k = 1; k < analyses.length; k++) {
    const before = Q;
    const interval = intervals[k]!;
    Q = scope(() => {
      const next = step(tensor([...analyses[k - 1]!], { dtype }), before, interval);
      if (k >= counted) {
        time += interval;
        for (const [i, r] of next.growth.data().entries()) logs[i]! += Math.log(r);
      }
      return next.vectors;
    });
    release(before);
    if (cycles.has(k)) vectors.set(k, Q.toArray() as number[][]);
  }
  release(Q);
  step.forget();
  return { exponents: logs.map((sum) => sum / time), vectors };
}

const repeated = ({ map }: Transition, steps: number, x: Tensor): Tensor =>
  Array.from({ length: steps }).reduce<Tensor>((at) => map(at), x);
