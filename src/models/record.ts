/**
 * What a model is: a record that says all that is to be known of it, and the bound model that it
 * builds from values of its parameters.
 *
 *     x′ = F(x) + ξ,   ξ ~ N(0, diag(q))
 *
 * A bound model says what one step does. How many steps lie between two observations, and how much
 * noise each of them adds, is decided in `time.ts`.
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
import type { Domain, Scalar, Support } from "../prob/index.js";
import type { Transition } from "./transition.js";

/** Where the variables of a model lie. */
export interface Geometry {
  readonly domain: Domain;
  /** The position of each variable, [d]. */
  readonly positions: readonly number[];
}

/** A model with its parameters in place. */
export interface BoundModel {
  /** The kind of its record. */
  readonly name: string;
  /** d */
  readonly dimension: number;
  /** A discrete model has one step, whatever its length; a continuous one can take any. */
  readonly time: "continuous" | "discrete";
  /** Where the variables of the state live; positive ones are folded after noise was added. */
  readonly support: Support;
  /** True if every step is a matrix times the state. @defaultValue false */
  readonly linear?: boolean;
  /** What people call the variables, [d]. @defaultValue x0, x1, … */
  readonly variables?: readonly string[];
  /** The variables that the state holds: the natural ones, or their logarithms. @defaultValue "natural" */
  readonly coordinates?: "natural" | "log";
  /** The natural variables are above zero. @defaultValue false */
  readonly positive?: boolean;
  /** Absent: the variables lie nowhere. */
  readonly geometry?: Geometry;
  /** Where a long run may begin, [d], in the state's own variables. @defaultValue all natural ones 1 */
  readonly start?: readonly number[];
  /**
   * The time after which a state says little of what it was. It measures how long a run gives the
   * statistics of the model. Absent: unknown; a model that knows it is chaotic.
   */
  readonly decorrelationTime?: number;
  /** The step over a length of time, without noise. */
  step(length: Scalar): Transition;
}

export interface BuildOptions {
  /** Steps of the integrator inside a model step. @defaultValue 1 */
  readonly substeps?: number;
  /** The seed of what is drawn and has no seed of its own. @defaultValue 1 */
  readonly seed?: number;
  /** Of the states, and so of all constants that are made of numbers. @defaultValue "f64" */
  readonly dtype?: FloatType;
  /** Gives what is learned as a whole, such as the weights of a network. */
  readonly source: ParameterSource;
}

/** The record of a model. */
export interface ModelRecord<K extends Keys = Keys> extends Part<K> {
  /** The model with these parameters. */
  build(parameters: ParametersOf<K>, options: BuildOptions): BoundModel;
  /** What a report calls it, such as "the Lorenz-96 model of 40 variables". */
  phrase(block: Block, dimension: number): string;
  /**
   * Its equations for the report, a line each. `{x}` stands for a symbol and `_{i+1}` for an index;
   * parameters stand by their names.
   */
  formula(block: Block, variables: readonly string[]): readonly string[];
  /**
   * The block of the true system of a twin, for a model that differs from it on purpose. Absent: the
   * truth is the model itself.
   */
  truth?(block: Block): Block;
}

/** A record as it stands, with its types. */
export const defineModel = <const K extends Keys>(record: ModelRecord<K>): ModelRecord<K> => record;

/**
 * A model with these values in place, numbers or tensors; defaults stand for those left out.
 *
 * @throws UsageError for a parameter that the model does not have, or that it needs and did not get.
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
    throw new UsageError(`${kind}: the parameter "${name}" is missing; need it: ${about}.`);
  }
  return record.build(filled as ParametersOf<K>, { source: startValues, ...options });
}
