/**
 * 4DVar: the model's trajectory through a window that fits the observations best, the model taken as
 * exact, with a static covariance B at the window's start, L cycles back.
 *
 *     least of ½ ‖x_0 − x_b‖² in the norm of B⁻¹ + ½ Σ_j ‖y_j − h(x_j)‖² in that of R⁻¹,
 *     x_j = F(… F(x_0))
 *
 * The window moves by one cycle. What it assimilates is one of
 *
 * - "newest": the newest observation alone, so that each is assimilated once; x_b is what all before
 *   it say of x_0, the smoothed state. Past observations stand in x_b, not in B.
 * - "window": all that it holds, so that each is assimilated in L windows, but no result counts one
 *   twice: x_b is what was known of x_0 when it was the newest state.
 *
 * While the window grows from the first state, "window" is exact for a linear model: filter and
 * smoother of Kalman, Rauch, Tung and Striebel. Process noise does not enter; B stands for it.
 *
 *     ℓ = log N(y; ŷ, G P Gᵀ + R),   tangent at the forecast, P by B and the older observations
 *
 * Variances are those of Gauss and Newton's last tangent where the inner problem is solved directly,
 * else those of B.
 *
 * @see lorenc1986; courtier1994; bocquet2013 for windows that move by one cycle
 */
import { broadcastTo, type Tensor, UsageError } from "../engine/index.js";
import {
  asksForClimate,
  backgroundRemedy,
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
import { choice, type ParametersOf } from "../parts/index.js";
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
  type Seen,
  solverFor,
  type Window,
  type WindowStates,
} from "./incremental.js";
import { pastOf } from "./past.js";

export interface FourdvarParams {
  /** B, at the window's start. */
  readonly covariance: Covariance;
  /** L: cycles from the window's start to its newest observation, at least 1. */
  readonly lag: number;
  /** What a window assimilates. @defaultValue "newest" */
  readonly observations?: "newest" | "window";
  /** Outer iterations: tangents that are taken. @defaultValue 3 */
  readonly iterations?: number;
  /** @defaultValue direct up to 100 columns of B, else conjugate gradients */
  readonly solver?: InnerSolver;
}

/** One time of the window. */
export interface WindowTime {
  /** Model steps from the time before. */
  readonly steps: number;
  /** x_j [..., d] */
  readonly mean: Tensor;
  /** [..., d] */
  readonly variance: Tensor;
  /** Of "window": x_j when it was the newest. */
  readonly first?: Tensor;
  /** Of "window": what was seen then. */
  readonly seen?: Pick<Observation, "y" | "mask"> | null;
}

/** The times from the window's start to the present. */
export interface WindowState {
  readonly times: readonly WindowTime[];
}

export function fourdvar(params: FourdvarParams): Smoother<WindowState> {
  const { covariance, lag, observations = "newest", iterations = 3 } = params;
  checkWindow("4dvar", lag);
  checkIterations("4dvar", iterations);
  const whole = observations === "window";
  const still = (x: Tensor) =>
    broadcastTo(asTensor(covarianceDiagonal(covariance), x.dtype), x.shape);
  return {
    name: "4dvar",
    lag,
    init: ({ mean }) => {
      const start = { steps: 0, mean, variance: still(mean) };
      return { times: [whole ? { ...start, first: mean, seen: null } : start] };
    },
    cycle: ({ times }, { transition, steps, observation }) => {
      const kept = times.slice(-lag);
      const start = kept[0]!;
      const guess = start.mean;
      const factor = covarianceFactor(covariance, guess.shape.at(-1)!, floatType(guess));
      const solver = params.solver ?? solverFor(factor);
      const window: Window = {
        ...{ background: whole ? start.first! : guess, guess, factor },
        ...{ map: transition.map, steps: [...kept.slice(1).map((time) => time.steps), steps] },
        seen: [],
      };
      const timesOf = ({ states, variances }: WindowStates, known: Observation | null) => ({
        times: states.map((mean, j): WindowTime => {
          const variance = variances?.[j] ?? still(mean);
          const plain = { steps: kept[j]?.steps ?? steps, mean, variance };
          if (!whole) return plain;
          if (j === kept.length) return { ...plain, first: mean, seen: known && valuesOf(known) };
          return { ...plain, first: kept[j]!.first!, seen: kept[j]!.seen! };
        }),
      });
      if (observation === null) {
        const forecast = timesOf(forecastWindow(window, solver), null);
        return { forecast, analysis: forecast, evidence: null };
      }
      checkObservation("4dvar", observation);
      const older = whole ? olderThan(kept, observation) : [];
      const seen = [...older, { time: kept.length, observation }];
      const analysis = analyseWindow({ ...window, seen }, iterations, solver);
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

export function checkWindow(who: string, lag: number): void {
  if (Number.isInteger(lag) && lag >= 1) return;
  throw new UsageError(
    `${who}: lag is ${lag}; need a whole number of cycles, at least 1. Without a window take 3dvar.`,
  );
}

const valuesOf = ({ y, mask }: Observation) => ({ y, mask });

/**
 * What was seen within the window, by the h and R of the present. What was seen at its start stands
 * in what was known of it then.
 */
function olderThan(kept: readonly WindowTime[], observation: Observation): Seen[] {
  return kept.flatMap(({ seen }, time) =>
    time > 0 && seen ? [{ time, observation: { ...observation, ...seen } }] : [],
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
  needs: (block) => (asksForClimate(block) ? { climate: ["background"] } : {}),
  build: (settings, context) =>
    fourdvar({ ...windowOf(settings, context), observations: settings.observations }),
  phrase: (block) => `4DVar over windows of ${cyclesText(block)}`,
  remedy: backgroundRemedy,
});
