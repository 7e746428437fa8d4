/**
 * Learned parameters: named latent tensors, and the bijections from latents to values.
 *
 * Optimisers change latents, which may take any real value; models and filters use values, which
 * satisfy the constraints. Latents and values, and tensors and the plain numbers of a checkpoint, are
 * converted into each other here alone.
 */
import {
  type FloatType,
  reshape,
  sizeOf,
  slice,
  Tensor,
  tensor,
  UsageError,
} from "../engine/index.js";
import type { NamedTensors, ParameterDefinition, ScalarDefinition } from "../parts/index.js";

export type {
  NamedTensors,
  ParameterDefinition,
  ParameterGroup,
  ScalarDefinition,
} from "../parts/index.js";

type Definitions = readonly ParameterDefinition[];

/** The numbers of a tensor for each name, row-major: plain JSON, the same tensors to the bit. */
export type NamedNumbers = Readonly<Record<string, readonly number[]>>;

const shapeOf = ({ start }: ParameterDefinition): readonly number[] =>
  start instanceof Tensor ? start.shape : [];

const startsOf = ({ start }: ParameterDefinition): ArrayLike<number> =>
  start instanceof Tensor ? start.data() : [start];

/** How many numbers are learned. */
export const latentCount = (definitions: Definitions): number =>
  definitions.reduce((n, definition) => n + sizeOf(shapeOf(definition)), 0);

/** For each definition, what `f` makes of it and of the place of its first latent among all. */
function named<T>(
  definitions: Definitions,
  f: (definition: ParameterDefinition, from: number) => T,
): Record<string, T> {
  let from = 0;
  return Object.fromEntries(
    definitions.map((definition) => {
      const made = f(definition, from);
      from += sizeOf(shapeOf(definition));
      return [definition.name, made];
    }),
  );
}

/** Latents of the start values, displaced by `offsets`, all in one row (default: not at all). */
export const startLatents = (definitions: Definitions, offsets?: ArrayLike<number>): NamedNumbers =>
  named(definitions, (definition, from) =>
    Array.from(
      startsOf(definition),
      (value, i) => definition.bijection.inverse(value) + (offsets?.[from + i] ?? 0),
    ),
  );

/** Latents → values, differentiable. */
export const valuesOf = (definitions: Definitions, latents: NamedTensors): NamedTensors =>
  named(definitions, ({ name, bijection }) => bijection.forward(latents[name]!));

/** One vector [n] of latents → tensors, differentiable. */
export const fromVector = (definitions: Definitions, u: Tensor): NamedTensors =>
  named(definitions, (definition, from) => {
    const shape = shapeOf(definition);
    return reshape(slice(u, 0, from, from + sizeOf(shape)), shape);
  });

/** The numbers of all parameters in one row, and back. */
export const rowOf = (definitions: Definitions, numbers: NamedNumbers): number[] =>
  definitions.flatMap(({ name }) => numbers[name]!);

export const fromRow = (definitions: Definitions, row: readonly number[]): NamedNumbers =>
  named(definitions, (definition, from) => row.slice(from, from + sizeOf(shapeOf(definition))));

/** The numbers behind tensors; −0 becomes 0, as it does in JSON. */
export const numbersOf = (tensors: NamedTensors): NamedNumbers =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, x]) => [name, Array.from(x.data(), (v) => v + 0)]),
  );

/** Numbers as tensors of the definitions' shapes. */
export const tensorsOf = (
  definitions: Definitions,
  numbers: NamedNumbers,
  dtype: FloatType,
): NamedTensors =>
  named(definitions, (definition) => {
    const shape = shapeOf(definition);
    const values = numbers[definition.name];
    if (values?.length === sizeOf(shape)) return tensor(values, { shape, dtype });
    throw new UsageError(
      `learn: ${values?.length ?? "no"} numbers for "${definition.name}" [${shape}]; need ${sizeOf(shape)}. Is this the state of another problem?`,
    );
  });

/** The definitions by latents whose steps mean the same in any unit: logarithms of positive values. */
export const scaleFree = (definitions: Definitions): ParameterDefinition[] =>
  definitions.map((definition) => ({
    ...definition,
    bijection: definition.bijection.scaleFree ?? definition.bijection,
  }));

/** Every number as a definition of its own, named like "B[0][1]". */
export function elements(definitions: Definitions): ScalarDefinition[] {
  return definitions.flatMap((definition) =>
    Array.from(startsOf(definition), (start, i) => ({
      ...definition,
      name: definition.name + placeOf(i, shapeOf(definition)),
      start,
    })),
  );
}

/** The indices of element i of a shape, like "[0][1]". */
function placeOf(i: number, shape: readonly number[]): string {
  let rest = i;
  const indices = shape.toReversed().map((n) => {
    const at = rest % n;
    rest = (rest - at) / n;
    return `[${at}]`;
  });
  return indices.reverse().join("");
}
