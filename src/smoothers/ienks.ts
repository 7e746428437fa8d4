import {
  add,
  div,
  greater,
  matmul,
  mean,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  UsageError,
  where,
} from "../engine/index.js";
import {
  afterAnalysisKeys,
  type Cycle,
  type CycleResult,
  checkMembers,
  defineMethod,
  ensembleSpaceSize,
  type Inflation,
  inflate,
  inflationNames,
  inflationOf,
  lagKey,
  membersKey,
  membersRemedy,
  membersText,
  type Smoother,
} from "../filters/index.js";
import { advance, hasNoise, type Transition } from "../models/index.js";
import { checkObservation, type Observation, unwrapMembers } from "../observe/index.js";
import {
  checkOptions,
  count,
  grouped,
  list,
  mostRepeated,
  namesOf,
  positiveNumber,
  setting,
} from "../parts/index.js";
import { type Scalar, sampleGaussian, sampleMoments } from "../prob/index.js";
import { foldIn, type Key, split } from "../random/index.js";
import { checkLag, pastOf } from "./past.js";
import {
  evidenceOf,
  gaussNewton,
  type Linear,
  type LinearisedObservation,
  members,
  transformed,
  unchangedWeights,
  type Weights,
} from "./weights.js";

export interface IenksParams extends Inflation {
  /** Number of members N, at least 2. */
  readonly members: number;
  /** L: the window's length in cycles. @defaultValue 1 */
  readonly lag?: number;
  /** Number of Gauss–Newton steps for each observation. @defaultValue 10 */
  readonly iterations?: number;
  /**
   * How slopes are computed: by regression over the members ("transform"), or at their mean, by members
   * whose anomalies are scaled by the factor `bundle`. @defaultValue "transform"
   */
  readonly linearisation?: "transform" | { readonly bundle: number };
  /** β: weights of the newest observation, of the one before, and so on, of sum 1; at most L + 1. @defaultValue [1] */
  readonly observationWeights?: readonly number[];
  /** x_N: accounts for the finite size of the ensemble, as in the EnKF-N, which replaces inflation; usually 1 or 2. */
  readonly xN?: Scalar;
}

export interface IenksState {
  /** Members at the start of the next window, inflated, [..., N, d]. */
  readonly start: Tensor;
  /** Members at each cycle of the window, the present first, at most L + 1 of [..., N, d]. */
  readonly window: readonly Tensor[];
  /** Model steps before each cycle of the window, the newest first, at most L. */
  readonly steps: readonly number[];
  /** Observations that the next windows assimilate again, the newest first; null: nothing was observed. */
  readonly observations: readonly (ObservedValues | null)[];
}

/** The values of a past observation; its h and R are those of the newest. */
type ObservedValues = Pick<Observation, "y" | "mask">;

const known = namesOf<IenksParams>({
  members: true,
  lag: true,
  iterations: true,
  linearisation: true,
  observationWeights: true,
  xN: true,
  ...inflationNames,
});

/**
 * Makes the iterative ensemble Kalman smoother (IEnKS): members L cycles before the newest observation
 * are moved so that their trajectories fit the observations of the window.
 *
 *     E = x̄ + (w + εT) A                    members at the window's start                    [N, d]
 *     E_l = F_l(… F₁(E))                    their trajectories through the window
 *     Y = T⁻¹ (h(E_l) − ȳ)/ε                slopes of h(x_l) in the weights                  [N, m]
 *     w ← w + δw,   T ← √(N − 1) C^{−½}     a Gauss–Newton step (`gaussNewton`)
 *
 * The steps are repeated a fixed number of times, with the model and h linearised about each new mean.
 * No step is longer than the one before, which prevents divergence. ε = 1 computes slopes by
 * regression over the members (transform), a small ε at the mean (bundle). Then the window moves by one
 * cycle. L = 1 is the iterative ensemble Kalman filter (IEnKF); L = 0 iterates over h alone (maximum
 * likelihood filter) and with one iteration is the ETKF.
 *
 * An observation b cycles old has the weight β_b, Σ β = 1: all its weight when it is new (single data
 * assimilation), or parts of it in several windows (multiple data assimilation), which suits long
 * windows. The forecast, ℓ and the states of the window include the remaining weights by one more
 * linear step; only the start of the next window does not.
 *
 * The states of the window are those of the last slopes, x̄_l + (δw + T) X_l, without another run of the
 * model. Inflation is applied at the window's start.
 *
 * @throws UsageError for parameters out of range, or a model with process noise where L > 0.
 * @see sakov2012 for the IEnKF; bocquet2014 for the lag, the bundle and the weights
 */
export function ienks(params: IenksParams): Smoother<IenksState> {
  checkOptions("ienks", params, known);
  const { members: N, lag: L = 1 } = params;
  checkMembers("ienks", N);
  checkParams(params);
  return {
    name: "ienks",
    lag: L,
    init: (prior, key) => {
      const E = sampleGaussian(prior, N, key);
      return { start: E, window: [E], steps: [], observations: [] };
    },
    cycle: (before, cycle, key) => ienksCycle(before, cycle, params, key),
    moments: ({ window }) => sampleMoments(window[0]!),
    members: ({ window }) => ({ values: window[0]! }),
    past: ({ window }, back) => sampleMoments(pastOf("ienks", window, back)),
  };
}

/** Runs one cycle: moves the window, and assimilates the observation. */
export function ienksCycle(
  before: IenksState,
  { transition, steps, observation }: Cycle,
  params: Omit<IenksParams, "members">,
  key: Key,
): CycleResult<IenksState> {
  const { lag: L = 1, observationWeights = [1] } = params;
  checkNoise(transition, L);
  const [slideKey, inflationKey] = split(key) as [Key, Key];
  const run = (E: Tensor, n: number) => propagate(E, transition, n, slideKey);

  const allSteps = [steps, ...before.steps]; // newest first
  const start = allSteps.length > L ? run(before.start, allSteps[L]!) : before.start;
  const observed = [
    observation && { y: observation.y, mask: observation.mask },
    ...before.observations,
  ];
  const shifted = {
    start,
    steps: allSteps.slice(0, L),
    observations: observed.slice(0, observationWeights.length),
  };
  if (observation === null) {
    const window = [run(before.window[0]!, steps), ...before.window].slice(0, L + 1);
    const forecast = { ...shifted, window };
    return { forecast, analysis: forecast, evidence: null };
  }
  const result = iterate(shifted, transition, observation, params);
  return {
    forecast: { ...shifted, window: result.forecast },
    analysis: {
      ...shifted,
      window: result.window,
      start: inflate(result.start, start, params, inflationKey),
    },
    evidence: result.evidence,
  };
}

/** Makes all Gauss–Newton steps on a window that ends at an observation. */
function iterate(
  { start, steps, observations: observed }: Omit<IenksState, "window">,
  transition: Transition,
  observation: Observation,
  {
    iterations = 10,
    linearisation = "transform",
    observationWeights = [1],
    xN,
  }: Omit<IenksParams, "members">,
) {
  const observations = observed.map((one) => pastObservation(one, observation));
  const epsilon = linearisation === "transform" ? 1 : linearisation.bundle;
  const xbar = mean(start, -2, { keepDims: true }); // [..., 1, d]
  const A = sub(start, xbar);
  const linearise = ({ w, T, inverse }: Weights) => {
    const E = add(xbar, matmul(add(w, mul(epsilon, T)), A)); // [..., N, d]
    const window = trajectoryOf(E, transition, steps);
    const linear = (X: Tensor): Linear => {
      const m = mean(X, -2, { keepDims: true });
      return { mean: m, slopes: mul(1 / epsilon, matmul(inverse, sub(X, m))) };
    };
    const linearised = observations.map((one, b): LinearisedObservation => {
      const hE = unwrapMembers(one.operator, one.operator.apply(window[b]!)); // [..., N, m]
      return { ...linear(hE), observation: one };
    });
    return { states: window.map(linear), linearised };
  };

  const unchanged = unchangedWeights(start);
  const first = linearise(unchanged);
  let [at, view] = [unchanged, first];
  let step = gaussNewton(first.linearised, observationWeights, unchanged.w, xN);
  for (let i = 1; i < iterations; i++) {
    at = { ...step, w: add(at.w, step.w) };
    view = linearise(at);
    step = limitStep(gaussNewton(view.linearised, observationWeights, at.w, xN), step);
  }
  const rest = remainingWeights(observationWeights);
  const older = first.linearised.slice(1);
  const prior = older.length === 0 ? unchanged : gaussNewton(older, rest.slice(1), unchanged.w, xN);
  const full = rest.length === 1 ? step : gaussNewton(view.linearised, rest, at.w, xN);
  return {
    forecast: first.states.map((x) => members(x, prior)),
    window: view.states.map((x) => members(x, full)),
    start: members(view.states.at(-1)!, step),
    evidence: evidenceOf({ ...transformed(first.linearised[0]!, prior), observation }),
  };
}

/** Returns the weight of each observation that was not assimilated before this cycle, by its age: 1 − Σ_{j<b} β_j. */
const remainingWeights = (weights: readonly number[]): number[] =>
  weights.map((_, b) => 1 - weights.slice(0, b).reduce((total, beta) => total + beta, 0));

/** Returns a step, scaled to the length of the step before if it is longer. */
function limitStep(step: Weights, before: Weights): Weights {
  const length2 = ({ w }: Weights) => sum(square(w), -1, { keepDims: true }); // [..., 1, 1]
  const most = add(length2(before), negligible);
  const longer = greater(length2(step), most);
  const factor = sqrt(where(longer, div(most, where(longer, length2(step), 1)), 1));
  return { ...step, w: mul(factor, step.w) };
}

/** A squared length that counts as 0; it keeps the root away from 0. */
const negligible = 1e-30;

/** Propagates members by n model steps. */
function propagate(E: Tensor, transition: Transition, n: number, key: Key): Tensor {
  let x = E;
  for (let i = 0; i < n; i++) x = advance(transition, x, foldIn(key, i));
  return x;
}

/** Returns the members at each cycle of a window that starts with E, without noise; the last cycle first, as `steps`. */
function trajectoryOf(E: Tensor, { map: F }: Transition, steps: readonly number[]): Tensor[] {
  const window = [E];
  for (const n of steps.toReversed()) {
    let x = window[0]!;
    for (let i = 0; i < n; i++) x = F(x);
    window.unshift(x);
  }
  return window;
}

/** Returns a past observation of the window, with the h and R of the newest. */
function pastObservation(observed: ObservedValues | null, observation: Observation): Observation {
  if (observed === null) {
    throw new UsageError(
      "ienks: nothing was observed in a cycle of the window; observationWeights need an observation in each cycle. Leave observationWeights out, or mask all entries of an observation.",
    );
  }
  const one = { ...observation, ...observed };
  checkObservation("ienks", one);
  return one;
}

function checkNoise(transition: Transition, L: number): void {
  if (L === 0 || !hasNoise(transition)) return;
  throw new UsageError(
    `ienks: the model has process noise, and a window of lag ${L} is crossed without any. Leave the noise out and set additiveInflation, or take lag 0 or the enks.`,
  );
}

function checkParams({
  lag: L = 1,
  iterations = 10,
  linearisation,
  observationWeights = [1],
  xN,
}: IenksParams) {
  checkLag("ienks", L);
  if (!(Number.isInteger(iterations) && iterations >= 1)) {
    throw new UsageError(`ienks: iterations is ${iterations}; need a whole number, at least 1.`);
  }
  if (typeof linearisation === "object" && !(linearisation.bundle > 0)) {
    throw new UsageError(
      `ienks: bundle is ${linearisation.bundle}; need a positive factor, such as 1e-4.`,
    );
  }
  if (typeof xN === "number" && !(xN > 0)) {
    throw new UsageError(`ienks: xN is ${xN}; need a positive number, such as 1 or 2.`);
  }
  const need = weightsNeed(observationWeights, L);
  if (need === null) return;
  throw new UsageError(
    `ienks: observationWeights are [${observationWeights.join(", ")}]; need ${need}.`,
  );
}

/** Returns what weights of observations need to be for a lag; null: they are so. */
function weightsNeed(weights: readonly number[], L: number): string | null {
  const total = weights.reduce((sum, beta) => sum + beta, 0);
  const proper = weights.length <= L + 1 && weights.every((beta) => beta > 0);
  if (proper && Math.abs(total - 1) < 1e-9) return null;
  return `positive numbers of sum 1, at most ${L + 1} for a lag of ${L}`;
}

export const ienksRecord = defineMethod({
  kind: "ienks",
  title: "iterative ensemble Kalman smoother (lag 1: IEnKF), for long intervals; any model",
  parameters: {
    members: membersKey,
    lag: lagKey(0, 1),
    iterations: count(
      1,
      {
        default: 10,
        about: "steps of Gauss and Newton for each observation",
      },
      mostRepeated,
    ),
    xN: positiveNumber({
      optional: true,
      symbol: "x_N",
      about:
        "how far the sample covariance of the forecast is trusted, as in enkf-n; without it the finite size of the ensemble is left out of account",
    }),
    bundle: setting({
      bounds: { above: 0 },
      optional: true,
      symbol: "ε",
      about: "slopes by members drawn in by this factor (1e-4); without it by regression",
    }),
    observationWeights: list({
      bounds: { min: 0, max: 1 },
      optional: true,
      symbol: "β",
      about:
        "weights of the newest observation, of the one before, and so on: multiple data assimilation",
    }),
    ...afterAnalysisKeys,
  },
  hints: {
    shares: () => `ienks takes "observationWeights", the weights of the newest observations`,
  },
  stateSize: ensembleSpaceSize,
  check: ({ lag, observationWeights }, tell) => {
    const weights = observationWeights as readonly number[] | undefined;
    const need = weights && weightsNeed(weights, lag as number);
    if (need) tell(["observationWeights"], `got [${weights.join(", ")}]; need ${need}`);
  },
  needs: ({ lag }) =>
    lag === 0
      ? {}
      : {
          noProcessNoise:
            "its window is crossed without any. Leave the noise out and set additiveInflation, or take lag: 0 or enks",
        },
  build: (settings) => {
    const { members, lag, iterations, xN, bundle, observationWeights } = settings;
    return ienks({
      ...{ members, ...inflationOf(settings), lag, iterations },
      ...(xN !== undefined && { xN }),
      ...(bundle !== undefined && { linearisation: { bundle } }),
      ...(observationWeights && { observationWeights }),
    });
  },
  phrase: (block) =>
    `an iterative ensemble Kalman smoother of ${membersText(block)} and lag ${grouped(block.lag as number)}`,
  remedy: membersRemedy,
});
