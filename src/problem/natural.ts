/** States of a method in natural units. */
import { NumericError, scope, sqrt, type Tensor } from "../engine/index.js";
import type { Members, Method, Moments } from "../filters/index.js";
import { freeWeightOf } from "../prob/index.js";

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
    const { mean, variance, unknown } = moments();
    checkVariances(variance);
    const sd = numbersOf(sqrt(variance));
    const infinite = unknown?.data() ?? [];
    return {
      mean: numbersOf(mean),
      sd: sd.map((s, i) => (infinite[i] === 1 ? Number.POSITIVE_INFINITY : s)),
    };
  });
  const mean = logs ? own.mean.map(Math.exp) : own.mean;
  const sd = logs ? own.sd.map((s, i) => mean[i]! * Math.sqrt(Math.expm1(s * s))) : own.sd;
  return { mean, sd, gaussian: { ...own, logs }, members: null };
}

/** Throws where rounding has made a variance negative. */
function checkVariances(variance: Tensor): void {
  const values = variance.data();
  const at = values.findIndex((v: number) => v < 0);
  if (at < 0) return;
  throw new NumericError(
    `the variance of variable ${at % variance.shape.at(-1)!} came out as ${values[at]}: the covariance has lost its precision. A start whose variances differ less, or a square-root form, may help.`,
  );
}

function ensembleState({ values: E, weights: w }: Members, logs: boolean): NaturalState {
  const values = naturalMembers(numbersOf(E), logs); // [N, d]
  const weights = w === undefined ? null : numbersOf(w);
  const into = { mean: new Float64Array(E.shape[1]!), sd: new Float64Array(E.shape[1]!) };
  momentsOf(values, weights, into);
  return { ...into, gaussian: null, members: { values, weights } };
}

/** Members in natural variables, in the place of their own. */
function naturalMembers(values: Float64Array, logs: boolean): Float64Array {
  for (let i = 0; logs && i < values.length; i++) values[i] = Math.exp(values[i]!);
  return values;
}

/** Writes the mean and the standard deviation [d] of a state in natural variables. */
export type MomentsInto = (state: unknown, into: Pick<NaturalState, "mean" | "sd">) => void;

/**
 * What writes the moments of many states of one method: members are read into one array, so that a long
 * run leaves nothing behind for each cycle. To be called within a scope.
 */
export function momentsReader(method: Method<unknown>, logs: boolean): MomentsInto {
  let values = new Float64Array(0);
  return (state, into) => {
    const members = method.members?.(state);
    if (members === undefined || members.values.dtype !== "f64") {
      const { mean, sd } = naturalState(method, state, logs);
      into.mean.set(mean);
      into.sd.set(sd);
      return;
    }
    const { values: E, weights: w } = members;
    if (values.length !== E.size) values = new Float64Array(E.size);
    E.copyTo(values);
    momentsOf(naturalMembers(values, logs), w === undefined ? null : numbersOf(w), into);
  };
}

/** The numbers of a tensor, row-major; `data` gives a copy, which needs no second one. */
function numbersOf(x: Tensor): Float64Array {
  const values = x.data();
  return values instanceof Float64Array ? values : new Float64Array(values);
}

/** 1 − Σ w² below which all weight lies on one member. */
const alone = 1e-10;

/** Variables whose sums are kept side by side: more of them than a processor adds at a time. */
const sideBySide = 4;

/**
 * The variance of weights w is Σ w (x − x̄)²/(1 − Σ w²), for equal ones that with N − 1. Sums run over the
 * members in their order, for some variables at a time.
 */
function momentsOf(
  values: Float64Array,
  weights: Float64Array | null,
  { mean, sd }: Pick<NaturalState, "mean" | "sd">,
): void {
  const d = mean.length;
  const N = values.length / d;
  const w = weights ?? new Float64Array(N).fill(1 / N);
  const free = weights === null ? 1 - 1 / N : freeWeightOf(weights);
  let i = 0;
  for (; i + sideBySide <= d; i += sideBySide) {
    let [a, b, c, e] = [0, 0, 0, 0];
    for (let n = 0, at = i; n < N; n++, at += d) {
      const weight = w[n]!;
      a += weight * values[at]!;
      b += weight * values[at + 1]!;
      c += weight * values[at + 2]!;
      e += weight * values[at + 3]!;
    }
    let [va, vb, vc, ve] = [0, 0, 0, 0];
    for (let n = 0, at = i; n < N; n++, at += d) {
      const weight = w[n]!;
      va += weight * (values[at]! - a) ** 2;
      vb += weight * (values[at + 1]! - b) ** 2;
      vc += weight * (values[at + 2]! - c) ** 2;
      ve += weight * (values[at + 3]! - e) ** 2;
    }
    mean[i] = a;
    mean[i + 1] = b;
    mean[i + 2] = c;
    mean[i + 3] = e;
    sd[i] = va;
    sd[i + 1] = vb;
    sd[i + 2] = vc;
    sd[i + 3] = ve;
  }
  for (; i < d; i++) {
    let a = 0;
    for (let n = 0, at = i; n < N; n++, at += d) a += w[n]! * values[at]!;
    let va = 0;
    for (let n = 0, at = i; n < N; n++, at += d) va += w[n]! * (values[at]! - a) ** 2;
    mean[i] = a;
    sd[i] = va;
  }
  for (let k = 0; k < d; k++) sd[k] = free < alone ? 0 : Math.sqrt(sd[k]! / free);
}
