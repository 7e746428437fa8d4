/** The parts of a filter run, with the values that a reader gives. */
import type { Method } from "../filters/index.js";
import type { ParameterDefinition } from "../learn/index.js";
import type { Gaussian, Scalar } from "../prob/index.js";
import { observationVariance, priorOf } from "./assembly.js";
import type { Data } from "./data.js";
import { filterOf } from "./estimation.js";
import { type Motion, motionOf } from "./motion.js";
import type { Specification } from "./specification.js";
import { collecting, type Reader } from "./values.js";

export interface Parts {
  readonly motion: Motion;
  /** R */
  readonly variance: Scalar;
  readonly filter: Method<unknown>;
  readonly prior: Gaussian;
}

/** Reads every value of a specification once. */
export function partsOf(
  specification: Specification,
  { initial, view, climate }: Pick<Data, "initial" | "view" | "climate">,
  read: Reader,
): Parts {
  const motion = motionOf(specification, read);
  const variance = observationVariance(specification.observations.noise, read);
  const { dimension, geometry = null } = motion;
  const filter = filterOf(specification, read, {
    dimension,
    geometry,
    operator: view.operator,
    variance,
    climate,
  });
  return { motion, variance, filter, prior: priorOf(initial, specification.model, motion, read) };
}

/** Everything that a specification asks to learn. */
export function definitionsOf(specification: Specification, data: Data): ParameterDefinition[] {
  const found = new Map<string, ParameterDefinition>();
  partsOf(specification, data, collecting(found));
  return [...found.values()];
}
