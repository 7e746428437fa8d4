/** What is learned: a name, a first value, and the bijection that keeps it where it may be. */
import type { Tensor } from "../engine/index.js";
import type { Bijection } from "../prob/index.js";

/** Which learning rate a parameter follows: that of the model and its noise, or the filter's. */
export type ParameterGroup = "dynamics" | "filter";

export interface ParameterDefinition {
  readonly name: string;
  /** First value, in the units of the quantity: a number, or a tensor of any shape. */
  readonly start: number | Tensor;
  readonly bijection: Bijection;
  readonly group: ParameterGroup;
}

/** A definition of one number. */
export interface ScalarDefinition extends ParameterDefinition {
  readonly start: number;
}

/** A tensor for each name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** Whether one number is learned, and no tensor. */
export const isScalar = (definition: ParameterDefinition): definition is ScalarDefinition =>
  typeof definition.start === "number";
