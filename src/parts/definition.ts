import type { Tensor } from "../engine/index.js";
import type { Bijection } from "../prob/index.js";

/** The learning rate that a parameter has: that of the model and its noise, or that of the filter. */
export type ParameterGroup = "dynamics" | "filter";

/**
 * The definition of a learned parameter: its name, its first value, and the bijection that keeps it in its
 * range.
 */
export interface ParameterDefinition {
  /** The name: the path of its key, such as "taper.halfWidth". */
  readonly name: string;
  /** First value, in the units of the quantity: a number, or a tensor of any shape. */
  readonly start: number | Tensor;
  /** The map from latent variables to the values of the parameter. */
  readonly bijection: Bijection;
  readonly group: ParameterGroup;
}

/** The definition of one learned number. */
export interface ScalarDefinition extends ParameterDefinition {
  readonly start: number;
}

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** Tells whether a parameter is one number, not a tensor. */
export const isScalar = (definition: ParameterDefinition): definition is ScalarDefinition =>
  typeof definition.start === "number";
