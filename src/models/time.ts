/**
 * Propagation of a model over the interval between two observations.
 *
 * Over an interval Δ a model with the reference step τ makes n = ⌈Δ/τ⌉ steps of length h = Δ/n, each followed
 * by noise of variance q h/τ. So the noise of an interval depends on its length and not on the number of
 * steps. The step of a discrete-time model has a fixed length: Δ must be nτ.
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

/** The fraction of a step below which a difference of times is a rounding error. */
const tolerance = 1e-9;

/**
 * Computes the number n of steps over an interval Δ ≥ 0, and their length h.
 *
 *     n = ⌈Δ/τ⌉,   h = Δ/n
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
  const steps = Math.max(0, Math.ceil(ratio - tolerance));
  if (time === "continuous") return { steps, length: steps === 0 ? step : interval / steps };
  if (Math.abs(ratio - Math.round(ratio)) > tolerance * Math.max(1, ratio)) {
    throw new UsageError(
      `stepsOver: the interval ${interval} is ${ratio} steps of ${step}; a discrete-time model needs a whole number of steps. Choose a step that divides every interval, or insert gaps.`,
    );
  }
  return { steps: Math.round(ratio), length: step };
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
