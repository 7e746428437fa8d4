import {
  add,
  broadcastTo,
  concat,
  expandDims,
  matmul,
  mean,
  mul,
  sub,
  type Tensor,
  transpose,
  UsageError,
} from "../engine/index.js";
import {
  afterAnalysisKeys,
  asksForClimate,
  backgroundSize,
  type Cycle,
  type CycleResult,
  checkBackground,
  checkBackgroundSize,
  checkIterations,
  checkMembers,
  cyclesText,
  defineMethod,
  ensembleSpace,
  ensembleSpaceSize,
  type Inflation,
  inflate,
  inflationNames,
  inflationOf,
  membersKey,
  membersText,
  mixingKey,
  type Smoother,
  scaledEnsemble,
  taperRemedy,
  windowKeys,
} from "../filters/index.js";
import { checkOptions, namesOf } from "../parts/index.js";
import {
  type Covariance,
  covarianceFactor,
  floatType,
  root,
  type Scalar,
  sampleGaussian,
  sampleMoments,
  scale,
} from "../prob/index.js";
import type { Key } from "../random/index.js";
import { checkWindow, type FourdvarParams, windowOf } from "./fourdvar.js";
import { analyseWindow, solverFor, trajectory, type Window } from "./incremental.js";
import { pastOf } from "./past.js";

export interface En4dvarParams extends Omit<FourdvarParams, "observations">, Inflation {
  /** Number of members N, at least 2. */
  readonly members: number;
  /** β: weight of the members' covariance, from 0 to 1. */
  readonly mixing: Scalar;
}

export interface En4dvarState {
  /** Members at each cycle of the window, the present last, at most L + 1 of [..., N, d]. */
  readonly window: readonly Tensor[];
  /** Model steps before each cycle but the first. */
  readonly steps: readonly number[];
}

const known = namesOf<En4dvarParams>({
  members: true,
  lag: true,
  iterations: true,
  solver: true,
  covariance: true,
  mixing: true,
  ...inflationNames,
});

/**
 * Makes the hybrid ensemble 4DVar: 4DVar whose covariance at the window's start is a mixture of a
 * static covariance and that of members. Estimates are the members' means.
 *
 *     B_t = (1 − β) B + β Aᵀ A/(N − 1)         A: anomalies of the members at the start  [N, d]
 *     x_0 = x_b + √(1 − β) B^½ w_s + √(β/(N − 1)) Aᵀ w_e                                 [d]
 *     A ← T A,   T = (I + ZZᵀ)^(−½),   Z = R^(−½) (h(E_n) − ȳ)/√(N − 1)                  [N, d]
 *
 * The mean is the 4DVar analysis with B_t; each observation is assimilated when it is the newest. The
 * anomalies are transformed as in the ETKF, by the members E_n at the window's end whose trajectories
 * start about the new x_0; the static covariance is not used there. The members are then centred on the
 * mean at each time of the window.
 *
 * β = 0 is 4DVar, with members that only describe the uncertainty. β = 1 is ensemble 4DVar, which for a
 * linear model equals the Kalman filter and smoother for the members' covariance. Process noise is not
 * used.
 *
 * @throws UsageError for parameters out of range.
 * @see lorenc2003 for the stacked control variable; bocquet2014 for the members of the window
 */
export function en4dvar(params: En4dvarParams): Smoother<En4dvarState> {
  checkOptions("en4dvar", params, known);
  const { members: N, lag, mixing: beta, iterations = 3 } = params;
  checkMembers("en4dvar", N);
  checkWindow("en4dvar", lag);
  checkIterations("en4dvar", iterations);
  if (typeof beta === "number" && !(beta >= 0 && beta <= 1)) {
    throw new UsageError(`en4dvar: mixing is ${beta}; need a weight from 0 to 1.`);
  }
  return {
    name: "en4dvar",
    lag,
    init: (prior, key) => {
      const E = sampleGaussian(prior, N, key);
      return { window: [withMean(row(prior.mean), E)], steps: [] };
    },
    cycle: (before, cycle, key) => en4dvarCycle(before, cycle, params, key),
    moments: ({ window }) => sampleMoments(window.at(-1)!),
    members: ({ window }) => ({ values: window.at(-1)! }),
    past: ({ window }, back) => sampleMoments(pastOf("en4dvar", window.toReversed(), back)),
  };
}

/** Runs one cycle: moves the window, and assimilates the observation. */
function en4dvarCycle(
  before: En4dvarState,
  { transition: { map }, steps: n, observation }: Cycle,
  params: En4dvarParams,
  key: Key,
): CycleResult<En4dvarState> {
  const { lag, covariance, mixing, iterations = 3 } = params;
  const E = before.window.slice(-lag)[0]!; // [..., N, d]
  const steps = [...before.steps, n].slice(-lag);
  const guess = mean(E, -2);
  const A = sub(E, row(guess));
  const factor = hybridFactor(covariance, A, mixing);
  const solver = params.solver ?? solverFor(factor);
  const window: Window = { background: guess, guess, factor, map, steps, observations: [] };
  /** Propagates members from the window's start, centred on the mean at each time. */
  const along = (states: readonly Tensor[], start: Tensor): En4dvarState => ({
    window: trajectory(window, start).map((X, j) => withMean(row(states[j]!), X)),
    steps,
  });
  if (observation === null) {
    const forecast = along(trajectory(window, guess), E);
    return { forecast, analysis: forecast, evidence: null };
  }
  const observations = [{ time: steps.length, observation }];
  const { states, forecast, evidence } = analyseWindow(
    { ...window, observations },
    iterations,
    solver,
  );
  const x0 = row(states[0]!);
  const end = trajectory(window, add(x0, A)).at(-1)!;
  const { seen: Z, departure } = scaledEnsemble("en4dvar", end, observation);
  const T = ensembleSpace(Z, departure).inverseRoot();
  return {
    forecast: along(forecast.states, E),
    analysis: along(states, inflate(add(x0, matmul(T, A)), E, params, key)),
    evidence,
  };
}

/** Returns the factor [√(1 − β) B^½, √(β/(N − 1)) Aᵀ], [..., d, p + N]; for β = 0 or 1 one part alone. */
function hybridFactor(B: Covariance, A: Tensor, beta: Scalar): Tensor {
  const [N, d] = A.shape.slice(-2) as [number, number];
  const members = mul(root(scale(1 / (N - 1), beta)), transpose(A)); // [..., d, N]
  if (beta === 1) return members;
  const staticFactor = covarianceFactor(B, d, floatType(A));
  if (beta === 0) return staticFactor;
  const staticPart = mul(root(typeof beta === "number" ? 1 - beta : sub(1, beta)), staticFactor);
  const shape = [...A.shape.slice(0, -2), ...staticPart.shape.slice(-2)];
  return concat([broadcastTo(staticPart, shape), members], -1);
}

/** Returns the members E, centred on the mean x. */
const withMean = (x: Tensor, E: Tensor): Tensor => add(x, sub(E, mean(E, -2, { keepDims: true })));

/** [..., d] → [..., 1, d] */
const row = (x: Tensor): Tensor => expandDims(x, -2);

export const en4dvarRecord = defineMethod({
  kind: "en4dvar",
  title: "4DVar whose covariance is mixed with that of members; any model",
  parameters: {
    members: membersKey,
    ...windowKeys,
    mixing: mixingKey,
    ...afterAnalysisKeys,
  },
  check: checkBackground,
  checkDimension: checkBackgroundSize,
  stateSize: (block, sizes) => backgroundSize(block, sizes) + ensembleSpaceSize(block, sizes),
  needs: (block) => (asksForClimate(block) ? { climate: ["background"] } : {}),
  build: (settings, context) =>
    en4dvar({
      members: settings.members,
      ...inflationOf(settings),
      ...windowOf(settings, context),
      mixing: settings.mixing,
    }),
  phrase: (block) =>
    `4DVar over windows of ${cyclesText(block)}, its covariance mixed with that of ${membersText(block)}`,
  remedy: taperRemedy(" a larger background covariance,"),
});
