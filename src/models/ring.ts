/** Models of d variables with the same equation, equally spaced on a ring. */
import { UsageError } from "../engine/index.js";
import { continuousModel, type IntegrationOptions } from "./continuous.js";
import type { BoundModel, Geometry } from "./record.js";
import type { Tendency } from "./rk4.js";

/** Returns 0, 1, …, n − 1. */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Returns the geometry of a ring of this length: positions 0, 1, …, or the positions given. */
export const ringGeometry = (
  length: number,
  positions: readonly number[] = upTo(length),
): Geometry => ({
  domain: { kind: "ring", length },
  positions,
});

/** A tendency on a ring. */
export interface RingSystem {
  readonly name: string;
  /** d */
  readonly dimension: number;
  /** The least number of variables, so that the neighbours in the tendency are different variables. */
  readonly fewest: number;
  readonly tendency: Tendency;
}

/** Makes a bound model from a tendency on a ring. @throws UsageError when there are too few variables. */
export function ringModel(
  { name, dimension, fewest, tendency }: RingSystem,
  options: IntegrationOptions,
): BoundModel {
  if (!(Number.isInteger(dimension) && dimension >= fewest)) {
    throw new UsageError(
      `${name}: the dimension is ${dimension}; need a whole number, at least ${fewest}.`,
    );
  }
  const geometry = ringGeometry(dimension);
  const start = lorenz96Start(dimension);
  return continuousModel(
    { name, dimension, tendency, geometry, start, decorrelationTime: 1 },
    options,
  );
}

/**
 * Returns a state from which a run may begin, [d]; the variables are not all equal, because equal ones stay
 * equal.
 */
export const lorenz96Start = (dimension: number): number[] =>
  upTo(dimension).map((i) => (i === 0 ? 1.01 : 1));
