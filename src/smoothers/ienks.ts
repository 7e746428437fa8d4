/**
 * The iterative ensemble Kalman smoother: an observation, and the members L cycles before it.
 *
 *     E = x̄ + (w + εT) A                    members at the window's start                    [N, d]
 *     E_l = F_l(… F₁(E))                    the way through the window's cycles
 *     Y = T⁻¹ (h(E_l) − ȳ)/ε                slopes: what the weights do to h(x_l)            [N, m]
 *     w ← w + δw,   T ← √(N − 1) C^{−½}     a step of Gauss and Newton (`weights.ts`)
 *
 * and again, a fixed number of times: the nonlinear way to the observation is linearised anew about
 * every better mean. No step is longer than the one before, which undamped ones are before they run
 * away. ε = 1 regresses over the members (transform), a small ε takes the slopes at the mean (bundle).
 * Then the window slides by one cycle. L = 1 is the IEnKF; L = 0 iterates over h alone
 * (maximum-likelihood filter), and with one iteration is the ETKF.
 *
 * An observation of b cycles ago counts by the share β_b, Σ β = 1: wholly when it is new (single
 * assimilation), or in parts (multiple assimilation), which is gentler where windows are long. The
 * forecast, ℓ and the states of the window then count at once what is still outstanding, by one more
 * linear step; the window's start alone goes on without it.
 *
 * States of the window are those of the last slopes, x̄_l + (δw + T) X_l: they need no run of the model.
 * Inflation is that of the window's start.
 *
 * @see sakov2012 for the IEnKF; bocquet2014 for lag, bundle and shares
 */
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
  type Inflation,
  inflate,
  inflationOf,
  lagKey,
  membersKey,
  membersRemedy,
  membersText,
  type Smoother,
} from "../filters/index.js";
import { advance, type Transition } from "../models/index.js";
import { checkObservation, type Observation, unwrapMembers } from "../observe/index.js";
import { count, grouped, list, positiveNumber, setting } from "../parts/index.js";
import { type Scalar, sampleGaussian, sampleMoments } from "../prob/index.js";
import { foldIn, type Key, split } from "../random/index.js";
import { checkLag, pastOf } from "./past.js";
import {
  changed,
  evidenceOf,
  gaussNewton,
  type Linear,
  members,
  noWeights,
  type Sight,
  type Weights,
} from "./weights.js";

export interface IenksParams extends Inflation {
  /** Number of members N, at least 2. */
  readonly members: number;
  /** L: the window's length in cycles. @defaultValue 1 */
  readonly lag?: number;
  /** Steps of Gauss and Newton for each observation. @defaultValue 10 */
  readonly iterations?: number;
  /** Slopes by regression over the members, or at their mean, by members drawn in by this factor. @defaultValue "transform" */
  readonly linearisation?: "transform" | { readonly bundle: number };
  /** β: shares of the newest observation, of the one before, and so on, at most L + 1. @defaultValue [1] */
  readonly shares?: readonly number[];
  /** x_N: the finite size of the ensemble counts, and inflates by itself; 1 agnostic, 2 surer. */
  readonly xN?: Scalar;
}

export interface IenksState {
  /** The members that the next window begins with, inflated, [..., N, d]. */
  readonly start: Tensor;
  /** Members of the cycles of the window, the present first, at most L + 1: [..., N, d] each. */
  readonly window: readonly Tensor[];
  /** Model steps before each cycle of the window, the newest first, at most L. */
  readonly steps: readonly number[];
  /** Observations that still count, the newest first. */
  readonly seen: readonly (Seen | null)[];
}

/** What is kept of an observation; all of a window share h and R. */
type Seen = Pick<Observation, "y" | "mask">;

/** State: members of the window, and where the next one begins. */
export function ienks(params: IenksParams): Smoother<IenksState> {
  const { members: N, lag: L = 1 } = params;
  checkMembers("ienks", N);
  checkParams(params);
  return {
    name: "ienks",
    lag: L,
    init: (prior, key) => {
      const E = sampleGaussian(prior, N, key);
      return { start: E, window: [E], steps: [], seen: [] };
    },
    cycle: (before, cycle, key) => ienksCycle(before, cycle, params, key),
    moments: ({ window }) => sampleMoments(window[0]!),
    members: ({ window }) => ({ values: window[0]! }),
    past: ({ window }, back) => sampleMoments(pastOf("ienks", window, back)),
  };
}

/** One cycle: the window slides, and its members meet the observation. */
export function ienksCycle(
  before: IenksState,
  { transition, steps, observation }: Cycle,
  params: Omit<IenksParams, "members">,
  key: Key,
): CycleResult<IenksState> {
  const { lag: L = 1, shares = [1] } = params;
  checkNoise(transition, L);
  const [slideKey, inflationKey] = split(key) as [Key, Key];
  const run = (E: Tensor, n: number) => cross(E, transition, n, slideKey);

  const crossed = [steps, ...before.steps]; // newest first
  const start = crossed.length > L ? run(before.start, crossed[L]!) : before.start;
  const seen = [observation && { y: observation.y, mask: observation.mask }, ...before.seen];
  const slid = { start, steps: crossed.slice(0, L), seen: seen.slice(0, shares.length) };
  if (observation === null) {
    const window = [run(before.window[0]!, steps), ...before.window].slice(0, L + 1);
    const forecast = { ...slid, window };
    return { forecast, analysis: forecast, evidence: null };
  }
  const found = iterate(slid, transition, observation, params);
  return {
    forecast: { ...slid, window: found.forecast },
    analysis: {
      ...slid,
      window: found.window,
      start: inflate(found.start, start, params, inflationKey),
    },
    evidence: found.evidence,
  };
}

/** All steps of Gauss and Newton on a window that ends at an observation. */
function iterate(
  { start, steps, seen }: Omit<IenksState, "window">,
  transition: Transition,
  observation: Observation,
  { iterations = 10, linearisation = "transform", shares = [1], xN }: Omit<IenksParams, "members">,
) {
  const observations = seen.map((one) => earlier(one, observation));
  const epsilon = linearisation === "transform" ? 1 : linearisation.bundle;
  const xbar = mean(start, -2, { keepDims: true }); // [..., 1, d]
  const A = sub(start, xbar);
  const linearise = ({ w, T, inverse }: Weights) => {
    const E = add(xbar, matmul(add(w, mul(epsilon, T)), A)); // [..., N, d]
    const window = along(E, transition, steps);
    const linear = (X: Tensor): Linear => {
      const m = mean(X, -2, { keepDims: true });
      return { mean: m, slopes: mul(1 / epsilon, matmul(inverse, sub(X, m))) };
    };
    const sights = observations.map((one, b): Sight => {
      const hE = unwrapMembers(one.operator, one.operator.apply(window[b]!)); // [..., N, m]
      return { ...linear(hE), observation: one };
    });
    return { states: window.map(linear), sights };
  };

  const still = noWeights(start);
  const first = linearise(still);
  let [at, view] = [still, first];
  let step = gaussNewton(first.sights, shares, still.w, xN);
  for (let i = 1; i < iterations; i++) {
    at = { ...step, w: add(at.w, step.w) };
    view = linearise(at);
    step = noLonger(gaussNewton(view.sights, shares, at.w, xN), step);
  }
  const rest = outstanding(shares);
  const older = first.sights.slice(1);
  const prior = older.length === 0 ? still : gaussNewton(older, rest.slice(1), still.w, xN);
  const known = rest.length === 1 ? step : gaussNewton(view.sights, rest, at.w, xN);
  return {
    forecast: first.states.map((x) => members(x, prior)),
    window: view.states.map((x) => members(x, known)),
    start: members(view.states.at(-1)!, step),
    evidence: evidenceOf({ ...changed(first.sights[0]!, prior), observation }),
  };
}

/** What of each observation has not been counted before this cycle, by its age: 1 − Σ_{j<b} β_j. */
const outstanding = (shares: readonly number[]): number[] =>
  shares.map((_, b) => 1 - shares.slice(0, b).reduce((total, beta) => total + beta, 0));

/** A step, cut to the length of the one before if it is longer. */
function noLonger(step: Weights, before: Weights): Weights {
  const length2 = ({ w }: Weights) => sum(square(w), -1, { keepDims: true }); // [..., 1, 1]
  const most = add(length2(before), negligible);
  const longer = greater(length2(step), most);
  const share = sqrt(where(longer, div(most, where(longer, length2(step), 1)), 1));
  return { ...step, w: mul(share, step.w) };
}

/** A square of weights that is rounding; it keeps the root away from 0. */
const negligible = 1e-30;

/** n model steps. */
function cross(E: Tensor, transition: Transition, n: number, key: Key): Tensor {
  let x = E;
  for (let i = 0; i < n; i++) x = advance(transition, x, foldIn(key, i));
  return x;
}

/** Members at every cycle of a window that begins with E, the last first; steps the last first. */
function along(E: Tensor, { map: F }: Transition, steps: readonly number[]): Tensor[] {
  const window = [E];
  for (const n of steps.toReversed()) {
    let x = window[0]!;
    for (let i = 0; i < n; i++) x = F(x);
    window.unshift(x);
  }
  return window;
}

/** An observation of the window, by the h and R of the newest. */
function earlier(seen: Seen | null, observation: Observation): Observation {
  if (seen === null) {
    throw new UsageError(
      "ienks: nothing was observed in a cycle of the window; shares need an observation in each. Leave shares out, or mask the entries of an empty one.",
    );
  }
  const one = { ...observation, ...seen };
  checkObservation("ienks", one);
  return one;
}

function checkNoise({ noise }: Transition, L: number): void {
  if (L === 0 || noise === null || noise === 0) return;
  throw new UsageError(
    `ienks: the model has process noise, and a window of lag ${L} is crossed without any. Leave the noise out and set additiveInflation, or take lag 0 or the enks.`,
  );
}

function checkParams({
  lag: L = 1,
  iterations = 10,
  linearisation,
  shares = [1],
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
  const total = shares.reduce((sum, beta) => sum + beta, 0);
  const proper = shares.length <= L + 1 && shares.every((beta) => beta > 0);
  if (proper && Math.abs(total - 1) < 1e-9) return;
  throw new UsageError(
    `ienks: shares are [${shares.join(", ")}]; need positive numbers of sum 1, at most ${L + 1} for a lag of ${L}.`,
  );
}

export const ienksRecord = defineMethod({
  kind: "ienks",
  title: "iterative ensemble Kalman smoother (lag 1: IEnKF), for long intervals; any model",
  parameters: {
    members: membersKey,
    lag: lagKey(0, 1),
    iterations: count(1, {
      default: 10,
      about: "steps of Gauss and Newton for each observation",
    }),
    xN: positiveNumber({
      optional: true,
      symbol: "x_N",
      about: "the finite size of the ensemble counts, as in enkf-n",
    }),
    bundle: setting({
      bounds: { above: 0 },
      optional: true,
      symbol: "ε",
      about: "slopes by members drawn in by this factor (1e-4); without it by regression",
    }),
    shares: list({
      bounds: { min: 0, max: 1 },
      optional: true,
      symbol: "β",
      about:
        "weights of the newest observation, of the one before, and so on: multiple data assimilation",
    }),
    ...afterAnalysisKeys,
  },
  needs: () => ({}),
  build: (settings) => {
    const { members, lag, iterations, xN, bundle, shares } = settings;
    return ienks({
      ...{ members, ...inflationOf(settings), lag, iterations },
      ...(xN !== undefined && { xN }),
      ...(bundle !== undefined && { linearisation: { bundle } }),
      ...(shares && { shares }),
    });
  },
  phrase: (block) =>
    `an iterative ensemble Kalman smoother of ${membersText(block)} and lag ${grouped(block.lag as number)}`,
  remedy: membersRemedy,
});
