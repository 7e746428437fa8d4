/** States of a method as people read them: mean, spread, 90 % band and score in natural units. */

import { crpsGaussian, crpsOf, quantileOf, sortedSample } from "../diagnostics/index.js";
import { scope, sqrt } from "../engine/index.js";
import type { Members, Method, Moments } from "../filters/index.js";
import { normalQuantile } from "../prob/index.js";

/** One state in plain numbers, [d] each. */
export interface NaturalState {
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  /** null: the method has none. */
  members(): NaturalMembers | null;
  /** Costs a sort of members. */
  whole(truth: readonly number[] | null): NaturalDistribution;
}

export interface NaturalMembers {
  /** [d][N] */
  readonly values: readonly (readonly number[])[];
  /** Shares [N], of sum 1; null: all count alike. */
  readonly weights: readonly number[] | null;
}

export interface NaturalDistribution {
  /** The quantiles 5 % and 95 %. */
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** Continuous ranked probability score, averaged over the variables; null without a truth. */
  readonly crps: number | null;
}

const ninety = normalQuantile(0.95);

/** A state of a method; `logs` says that it holds logarithms. */
export function naturalState<S>(method: Method<S>, state: S, logs: boolean): NaturalState {
  if (method.members === undefined) return naturalMoments(() => method.moments(state), logs);
  return scope(() => ensembleState(method.members!(state), logs));
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
    members: () => null,
    whole: (truth) => ({
      lower: end(-ninety),
      upper: end(ninety),
      crps:
        truth && truth.reduce((t, x, i) => t + crpsGaussian(mean[i]!, sd[i]!, x), 0) / truth.length,
    }),
  };
}

function ensembleState({ values: E, weights: w }: Members, logs: boolean): NaturalState {
  const [N, d] = E.shape as [number, number];
  const members = logs ? E.data().map(Math.exp) : E.data(); // [N, d]
  const weights = w?.data();
  const { mean, sd } = momentsOf(members, N, d, weights);
  const whole = (truth: readonly number[] | null): NaturalDistribution => {
    const lower = new Array<number>(d).fill(0);
    const upper = new Array<number>(d).fill(0);
    const column = new Float64Array(N);
    let crps = 0;
    for (let i = 0; i < d; i++) {
      for (let n = 0; n < N; n++) column[n] = members[n * d + i]!;
      const sample = sortedSample(column, weights);
      lower[i] = quantileOf(sample, 0.05);
      upper[i] = quantileOf(sample, 0.95);
      if (truth !== null) crps += crpsOf(sample, truth[i]!) / d;
    }
    return { lower, upper, crps: truth && crps };
  };
  const columns = (): NaturalMembers => ({
    values: mean.map((_, i) => Array.from({ length: N }, (_member, n) => members[n * d + i]!)),
    weights: weights === undefined ? null : [...weights],
  });
  return { mean, sd, members: columns, whole };
}

/** Of weights w the variance is Σ w (x − x̄)²/(1 − Σ w²), for equal ones that with N − 1. */
function momentsOf(
  members: ArrayLike<number>,
  N: number,
  d: number,
  weights: ArrayLike<number> | undefined,
) {
  const mean = new Array<number>(d).fill(0);
  const sd = new Array<number>(d).fill(0);
  let free = 1;
  for (let n = 0; n < N; n++) {
    const w = weights === undefined ? 1 / N : weights[n]!;
    free -= w * w;
    for (let i = 0; i < d; i++) mean[i]! += w * members[n * d + i]!;
  }
  for (let n = 0; n < N; n++) {
    const w = weights === undefined ? 1 / N : weights[n]!;
    for (let i = 0; i < d; i++) sd[i]! += w * (members[n * d + i]! - mean[i]!) ** 2;
  }
  for (let i = 0; i < d; i++) sd[i] = free < alone ? 0 : Math.sqrt(sd[i]! / free);
  return { mean, sd };
}

/** 1 − Σ w² below which all weight lies on one member. */
const alone = 1e-10;
