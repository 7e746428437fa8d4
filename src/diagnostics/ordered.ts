/** A sample in ascending order, its weights beside it: 1/N each, if none are given. */
import { ShapeError } from "../engine/index.js";
import { checkFinite } from "./series.js";

export interface Ordered {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

export function ordered(
  who: string,
  sample: readonly number[],
  weights?: readonly number[],
): Ordered {
  const N = sample.length;
  checkFinite(who, [sample]);
  const values = Float64Array.from(sample);
  if (weights === undefined) {
    return { values: values.sort(), weights: new Float64Array(N).fill(1 / N) };
  }
  if (weights.length !== N) {
    throw new ShapeError(`${who}: ${N} values, ${weights.length} weights; need one each.`);
  }
  const order = sample.map((_, i) => i).sort((i, j) => sample[i]! - sample[j]!);
  return {
    values: values.map((_, n) => sample[order[n]!]!),
    weights: Float64Array.from(order, (i) => weights[i]!),
  };
}
