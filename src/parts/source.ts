/**
 * Where the values of parameters come from.
 *
 * Parts are bound by functions that ask a source for each value by its name. One source lists what is
 * to be learned, another gives the current tensors, a third the truth of a twin; so binding is written
 * once.
 */
import { cast, type FloatType, full, scope, type Tensor, tensor } from "../engine/index.js";
import { type Bijection, positive, type Scalar, scaled, unitInterval } from "../prob/index.js";
import type { NamedTensors, ParameterDefinition, ParameterGroup } from "./definition.js";
import type { ValueSupport } from "./keys.js";
import {
  countOf,
  type LearnedEach,
  type LearnedValue,
  type LearnedVector,
  type Value,
  type Values,
} from "./value.js";

/** What a value must be by its nature; a learned value may ask for positivity besides. */
export interface ValueRole {
  readonly support: ValueSupport;
  readonly group: ParameterGroup;
}

/** A tensor that is learned as a whole; its start is worked out only where it is asked for. */
export interface LearnedTensor {
  readonly start: () => Tensor;
  /** The truth in twins, if the tensor makes data. */
  readonly truth?: () => Tensor;
  readonly bijection: Bijection;
  readonly group: ParameterGroup;
}

/** Gives the value of each parameter by its name. */
export interface ParameterSource {
  scalar(value: Value, name: string, role: ValueRole): Scalar;
  tensor(name: string, learned: LearnedTensor): Tensor;
}

/** The bijection of a value of such a size. */
function bijectionOf(size: number, support: ValueSupport): Bijection {
  if (support === "fraction") return unitInterval;
  if (support === "positive") return positive(size);
  return scaled(size === 0 ? 1 : Math.abs(size));
}

const supportOf = (
  { positive: asked }: LearnedValue | LearnedVector,
  support: ValueSupport,
): ValueSupport => (asked ? "positive" : support);

/** Lists everything learned, once, and gives its start. */
export function collectDefinitions(into: Map<string, ParameterDefinition>): ParameterSource {
  return {
    scalar: (value, name, { support, group }) => {
      if (typeof value === "number") return value;
      const bijection = bijectionOf(value.start, supportOf(value, support));
      into.set(name, { name, start: value.start, bijection, group });
      return value.start;
    },
    tensor: (name, { start, bijection, group }) => {
      const first = scope(start);
      into.set(name, { name, start: first, bijection, group });
      return first;
    },
  };
}

/** Gives the starts, and lists nothing. */
export const startValues: ParameterSource = {
  scalar: (value) => (typeof value === "number" ? value : value.start),
  tensor: (_, { start }) => start(),
};

/** Gives learned values from named tensors. */
export const currentValues = (values: NamedTensors): ParameterSource => ({
  scalar: (value, name) => (typeof value === "number" ? value : values[name]!),
  tensor: (name) => values[name]!,
});

/** Gives the truth of a twin; a learned value without one is true at its start. */
export const trueValues: ParameterSource = {
  scalar: (value) => (typeof value === "number" ? value : (value.truth ?? value.start)),
  tensor: (_, { start, truth = start }) => truth(),
};

/** Lists the truths that are given, by name, and gives the starts. */
export function collectTruths(into: Map<string, Scalar>): ParameterSource {
  return {
    scalar: (value, name) => {
      if (typeof value === "number") return value;
      if (value.truth !== undefined) into.set(name, value.truth);
      return value.start;
    },
    tensor: (name, { start, truth }) => {
      if (truth !== undefined) into.set(name, truth());
      return start();
    },
  };
}

/** A source whose tensors have this dtype; plain numbers stay as they are. */
export const castSource = (source: ParameterSource, dtype: FloatType): ParameterSource => ({
  scalar: (value, name, role) => {
    const x = source.scalar(value, name, role);
    return typeof x === "number" ? x : cast(x, dtype);
  },
  tensor: (name, learned) => cast(source.tensor(name, learned), dtype),
});

const isList = (values: Value | readonly Value[]): values is readonly Value[] =>
  Array.isArray(values);

/** One value for all components, or one each: names end in the component if there are several. */
export function readEach(
  source: ParameterSource,
  values: Value | readonly Value[],
  name: string,
  role: ValueRole,
): Scalar | readonly Scalar[] {
  if (!isList(values)) return source.scalar(values, name, role);
  return values.map((value, i) => source.scalar(value, `${name}[${i}]`, role));
}

/** A value each, with names that end in their positions, or one vector that is learned whole. */
export const readAll = (
  source: ParameterSource,
  values: Values,
  name: string,
  role: ValueRole,
): Tensor | readonly Scalar[] =>
  "learn" in values
    ? source.tensor(name, learnedWhole(values, countOf(values), role))
    : values.map((value, i) => source.scalar(value, `${name}[${i}]`, role));

/** n numbers as one tensor [n]; its latents are measured by the root mean square of the starts. */
export function learnedWhole(
  given: LearnedVector | LearnedEach,
  n: number,
  { support, group }: ValueRole,
): LearnedTensor {
  const { start, truth } = given;
  const whole = (numbers: number | readonly number[]): Tensor =>
    typeof numbers === "number" ? full([n], numbers) : tensor(numbers);
  const size = typeof start === "number" ? start : Math.hypot(...start) / Math.sqrt(n);
  return {
    start: () => whole(start),
    ...(truth === undefined ? {} : { truth: () => whole(truth) }),
    bijection: bijectionOf(size, supportOf(given, support)),
    group,
  };
}
