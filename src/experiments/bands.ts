/** States of a method as people read them: mean, spread, 90 % band and score in natural units. */

import {
  crpsGaussian,
  crpsOf,
  quantileOf,
  type SortedSample,
  sortedSample,
} from "../diagnostics/index.js";
import { scope, sqrt } from "../engine/index.js";
import type { Members, Method, Moments } from "../filters/index.js";
import { normalQuantile } from "../prob/index.js";

/** One state in plain numbers, [d] each; what costs more than a pass over it is worked out if asked. */
export interface NaturalState {
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  /** The quantiles 5 % and 95 %. */
  band(): { readonly lower: readonly number[]; readonly upper: readonly number[] };
  /** Continuous ranked probability score, averaged over the variables. */
  crps(truth: readonly number[]): number;
}

const ninety = normalQuantile(0.95);

/** A state of a method; `logs` says that it holds logarithms. */
export function naturalState<S>(method: Method<S>, state: S, logs: boolean): NaturalState {
  const members = method.members?.(state);
  return members === undefined
    ? naturalMoments(() => method.moments(state), logs)
    : ensembleState(members, logs);
}

/** Mean and variance, [d] each. */
export function naturalMoments(moments: () => Moments, logs: boolean): NaturalState {
  const state = scope(() => {
    const { mean: m, variance } = moments();
    return { mean: [...m.data()], sd: [...sqrt(variance).data()] };
  });
  // One state of logarithms: its own exponential, with the relative deviation of a lognormal.
  const mean = logs ? state.mean.map(Math.exp) : state.mean;
  const sd = logs ? state.sd.map((s, i) => mean[i]! * Math.sqrt(Math.expm1(s * s))) : state.sd;
  const end = (z: number) => {
    const values = state.mean.map((m, i) => m + z * state.sd[i]!);
    return logs ? values.map(Math.exp) : values;
  };
  return {
    mean,
    sd,
    band: () => ({ lower: end(-ninety), upper: end(ninety) }),
    crps: (truth) => average(mean, (m, i) => crpsGaussian(m, sd[i]!, truth[i]!)),
  };
}

function ensembleState({ values: E, weights: w }: Members, logs: boolean): NaturalState {
  const [N, d] = E.shape as [number, number];
  const rows = E.data();
  const weights = w && Float64Array.from(w.data());
  const columns = Array.from({ length: d }, (_, i) => {
    const column = new Float64Array(N);
    for (let n = 0; n < N; n++) column[n] = logs ? Math.exp(rows[n * d + i]!) : rows[n * d + i]!;
    return column;
  });
  const { mean, sd } = weights === undefined ? alike(columns) : weighted(columns, weights);
  let samples: readonly SortedSample[] | null = null;
  const sorted = () => {
    samples ??= columns.map((column) => sortedSample(column, weights));
    return samples;
  };
  const end = (p: number) => sorted().map((sample) => quantileOf(sample, p));
  return {
    mean,
    sd,
    band: () => ({ lower: end(0.05), upper: end(0.95) }),
    crps: (truth) => average(sorted(), (sample, i) => crpsOf(sample, truth[i]!)),
  };
}

/** Means and standard deviations, N − 1 in the denominator. */
function alike(columns: readonly Float64Array[]) {
  const mean = columns.map((column) => sum(column) / column.length);
  const sd = columns.map((column, i) => {
    const m = mean[i]!;
    return Math.sqrt(column.reduce((total, v) => total + (v - m) ** 2, 0) / (column.length - 1));
  });
  return { mean, sd };
}

/** Those of the distribution that the weighted members are. */
function weighted(columns: readonly Float64Array[], weights: Float64Array) {
  const mean = columns.map((column) => column.reduce((t, v, n) => t + weights[n]! * v, 0));
  const sd = columns.map((column, i) => {
    const m = mean[i]!;
    return Math.sqrt(column.reduce((total, v, n) => total + weights[n]! * (v - m) ** 2, 0));
  });
  return { mean, sd };
}

const sum = (values: Float64Array): number => values.reduce((total, v) => total + v, 0);

const average = <T>(values: readonly T[], score: (value: T, i: number) => number): number =>
  values.reduce((total, value, i) => total + score(value, i), 0) / values.length;
