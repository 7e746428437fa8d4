/**
 * Time: how a model crosses the interval between two observations.
 *
 * Over an interval Δ a model with the reference step τ makes n = ⌈Δ/τ⌉ steps of length h = Δ/n,
 * each followed by noise of variance q h/τ, so that the noise of an interval grows with its length
 * and not with the way it is cut. A discrete-time map has no length but its own: Δ must be nτ.
 */
import { type Tensor, UsageError } from "../engine/index.js";
import { type Scalar, scale } from "../prob/index.js";
import { foldIn, type Key } from "../random/index.js";
import type { BoundModel } from "./record.js";
import { advance, type Transition, withNoise } from "./transition.js";

/** `steps` times the same transition; 0 leaves the state as it is. */
export interface Propagation {
  readonly transition: Transition;
  readonly steps: number;
}

/** A fraction of a step below which a difference of times is rounding. */
const tolerance = 1e-9;

/** n and h of an interval. */
export function stepsOver(
  interval: number,
  step: number,
  time: BoundModel["time"],
): { readonly steps: number; readonly length: number } {
  if (!(step > 0 && Number.isFinite(step))) {
    throw new UsageError(`stepsOver: the step is ${step}; need a positive length of time.`);
  }
  if (!(interval >= 0 && Number.isFinite(interval))) {
    throw new UsageError(
      `stepsOver: the interval is ${interval}; need 0 or more. Times must increase.`,
    );
  }
  const ratio = interval / step;
  const steps = Math.max(0, Math.ceil(ratio - tolerance));
  if (time === "continuous") return { steps, length: steps === 0 ? step : interval / steps };
  if (Math.abs(ratio - Math.round(ratio)) > tolerance * Math.max(1, ratio)) {
    throw new UsageError(
      `stepsOver: the interval ${interval} is ${ratio} steps of ${step}; a discrete-time model needs a whole number. Choose a step that divides every interval, or insert gaps.`,
    );
  }
  return { steps: Math.round(ratio), length: step };
}

/** q h/τ */
const scaledNoise = (q: Scalar | null, fraction: number): Scalar | null =>
  q === null || fraction === 1 ? q : scale(fraction, q);

/**
 * What lies between observations: a propagation for each interval. `noise` is q, the variance added
 * after each step of length `step`. Equal intervals share one transition, so that a matrix
 * exponential, for example, is taken once.
 *
 * @throws UsageError for an interval below 0, or one that is not a whole number of a discrete model's
 * steps.
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
 * The states after one propagation of x [..., d]; noise of the i-th step is drawn from `key` folded
 * with i. The key may be one for each trajectory, [B, 2].
 */
export function propagate(x: Tensor, { transition, steps }: Propagation, key: Key): Tensor {
  let state = x;
  for (let i = 0; i < steps; i++) state = advance(transition, state, foldIn(key, i));
  return state;
}
