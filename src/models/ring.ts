/** Systems of the Lorenz-96 kind: d equal variables, evenly on a ring. */
import { UsageError } from "../engine/index.js";
import { continuousModel, type IntegrationOptions } from "./continuous.js";
import type { BoundModel, Geometry } from "./record.js";
import type { Tendency } from "./rk4.js";

/** 0, 1, …, n − 1 */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A ring of this length; its variables lie a unit apart, or at the positions given. */
export const ringGeometry = (
  length: number,
  positions: readonly number[] = upTo(length),
): Geometry => ({
  domain: { kind: "ring", length },
  positions,
});

export interface RingSystem {
  readonly name: string;
  /** d */
  readonly dimension: number;
  /** The fewest variables for which the neighbours that the tendency uses are different ones. */
  readonly fewest: number;
  readonly tendency: Tendency;
}

/** A tendency on a ring of d variables as a model. */
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

/** Where a run may begin, [d]: equal variables would stay equal. */
export const lorenz96Start = (dimension: number): number[] =>
  upTo(dimension).map((i) => (i === 0 ? 1.01 : 1));
