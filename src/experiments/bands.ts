/** States of a filter as people read them: mean, spread and 90 % band in natural units. */

import { quantiles } from "../diagnostics/index.js";
import { exp, scope, sqrt } from "../engine/index.js";
import type { Members, Method, Moments } from "../filters/index.js";
import { normalQuantile } from "../prob/index.js";
import type { Band } from "./output.js";

/** One state: [d] each, the members [d][N] of an ensemble, and their weights [N]. */
export interface NaturalState {
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly members: readonly (readonly number[])[] | null;
  /** null: all members count alike. */
  readonly weights: readonly number[] | null;
}

const ninety = normalQuantile(0.95);

/** A state of a method; `logs` says that it holds logarithms. */
export function naturalState<S>(method: Method<S>, state: S, logs: boolean): NaturalState {
  if (method.members === undefined) return naturalMoments(() => method.moments(state), logs);
  return scope(() => ensembleState(method.members!(state), logs));
}

/** Mean and variance, [d] each. */
export function naturalMoments(moments: () => Moments, logs: boolean): NaturalState {
  const { mean, sd } = scope(() => {
    const { mean: m, variance } = moments();
    return { mean: [...m.data()], sd: [...sqrt(variance).data()] };
  });
  const lower = mean.map((m, i) => m - ninety * sd[i]!);
  const upper = mean.map((m, i) => m + ninety * sd[i]!);
  if (!logs) return { mean, sd, lower, upper, members: null, weights: null };
  // One state of logarithms: its own exponential, with the relative deviation of a lognormal.
  return {
    mean: mean.map(Math.exp),
    sd: sd.map((s, i) => Math.exp(mean[i]!) * Math.sqrt(Math.expm1(s * s))),
    lower: lower.map(Math.exp),
    upper: upper.map(Math.exp),
    members: null,
    weights: null,
  };
}

/** Of weights w the variance is Σ w (x − x̄)²/(1 − Σ w²), for equal ones that with N − 1. */
function ensembleState({ values: E, weights: shares }: Members, logs: boolean): NaturalState {
  const rows = (logs ? exp(E) : E).toArray() as number[][];
  const weights = shares === undefined ? null : [...shares.data()];
  const w = weights ?? rows.map(() => 1 / rows.length);
  const free = 1 - w.reduce((sum, v) => sum + v * v, 0);
  const members = rows[0]!.map((_, i) => rows.map((row) => row[i]!));
  const mean = members.map((values) => values.reduce((sum, v, n) => sum + w[n]! * v, 0));
  const sd = members.map((values, i) => {
    const squares = values.reduce((sum, v, n) => sum + w[n]! * (v - mean[i]!) ** 2, 0);
    return free < alone ? 0 : Math.sqrt(squares / free);
  });
  const ends = members.map((values) => quantiles(values, [0.05, 0.95], weights ?? undefined));
  return {
    mean,
    sd,
    lower: ends.map(([low]) => low!),
    upper: ends.map(([, high]) => high!),
    members,
    weights,
  };
}

/** 1 − Σ w² below which all weight lies on one member. */
const alone = 1e-10;

/** A series of states as one band. */
export const bandOf = (states: readonly NaturalState[]): Band => ({
  mean: states.map(({ mean }) => mean),
  sd: states.map(({ sd }) => sd),
  lower: states.map(({ lower }) => lower),
  upper: states.map(({ upper }) => upper),
});
