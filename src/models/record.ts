/**
 * The record of a model, and the bound model that it builds from values of its parameters.
 *
 *     x′ = F(x) + ξ,   ξ ~ N(0, diag(q))
 *
 * A bound model gives one step. The number of steps between two observations, and the noise of each, are
 * computed in `time.ts`.
 */
import { type FloatType, UsageError } from "../engine/index.js";
import {
  type Block,
  type Keys,
  type ParameterSource,
  type ParametersOf,
  type Part,
  startValues,
  withDefaults,
} from "../parts/index.js";
import type { Domain, Position, Scalar, Support } from "../prob/index.js";
import type { Transition } from "./transition.js";

/** The positions of the variables of a model. */
export interface Geometry {
  /** The domain of the positions: a line, a ring or a sphere. */
  readonly domain: Domain;
  /** The position of each variable, [d]. */
  readonly positions: readonly Position[];
}

/** A model with values for its parameters. */
export interface BoundModel {
  /** The kind of its record. */
  readonly name: string;
  /** d, the number of variables of the state. */
  readonly dimension: number;
  /** A continuous model can take a step of any length; a discrete one has a single step. */
  readonly time: "continuous" | "discrete";
  /** The support of the state; positive variables are folded after noise is added. */
  readonly support: Support;
  /** True if every step is the product of a matrix and the state. @defaultValue false */
  readonly linear?: boolean;
  /** The names of the variables, [d]. @defaultValue x0, x1, … */
  readonly variables?: readonly string[];
  /** Whether the state holds the natural variables or their logarithms. @defaultValue "natural" */
  readonly coordinates?: "natural" | "log";
  /** The natural variables are above zero. @defaultValue false */
  readonly positive?: boolean;
  /** Domain and positions of the variables; absent: they have none. */
  readonly geometry?: Geometry;
  /** A state from which a long run may begin, [d]. @defaultValue 1 for all natural variables */
  readonly start?: readonly number[];
  /**
   * The time after which states are nearly uncorrelated; the length of runs for the statistics of the model
   * is a multiple of it. Given by chaotic models; absent: unknown.
   */
  readonly decorrelationTime?: number;
  /** Returns the step over a length of time, without noise. */
  step(length: Scalar): Transition;
}

/** Tells whether all variables of a model are next to each other on one ring. */
export const onRing = ({ geometry, dimension }: BoundModel): boolean =>
  geometry?.domain.kind === "ring" && geometry.domain.length === dimension;

/** Options of building a model. */
export interface BuildOptions {
  /** Number of integrator steps in a model step. @defaultValue 1 */
  readonly substeps?: number;
  /** The seed of random coefficients and weights that have no seed of their own. @defaultValue 1 */
  readonly seed?: number;
  /** The dtype of the states, and so of all constants that are made from numbers. @defaultValue "f64" */
  readonly dtype?: FloatType;
  /** Provides learned tensors, such as the weights of a network. */
  readonly source: ParameterSource;
}

/** The record of a model. */
export interface ModelRecord<K extends Keys = Keys> extends Part<K> {
  /** Builds the model from values of its parameters. */
  build(parameters: ParametersOf<K>, options: BuildOptions): BoundModel;
  /** Returns its name in reports, such as "the Lorenz-96 model of 40 variables". */
  phrase(block: Block, dimension: number): string;
  /**
   * Returns its equations for reports, one in each line. `{x}` is a symbol and `_{i+1}` an index; parameters
   * are written by their names.
   */
  formula(block: Block, variables: readonly string[]): readonly string[];
  /**
   * Returns the block of the true system of a twin, for a model that differs from it on purpose. Absent: the
   * truth is the model itself.
   */
  truth?(block: Block): Block;
}

/** Returns the record of a model as it is, with its types inferred. */
export const defineModel = <const K extends Keys>(record: ModelRecord<K>): ModelRecord<K> => record;

/**
 * Binds a model to values of its parameters, numbers or tensors; parameters that are left out have their
 * defaults.
 *
 * @throws UsageError when a parameter is unknown, or one without a default is missing.
 */
export function bindModel<K extends Keys>(
  record: ModelRecord<K>,
  values: Partial<ParametersOf<K>> = {},
  options: Omit<BuildOptions, "source"> = {},
): BoundModel {
  const { kind, parameters: keys } = record;
  const known = Object.keys(keys);
  for (const name of Object.keys(values)) {
    if (known.includes(name)) continue;
    throw new UsageError(`${kind}: no parameter "${name}"; it has ${known.join(", ")}.`);
  }
  const filled = withDefaults(keys, values as Block);
  for (const [name, { optional, about }] of Object.entries(keys)) {
    if (optional || filled[name] !== undefined) continue;
    throw new UsageError(`${kind}: the parameter "${name}" is missing: ${about}.`);
  }
  return record.build(filled as ParametersOf<K>, { source: startValues, ...options });
}
