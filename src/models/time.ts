/**
 * Propagation of a model over the interval between two observations.
 *
 * Over an interval Δ a model with the reference step τ makes n steps of length h = Δ/n, each followed by noise
 * of variance q h/τ. So the noise of an interval depends on its length and not on the number of steps.
 *
 * Recorded times have few decimals: a twelfth of a year is 0.083 or 0.084. One rule holds for all of them: an
 * interval within a fiftieth of a step of n steps, n ≥ 1, has n steps. Other intervals of a continuous model
 * have n = ⌈Δ/τ⌉. A discrete model has no others, and its steps keep their length τ.
 */
import { type Tensor, UsageError } from "../engine/index.js";
import { type Scalar, scale } from "../prob/index.js";
import { foldIn, type Key } from "../random/index.js";
import type { BoundModel } from "./record.js";
import { advance, type Transition, withNoise } from "./transition.js";

/** The same transition, applied `steps` times; with 0 steps the state stays as it is. */
export interface Propagation {
  readonly transition: Transition;
  readonly steps: number;
}

/** The largest number of steps over one interval: they are one program, whose making takes a minute for so many. */
export const mostSteps = 10_000;

/** The largest difference from a whole number of steps, in steps, of times that are written with few decimals. */
const tolerance = 0.02;

/** Returns the number of steps over an interval if it is a whole number n ≥ 0, within a fiftieth of a step; else null. */
export function wholeSteps(interval: number, step: number): number | null {
  const ratio = interval / step;
  const whole = Math.round(ratio);
  const known = whole === 0 ? ratio === 0 : Math.abs(ratio - whole) <= tolerance;
  return known ? whole : null;
}

/**
 * Returns the interval between two times, in the decimals that both have. A time t is known to the spacing ε
 * of the floating-point numbers about it, which is 2.4e-7 for seconds since 1970, so the difference is rounded
 * to the next power of ten above 2ε: it is the same whatever the origin of time.
 */
export function intervalBetween(from: number, to: number): number {
  const spacing = Number.EPSILON * Math.max(Math.abs(from), Math.abs(to));
  const decimals = -Math.ceil(Math.log10(2 * spacing));
  const difference = to - from;
  const rounded = decimals > 0 ? Number(difference.toFixed(Math.min(decimals, 100))) : difference;
  return rounded > 0 ? rounded : difference;
}

/** Returns an interval as a multiple of the step, with twelve digits; then equal intervals are equal numbers. */
export const inSteps = (interval: number, step: number): number =>
  step * Number((interval / step).toPrecision(12));

/**
 * Computes the number n of steps over an interval Δ ≥ 0, and their length h.
 *
 *     n = the whole number within a fiftieth of Δ/τ, else ⌈Δ/τ⌉;   h = Δ/n, of a discrete model τ
 *
 * @throws UsageError when the step τ is not positive, the interval is negative, or the interval is not a
 * whole number of the steps of a discrete model.
 */
export function stepsOver(
  interval: number,
  step: number,
  time: BoundModel["time"],
): { readonly steps: number; readonly length: number } {
  if (!(step > 0 && Number.isFinite(step))) {
    throw new UsageError(`stepsOver: the step is ${step}; need a length of time above 0.`);
  }
  if (!(interval >= 0 && Number.isFinite(interval))) {
    throw new UsageError(
      `stepsOver: the interval is ${interval}; need 0 or more. Times must increase.`,
    );
  }
  const ratio = interval / step;
  const whole = wholeSteps(interval, step);
  if (!(ratio < mostSteps + 1)) {
    throw new UsageError(
      `stepsOver: the interval ${interval} is ${ratio} steps of ${step}; need at most ${mostSteps}. Take longer steps, or times without values (NaN) between.`,
    );
  }
  if (time === "continuous") {
    const steps = whole ?? Math.ceil(ratio);
    return { steps, length: steps === 0 ? step : interval / steps };
  }
  if (whole === null) {
    throw new UsageError(
      `stepsOver: the interval ${interval} is ${ratio} steps of ${step}; a discrete-time model needs a whole number of steps. Choose a step that divides every interval, or insert gaps.`,
    );
  }
  return { steps: whole, length: step };
}

/** Returns q h/τ. */
const scaledNoise = (q: Scalar | null, fraction: number): Scalar | null =>
  q === null || fraction === 1 ? q : scale(fraction, q);

/**
 * Returns the propagation over each interval between observations. `noise` is q, the variance of the noise
 * after a step of length `step`; after a step of length h it is q h/step. Equal intervals have the same
 * transition, so that a matrix exponential, for example, is computed once.
 *
 * @throws UsageError when an interval is negative, or not a whole number of the steps of a discrete model.
 */
export function propagations(
  model: BoundModel,
  noise: Scalar | null,
  intervals: readonly number[],
  step: number,
): Propagation[] {
  const known = new Map<number, Transition>();
  return intervals.map((interval) => {
    const { steps, length } = stepsOver(interval, step, model.time);
    const rounded = Number((length / step).toPrecision(12));
    const transition =
      known.get(rounded) ?? withNoise(model.step(length), scaledNoise(noise, length / step));
    known.set(rounded, transition);
    return { transition, steps };
  });
}

/**
 * Propagates states x [..., d] over one interval. Noise of the i-th step is drawn from `key` folded with i;
 * there may be a key for each trajectory, [B, 2].
 */
export function propagate(x: Tensor, { transition, steps }: Propagation, key: Key): Tensor {
  let state = x;
  for (let i = 0; i < steps; i++) state = advance(transition, state, foldIn(key, i));
  return state;
}
