/**
 * 4DVar: the model's trajectory through a window that fits the observations best, the model taken as
 * exact, with a static covariance B at the window's start, L cycles back.
 *
 *     least of ½ ‖x_0 − x_b‖² in the norm of B⁻¹ + ½ Σ_j ‖y_j − h(x_j)‖² in that of R⁻¹,
 *     x_j = M(x_{j−1})
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
import { type CycleResult, checkIterations, type Smoother } from "../filters/index.js";
import type { Propagation, StateMap } from "../models/index.js";
import { checkObservation, type Observation } from "../observe/index.js";
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
  /** x_j [..., d] */
  readonly mean: Tensor;
  /** [..., d] */
  readonly variance: Tensor;
  /** Of "window": x_j when it was the newest. */
  readonly first?: Tensor;
  /** Of "window": what was seen then and does not stand in `first` of the window's start. */
  readonly seen?: Pick<Observation, "y" | "mask"> | null;
}

/** The times from the window's start to the present. */
export interface WindowState {
  readonly times: readonly WindowTime[];
}

export function fourdvar(params: FourdvarParams): Smoother<WindowState> {
  const { covariance, lag, observations = "newest", iterations = 3 } = params;
  checkLag("4dvar", lag);
  checkIterations("4dvar", iterations);
  const whole = observations === "window";
  const still = (x: Tensor) =>
    broadcastTo(asTensor(covarianceDiagonal(covariance), x.dtype), x.shape);
  return {
    name: "4dvar",
    lag,
    init: ({ mean }) => ({
      times: [{ mean, variance: still(mean), ...(whole && { first: mean }) }],
    }),
    cycle: ({ times }, { observation, ...way }) => {
      const kept = whole ? settled(times, reach(times, way, lag)) : reach(times, way, lag);
      const guess = kept[0]!.mean;
      const older = whole ? olderThan(kept, observation) : [];
      const factor = covarianceFactor(covariance, guess.shape.at(-1)!, floatType(guess));
      const solver = params.solver ?? solverFor(factor);
      const window: Window = {
        background: whole ? kept[0]!.first! : guess,
        guess,
        factor,
        crossing: crossingOf(way),
        crossings: kept.length - (way.steps === 0 ? 1 : 0),
        seen: [],
      };
      const entries = ({ states, variances }: WindowStates, known: Observation | null) => ({
        times: states.map((mean, j): WindowTime => {
          const variance = variances?.[j] ?? still(mean);
          if (!whole) return { mean, variance };
          const past = kept[j] ?? { first: mean, seen: null };
          const own = j === window.crossings ? known : past.seen;
          return {
            mean,
            variance,
            first: past.first!,
            seen: own ? { y: own.y, mask: own.mask } : null,
          };
        }),
      });
      if (observation === null) {
        const forecast = entries(forecastWindow(window, solver), null);
        return { forecast, analysis: forecast, evidence: null };
      }
      checkObservation("4dvar", observation);
      const seen = [...older, { time: window.crossings, observation }];
      const analysis = analyseWindow({ ...window, seen }, iterations, solver);
      return {
        forecast: entries(analysis.forecast, null),
        analysis: entries(analysis, observation),
        evidence: analysis.evidence,
      } satisfies CycleResult<WindowState>;
    },
    moments: ({ times }) => times.at(-1)!,
    past: ({ times }, back) => timeBack("4dvar", times, back),
  };
}

export function checkLag(who: string, lag: number): void {
  if (Number.isInteger(lag) && lag >= 1) return;
  throw new UsageError(
    `${who}: lag is ${lag}; need a whole number of cycles, at least 1. Without a window take 3dvar.`,
  );
}

/** Mⁿ of one cycle. */
export const crossingOf =
  ({ transition, steps }: Propagation): StateMap =>
  (x) => {
    let moved = x;
    for (let i = 0; i < steps; i++) moved = transition.map(moved);
    return moved;
  };

/**
 * The times that stay in the window. After no steps it begins anew at the present one: the cycles
 * before are crossed as this one is, and it crosses nothing.
 */
export function reach<T>(times: readonly T[], { steps }: Propagation, lag: number): readonly T[] {
  return times.slice(steps === 0 ? -1 : -lag);
}

/** The time `back` cycles before the present. */
export function timeBack<T>(who: string, times: readonly T[], back: number): T {
  const found = Number.isInteger(back) && back >= 0 ? times.at(-1 - back) : undefined;
  if (found !== undefined) return found;
  throw new UsageError(
    `${who}: the state ${back} cycles ago was asked for; the window holds 0 to ${times.length - 1}.`,
  );
}

/** What was seen at a time that becomes the window's start stands in what was known of it then. */
function settled(times: readonly WindowTime[], kept: readonly WindowTime[]): WindowTime[] {
  const [start, ...rest] = kept;
  return [kept.length < times.length ? { ...start!, seen: null } : start!, ...rest];
}

/** The observations of the times that stay, as the present one is made. */
function olderThan(kept: readonly WindowTime[], observation: Observation | null): Seen[] {
  if (observation === null) return [];
  return kept.flatMap(({ seen }, time) =>
    seen ? [{ time, observation: { ...observation, ...seen } }] : [],
  );
}
