/** Choices of the variables that are observed. */
import { type Key, uniform } from "../../random/index.js";

/** 0, 1, …, d − 1 */
export const firstVariables = (d: number): number[] => Array.from({ length: d }, (_, i) => i);

/** The number of variables that are a fraction of d, at least one. */
export const fractionOf = (ratio: number, d: number): number => Math.max(1, Math.round(ratio * d));

/** A fraction of d variables, in ascending order, drawn with a key. */
export function drawComponents(ratio: number, d: number, key: Key): number[] {
  const draws = uniform(key, [d]).data();
  const chosen = firstVariables(d)
    .sort((i, j) => draws[i]! - draws[j]!)
    .slice(0, fractionOf(ratio, d));
  return chosen.sort((i, j) => i - j);
}

/** `1 variable`, `2 variables` */
export const variablesText = (n: number): string => `${n} variable${n === 1 ? "" : "s"}`;
