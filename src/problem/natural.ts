/** States of a method in natural units. */
import { scope, sqrt } from "../engine/index.js";
import type { Members, Method, Moments } from "../filters/index.js";

/** One state in plain numbers, [d] each. */
export interface NaturalState {
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  /** Where the state is a Gaussian: its moments, and whether they are those of logarithms. */
  readonly gaussian: {
    readonly mean: Float64Array;
    readonly sd: Float64Array;
    readonly logs: boolean;
  } | null;
  /** Where the state is an ensemble. */
  readonly members: NaturalMembers | null;
}

export interface NaturalMembers {
  /** [N, d], row-major */
  readonly values: Float64Array;
  /** [N], of sum 1; null: all count alike. */
  readonly weights: Float64Array | null;
}

/** A state of a method; `logs` says that it holds logarithms. */
export function naturalState<S>(method: Method<S>, state: S, logs: boolean): NaturalState {
  if (method.members === undefined) return naturalMoments(() => method.moments(state), logs);
  return scope(() => ensembleState(method.members!(state), logs));
}

/**
 * Mean and standard deviation [d] of moments. A state of logarithms has its own exponential as its
 * mean, with the relative deviation of a lognormal.
 */
export function naturalMoments(moments: () => Moments, logs: boolean): NaturalState {
  const own = scope(() => {
    const { mean, variance } = moments();
    return {
      mean: Float64Array.from(mean.data()),
      sd: Float64Array.from(sqrt(variance).data()),
    };
  });
  const mean = logs ? own.mean.map(Math.exp) : own.mean;
  const sd = logs ? own.sd.map((s, i) => mean[i]! * Math.sqrt(Math.expm1(s * s))) : own.sd;
  return { mean, sd, gaussian: { ...own, logs }, members: null };
}

function ensembleState({ values: E, weights: w }: Members, logs: boolean): NaturalState {
  const [N, d] = E.shape as [number, number];
  const values = Float64Array.from(logs ? E.data().map(Math.exp) : E.data()); // [N, d]
  const weights = w === undefined ? null : Float64Array.from(w.data());
  return { ...momentsOf(values, N, d, weights), gaussian: null, members: { values, weights } };
}

/** 1 − Σ w² below which all weight lies on one member. */
const alone = 1e-10;

/** The variance of weights w is Σ w (x − x̄)²/(1 − Σ w²), for equal ones that with N − 1. */
function momentsOf(
  values: ArrayLike<number>,
  N: number,
  d: number,
  weights: ArrayLike<number> | null,
): Pick<NaturalState, "mean" | "sd"> {
  const mean = new Float64Array(d);
  const sd = new Float64Array(d);
  let free = 1;
  for (let n = 0; n < N; n++) {
    const w = weights === null ? 1 / N : weights[n]!;
    free -= w * w;
    for (let i = 0; i < d; i++) mean[i]! += w * values[n * d + i]!;
  }
  for (let n = 0; n < N; n++) {
    const w = weights === null ? 1 / N : weights[n]!;
    for (let i = 0; i < d; i++) sd[i]! += w * (values[n * d + i]! - mean[i]!) ** 2;
  }
  for (let i = 0; i < d; i++) sd[i] = free < alone ? 0 : Math.sqrt(sd[i]! / free);
  return { mean, sd };
}
