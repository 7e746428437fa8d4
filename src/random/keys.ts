/**
 * Randomness as an argument: a key stands for a stream of numbers.
 *
 * The same key gives the same numbers whatever the batching, build or machine, for one dtype: f32
 * normals are other numbers than f64's, and normals may differ in their last bits between builds.
 * A batch of keys [..., 2] gives to each of them, to the bit, what it gives alone: with a key for
 * each trajectory, noise does not depend on which trajectories go together. Never use a key twice
 * for different purposes: `split` it, or `foldIn` a number (a time, a member, an epoch).
 *
 * @see salmon2011 for Philox4x32-10
 */
import {
  drawNormal,
  drawUniform,
  type FloatType,
  foldKey,
  index,
  indices,
  splitKey,
  type Tensor,
  UsageError,
} from "../engine/index.js";

/** An i32 tensor [2], or [..., 2] for a batch of keys; a tree leaf like any other, so a captured function may take it. */
export type Key = Tensor;

/** The key of a seed, a non-negative integer below 2⁵³. */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new UsageError(`key: the seed is ${seed}; need an integer from 0 to 2^53 − 1.`);
  }
  return indices([seed | 0, Math.floor(seed / 2 ** 32)]);
}

/** Independent new keys, one after the other; of a batch of keys, batches. */
export function split(from: Key, count = 2): Key[] {
  const keys = splitKey(from, count);
  return Array.from({ length: count }, (_, i) => index(keys, -2, i));
}

/** The keys of `split` as one tensor, [..., count, 2]: one for each trajectory, say. */
export const keyBatch = (from: Key, count: number): Key => splitKey(from, count);

/** The key of a numbered purpose; the number may be an i32 tensor, as within a captured loop. */
export const foldIn = (from: Key, data: number | Tensor): Key =>
  foldKey(from, typeof data === "number" ? indices([data]) : data);

/** Uniform draws on [0, 1); of a batch of keys, the shape begins with its axes. */
export const uniform = (from: Key, shape: readonly number[], dtype: FloatType = "f64"): Tensor =>
  drawUniform(from, { shape, dtype });

/** Standard normal draws; of a batch of keys, the shape begins with its axes. */
export const normal = (from: Key, shape: readonly number[], dtype: FloatType = "f64"): Tensor =>
  drawNormal(from, { shape, dtype });
