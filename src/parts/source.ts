/**
 * Sources of the values of parameters.
 *
 * Parts are built by functions that ask a source for each value by its name. One source lists the learned
 * parameters, another returns their current values, a third the truth of a twin; so building is written
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

/** The range and the group of a parameter; a learned value may ask to be positive in addition. */
export interface ValueRole {
  readonly support: ValueSupport;
  readonly group: ParameterGroup;
}

/** A tensor that is learned as a whole; its start is computed only when it is needed. */
export interface LearnedTensor {
  readonly start: () => Tensor;
  /** The truth in a twin, if the tensor is used to make its data. */
  readonly truth?: () => Tensor;
  readonly bijection: Bijection;
  readonly group: ParameterGroup;
}

/** Returns the value of each parameter by its name. */
export interface ParameterSource {
  /** Returns a number that is fixed, or learned under this name. */
  scalar(value: Value, name: string, role: ValueRole): Scalar;
  /** Returns a tensor that is learned under this name. */
  tensor(name: string, learned: LearnedTensor): Tensor;
}

/** Returns the bijection for a value of this size. */
function bijectionOf(size: number, support: ValueSupport): Bijection {
  if (support === "fraction") return unitInterval;
  if (support === "positive") return positive(size);
  return scaled(size === 0 ? 1 : Math.abs(size));
}

const supportOf = (
  { positive: asked }: LearnedValue | LearnedVector,
  support: ValueSupport,
): ValueSupport => (asked ? "positive" : support);

/** Makes a source that collects the definitions of all learned parameters and returns their starts. */
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

/** A source that returns the starts. */
export const startValues: ParameterSource = {
  scalar: (value) => (typeof value === "number" ? value : value.start),
  tensor: (_, { start }) => start(),
};

/** Makes a source that returns learned values from named tensors. */
export const currentValues = (values: NamedTensors): ParameterSource => ({
  scalar: (value, name) => (typeof value === "number" ? value : values[name]!),
  tensor: (name) => values[name]!,
});

/** A source that returns the truth of a twin; for a learned value without a truth it is the start. */
export const trueValues: ParameterSource = {
  scalar: (value) => (typeof value === "number" ? value : (value.truth ?? value.start)),
  tensor: (_, { start, truth = start }) => truth(),
};

/** Makes a source that collects the truths that are given, by name, and returns the starts. */
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

/** Makes a source whose tensors have this dtype; plain numbers stay as they are. */
export const castSource = (source: ParameterSource, dtype: FloatType): ParameterSource => ({
  scalar: (value, name, role) => {
    const x = source.scalar(value, name, role);
    return typeof x === "number" ? x : cast(x, dtype);
  },
  tensor: (name, learned) => cast(source.tensor(name, learned), dtype),
});

const isList = (values: Value | readonly Value[]): values is readonly Value[] =>
  Array.isArray(values);

/** Reads one value for all components, or one for each; the names of several end in their index. */
export function readEach(
  source: ParameterSource,
  values: Value | readonly Value[],
  name: string,
  role: ValueRole,
): Scalar | readonly Scalar[] {
  if (!isList(values)) return source.scalar(values, name, role);
  return values.map((value, i) => source.scalar(value, `${name}[${i}]`, role));
}

/** Reads a list of values, whose names end in their index, or one vector that is learned as a whole. */
export const readAll = (
  source: ParameterSource,
  values: Values,
  name: string,
  role: ValueRole,
): Tensor | readonly Scalar[] =>
  "learn" in values
    ? source.tensor(name, learnedWhole(values, countOf(values), role))
    : values.map((value, i) => source.scalar(value, `${name}[${i}]`, role));

/**
 * Returns n numbers that are learned together as one tensor [n]. The unit of the latent variables is the
 * root mean square of the starts.
 */
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
