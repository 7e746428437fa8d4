/**
 * Learned parameters: named latent tensors, and the bijections that make values of them.
 *
 * Optimisers move latents, which may take any value; formulas see values, which respect the
 * constraints. This is the one place where one becomes the other.
 */
import { reshape, type Tensor, tensor } from "../engine/index.js";
import type { Bijection } from "../prob/index.js";

/** Which learning rate a parameter follows: the model's and its noise's, or the filter's. */
export type ParameterGroup = "dynamics" | "filter";

export interface ParameterDefinition {
  readonly name: string;
  /** First value, in the units of the quantity. */
  readonly start: number;
  readonly bijection: Bijection;
  readonly group: ParameterGroup;
}

/** A scalar tensor for each name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** Latents of the start values, each displaced by `offsets` (default: not at all). */
export function startLatents(
  definitions: readonly ParameterDefinition[],
  offsets: readonly number[] = definitions.map(() => 0),
): NamedTensors {
  return Object.fromEntries(
    definitions.map(({ name, start, bijection }, i) => [
      name,
      tensor(bijection.inverse(start) + offsets[i]!),
    ]),
  );
}

/** Latents → values, differentiable. */
export function valuesOf(
  definitions: readonly ParameterDefinition[],
  latents: NamedTensors,
): NamedTensors {
  return Object.fromEntries(
    definitions.map(({ name, bijection }) => [name, bijection.forward(latents[name]!)]),
  );
}

/** One vector [n] of latents → named scalars, in the order of the definitions. */
export function named(
  definitions: readonly ParameterDefinition[],
  parts: readonly Tensor[],
): NamedTensors {
  return Object.fromEntries(definitions.map(({ name }, i) => [name, reshape(parts[i]!, [])]));
}

/** The numbers behind named scalars, in the order of the definitions. */
export const numbersOf = (
  definitions: readonly ParameterDefinition[],
  tensors: NamedTensors,
): number[] => definitions.map(({ name }) => tensors[name]!.item());
