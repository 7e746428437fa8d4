import { broadcastTo, type Tensor, UsageError } from "../engine/index.js";
import {
  asksForClimate,
  backgroundRemedy,
  backgroundSize,
  checkBackground,
  checkBackgroundSize,
  checkIterations,
  covarianceOf,
  cyclesText,
  defineMethod,
  type MethodContext,
  type Smoother,
  windowKeys,
} from "../filters/index.js";
import { checkObservation, type Observation } from "../observe/index.js";
import { checkOptions, choice, namesOf, type ParametersOf } from "../parts/index.js";
import {
  asTensor,
  type Covariance,
  covarianceDiagonal,
  covarianceFactor,
  floatType,
} from "../prob/index.js";
import {
  analyseWindow,
  forecastWindow,
  type InnerSolver,
  solverFor,
  type TimedObservation,
  type Window,
  type WindowStates,
} from "./incremental.js";
import { pastOf } from "./past.js";

export interface FourdvarParams {
  /** B: covariance of the background at the window's start. */
  readonly covariance: Covariance;
  /** L: cycles from the window's start to its newest observation, at least 1. */
  readonly lag: number;
  /** Which observations of its window an analysis assimilates. @defaultValue "newest" */
  readonly observations?: "newest" | "window";
  /** Number of outer (Gauss–Newton) iterations. @defaultValue 3 */
  readonly iterations?: number;
  /** Solver of the inner problem. @defaultValue direct up to 100 columns of B, conjugate gradients above */
  readonly solver?: InnerSolver;
}

/** Estimate at one time of the window. */
export interface WindowTime {
  /** Model steps from the time before. */
  readonly steps: number;
  /** x_j [..., d] */
  readonly mean: Tensor;
  /** Its variance, [..., d]. */
  readonly variance: Tensor;
  /** With "window": x_j when it was the newest state. */
  readonly firstEstimate?: Tensor;
  /** With "window": the observation of this time. */
  readonly observed?: Pick<Observation, "y" | "mask"> | null;
}

/** Estimates at the times from the window's start to the present. */
export interface WindowState {
  readonly times: readonly WindowTime[];
}

const known = namesOf<FourdvarParams>({
  covariance: true,
  lag: true,
  observations: true,
  iterations: true,
  solver: true,
});

/**
 * Makes 4DVar: the trajectory of the model through a window that fits the observations best, with the
 * model taken as exact and a static covariance B at the window's start, L cycles before its end.
 *
 *     minimum of ½ ‖x_0 − x_b‖² in the norm of B⁻¹ + ½ Σ_j ‖y_j − h(x_j)‖² in the norm of R⁻¹,
 *     x_j = F(… F(x_0))
 *
 * The window moves by one cycle, and each analysis assimilates one of
 *
 * - "newest": the newest observation alone, so that each observation is assimilated once. x_b is the
 *   smoothed state x_0 given all earlier observations, which B does not take into account.
 * - "window": all observations of the window, so that each is assimilated in L windows. x_b is the
 *   estimate of x_0 when it was the newest state, so that no analysis uses an observation twice.
 *
 * While the window grows from the first state, "window" is exact for a linear model: it equals the
 * Kalman filter and the Rauch–Tung–Striebel smoother. Process noise is not used; B stands for it.
 *
 *     ℓ = log N(y; ŷ, G P Gᵀ + R),   with the tangent G at the forecast, P from B and older observations
 *
 * Variances are those of the last Gauss–Newton tangent with the direct solver, and those of B else.
 *
 * @throws UsageError for a lag below 1 or no iterations.
 * @see lorenc1986; courtier1994; bocquet2013 for windows that move by one cycle
 */
export function fourdvar(params: FourdvarParams): Smoother<WindowState> {
  checkOptions("fourdvar", params, known);
  const { covariance, lag, observations = "newest", iterations = 3 } = params;
  checkWindow("4dvar", lag);
  checkIterations("4dvar", iterations);
  const whole = observations === "window";
  const staticVariance = (x: Tensor) =>
    broadcastTo(asTensor(covarianceDiagonal(covariance), x.dtype), x.shape);
  return {
    name: "4dvar",
    lag,
    init: ({ mean }) => {
      const start = { steps: 0, mean, variance: staticVariance(mean) };
      return { times: [whole ? { ...start, firstEstimate: mean, observed: null } : start] };
    },
    cycle: ({ times }, { transition, steps, observation }) => {
      const kept = times.slice(-lag);
      const start = kept[0]!;
      const guess = start.mean;
      const factor = covarianceFactor(covariance, guess.shape.at(-1)!, floatType(guess));
      const solver = params.solver ?? solverFor(factor);
      const window: Window = {
        ...{ background: whole ? start.firstEstimate! : guess, guess, factor },
        ...{ map: transition.map, steps: [...kept.slice(1).map((time) => time.steps), steps] },
        observations: [],
      };
      const timesOf = ({ states, variances }: WindowStates, known: Observation | null) => ({
        times: states.map((mean, j): WindowTime => {
          const variance = variances?.[j] ?? staticVariance(mean);
          const plain = { steps: kept[j]?.steps ?? steps, mean, variance };
          if (!whole) return plain;
          if (j === kept.length)
            return { ...plain, firstEstimate: mean, observed: known && valuesOf(known) };
          return { ...plain, firstEstimate: kept[j]!.firstEstimate!, observed: kept[j]!.observed! };
        }),
      });
      if (observation === null) {
        const forecast = timesOf(forecastWindow(window, solver), null);
        return { forecast, analysis: forecast, evidence: null };
      }
      checkObservation("4dvar", observation);
      const older = whole ? olderThan(kept, observation) : [];
      const observations = [...older, { time: kept.length, observation }];
      const analysis = analyseWindow({ ...window, observations }, iterations, solver);
      return {
        forecast: timesOf(analysis.forecast, null),
        analysis: timesOf(analysis, observation),
        evidence: analysis.evidence,
      };
    },
    moments: ({ times }) => times.at(-1)!,
    past: ({ times }, back) => pastOf("4dvar", times.toReversed(), back),
  };
}

/** Throws a UsageError unless the lag is a whole number of at least 1. */
export function checkWindow(who: string, lag: number): void {
  if (Number.isInteger(lag) && lag >= 1) return;
  throw new UsageError(
    `${who}: lag is ${lag}; need a whole number of cycles, at least 1. Without a window take 3dvar.`,
  );
}

const valuesOf = ({ y, mask }: Observation) => ({ y, mask });

/**
 * Returns the older observations of the window, with the h and R of the present. The observation at the
 * window's start is left out, since the background has assimilated it.
 */
function olderThan(kept: readonly WindowTime[], observation: Observation): TimedObservation[] {
  return kept.flatMap(({ observed }, time) =>
    time > 0 && observed ? [{ time, observation: { ...observation, ...observed } }] : [],
  );
}

/** What methods over a window are given. */
export const windowOf = (
  { background, lag, iterations, innerSteps: steps }: ParametersOf<typeof windowKeys>,
  context: MethodContext,
) => ({
  covariance: covarianceOf(background, context),
  ...{ lag, iterations },
  ...(steps !== undefined && { solver: { kind: "conjugate-gradients", steps } as const }),
});

export const fourdvarRecord = defineMethod({
  kind: "4dvar",
  title: "4DVar over windows of `lag` cycles, with a static covariance; any model",
  parameters: {
    ...windowKeys,
    observations: choice(["newest", "window"], {
      default: "newest",
      about: "which observations of its window it assimilates, each in the end once",
    }),
  },
  check: checkBackground,
  checkDimension: checkBackgroundSize,
  stateSize: backgroundSize,
  needs: (block) => (asksForClimate(block) ? { climate: ["background"] } : {}),
  build: (settings, context) =>
    fourdvar({ ...windowOf(settings, context), observations: settings.observations }),
  phrase: (block) => `4DVar over windows of ${cyclesText(block)}`,
  remedy: backgroundRemedy,
});
