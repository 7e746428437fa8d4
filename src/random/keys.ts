/** Random keys and draws (Philox4x32-10): randomness is always an argument. */
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

/**
 * A random key: an i32 tensor [2], or [..., 2] for a batch of keys. It is a tensor like any other, so a
 * captured function may take it as an argument.
 *
 * The same key gives the same numbers in every batch, on every build and machine, for one dtype. (f32
 * normals are other numbers than f64 normals, and normals may differ in their last bits between
 * builds.) Each key of a batch gives, bit for bit, what it gives alone: with one key for each
 * trajectory, noise does not depend on which trajectories are computed together. Never use a key for
 * two purposes: `split` it, or `foldIn` a number (a time, a member, an epoch).
 *
 * @see salmon2011
 */
export type Key = Tensor;

/**
 * Makes the key [2] of a seed.
 * @throws UsageError unless the seed is a whole number from 0 to 2⁵³ − 1.
 */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new UsageError(`key: the seed is ${seed}; need an integer from 0 to 2^53 − 1.`);
  }
  return indices([seed | 0, Math.floor(seed / 2 ** 32)]);
}

/**
 * Makes `count` independent new keys of a key; of a batch of keys, `count` batches.
 * @throws ShapeError unless `count` is a whole number, 0 or more.
 */
export function split(from: Key, count = 2): Key[] {
  const keys = splitKey(from, count);
  return Array.from({ length: count }, (_, i) => index(keys, -2, i));
}

/** Makes the keys of `split` as one tensor [..., count, 2], for example one for each trajectory. */
export const keyBatch = (from: Key, count: number): Key => splitKey(from, count);

/**
 * Makes the key of a numbered purpose; the number may be an i32 tensor, as within a captured loop.
 * @throws UsageError unless a plain number is a whole one from −2³¹ to 2³¹ − 1.
 */
export function foldIn(from: Key, data: number | Tensor): Key {
  if (typeof data !== "number") return foldKey(from, data);
  if ((data | 0) !== data) {
    throw new UsageError(`foldIn: the number is ${data}; need an integer from −2^31 to 2^31 − 1.`);
  }
  return foldKey(from, indices([data]));
}

/**
 * Draws uniform numbers on [0, 1). For a batch of keys the shape begins with the axes of the batch.
 * @throws ShapeError when it does not.
 * @see salmon2011
 */
export const uniform = (from: Key, shape: readonly number[], dtype: FloatType = "f64"): Tensor =>
  drawUniform(from, { shape, dtype });

/**
 * Draws standard normal numbers. For a batch of keys the shape begins with the axes of the batch.
 * @throws ShapeError when it does not.
 * @see salmon2011
 */
export const normal = (from: Key, shape: readonly number[], dtype: FloatType = "f64"): Tensor =>
  drawNormal(from, { shape, dtype });
