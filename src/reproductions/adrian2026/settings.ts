/** The settings of the paper's experiments, by system; each figure gives those that it varies. */
import { isFailed, type Json, type Scale } from "../reproduction.js";
import type { MethodName, Trial, TrialResult } from "./trial.js";

const pairs = (dynamics: readonly number[], filter: readonly number[]): Trial["rates"] =>
  dynamics.flatMap((a) => filter.map((b) => ({ dynamics: a, filter: b })));

const shared = {
  window: 20,
  trajectories: { training: 8, validation: 4, test: 4 },
  ...{ rank: null, inflation: 0.1, halfWidth: null, learnHalfWidth: false },
  ...{ trueModel: false, series: false, changing: false, data: 1, model: 1, tuning: 3 },
  grid: [],
} as const;

/** The rates with the lowest validation loss over three initial models, among those with which no window fails. */
const orbitRates: Readonly<Record<MethodName, Trial["rates"]>> = {
  "3dvar-c": pairs([1e-3], [1e-2]),
  "3dvar-k": pairs([1e-3], [1e-2]),
  enkf: pairs([3e-3], [3e-1]),
  ens3dvar: pairs([3e-3], [3e-1]),
  kalman: pairs([0], [0]),
};

/** A trial of Clohessy–Wiltshire. @see adrian2026, F.1 */
export const orbitTrial = (scale: Scale, method: MethodName, varied: Partial<Trial>): Trial => ({
  ...shared,
  ...{ system: "orbit", method, dimension: 6, members: 25, ratio: 0.5 },
  ...{ cycles: scale === "paper" ? 800 : 400, epochs: scale === "paper" ? 40 : 20 },
  ...{ variance: 0.1, modelError: 0.03 },
  rates: orbitRates[method],
  ...varied,
});

/**
 * The rates with the lowest validation loss on figure 5 and one initial model, chosen as the paper chose
 * its own; for Ens3DVar only one pair was tried. A dense B or K overfits at higher rates.
 */
const lorenzRates: Readonly<Record<MethodName, Trial["rates"]>> = {
  "3dvar-c": pairs([3e-3], [1e-4]),
  "3dvar-k": pairs([1e-3], [1e-3]),
  enkf: pairs([1e-3], [3e-2]),
  ens3dvar: pairs([1e-3], [1e-2]),
  kalman: pairs([0], [0]),
};

/** A trial of Lorenz-96. @see adrian2026, F.2 */
export const lorenzTrial = (scale: Scale, method: MethodName, varied: Partial<Trial>): Trial => ({
  ...shared,
  ...{ system: "lorenz", method, dimension: scale === "paper" ? 200 : 40, members: 25 },
  ...{ cycles: scale === "paper" ? 1200 : 400, epochs: scale === "paper" ? 40 : 10 },
  ...{ ratio: 0.6, variance: 1, modelError: 1, halfWidth: 5 },
  rates: lorenzRates[method],
  ...varied,
});

/** A trial of generalised Lotka–Volterra, with as many members as species. @see adrian2026, F.3 */
export const communityTrial = (scale: Scale, method: MethodName, varied: Partial<Trial>): Trial => {
  const dimension = varied.dimension ?? (scale === "paper" ? 100 : 40);
  return {
    ...shared,
    ...{ system: "community", method, dimension, members: dimension },
    ...{ cycles: scale === "paper" ? 800 : 400, epochs: scale === "paper" ? 40 : 15 },
    ...{ ratio: 0.5, changing: true, variance: 0.05, modelError: 0.1 },
    rates: pairs([1e-2], [1e-1]),
    ...varied,
  };
};

/** The numbers of the initial models. */
export const models = (scale: Scale): number[] =>
  Array.from({ length: scale === "paper" ? 10 : 3 }, (_, i) => i + 1);

/** A trial that did not fail, and its result. */
export interface Done {
  readonly trial: Trial;
  readonly result: TrialResult;
}

/** The trials and their results, in order, without those that failed. */
export const doneOf = (trials: readonly Trial[], results: readonly Json[]): Done[] =>
  trials.flatMap((trial, i) => {
    const result = results[i]!;
    return isFailed(result) ? [] : [{ trial, result: result as unknown as TrialResult }];
  });

export const asJson = (trials: readonly Trial[]): readonly Json[] => trials as unknown as Json[];

/** The error of the learned model: the mean over the last quarter of the epochs (10 of 40). */
export function learnedError({ epochs, initial }: TrialResult, which = 0): number {
  if (epochs.length === 0) return initial[which]!;
  const last = epochs.slice(-Math.max(1, Math.round(epochs.length / 4)));
  return last.reduce((sum, { errors }) => sum + errors[which]!, 0) / last.length;
}

/** Values of φ (EnKF) or φ₁ (Ens3DVar) to test beside the learned one: figure 12. */
export function filterGrid(method: MethodName): readonly number[] {
  if (method === "enkf") return [0.001, 0.02, 0.05, 0.1, 0.2, 0.3];
  return method === "ens3dvar" ? [0.1, 0.3, 0.5, 0.7, 0.9, 0.99] : [];
}
