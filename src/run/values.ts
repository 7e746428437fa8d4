/**
 * Learned values of a specification: who they are, and how a formula comes by them.
 *
 * The parts of an experiment are assembled by functions that ask a reader for each value by name.
 * One reader makes a list of what is to be learned, another looks up the current tensors, a third
 * gives the truth of a twin; so the assembly is written once.
 */
import { full, scope, type Tensor, tensor } from "../engine/index.js";
import type {
  NamedTensors,
  ParameterDefinition,
  ParameterGroup,
  ScalarDefinition,
} from "../learn/index.js";
import { type Bijection, positive, type Scalar, scaled, unitInterval } from "../prob/index.js";
import {
  countOf,
  type LearnedValue,
  type LearnedVector,
  type Value,
  type Values,
} from "./specification.js";

/** What a value must be by its nature; a learned value may ask for positivity besides. */
export type Nature = "real" | "positive" | "unit interval";

export interface ValueRole {
  readonly nature: Nature;
  readonly group: ParameterGroup;
}

/** A tensor that is learned as a whole; what it starts from is worked out only where it is asked for. */
export interface LearnedTensor {
  readonly start: () => Tensor;
  /** In twins, where it makes data. */
  readonly truth?: () => Tensor;
  readonly bijection: Bijection;
  readonly group: ParameterGroup;
}

export interface Reader {
  value(value: Value, name: string, role: ValueRole): Scalar;
  tensor(name: string, learned: LearnedTensor): Tensor;
}

export const dynamics: ValueRole = { nature: "real", group: "dynamics" };
export const variance: ValueRole = { nature: "positive", group: "dynamics" };
export const share: ValueRole = { nature: "unit interval", group: "filter" };
/** Factors, widths and variances of a filter: positive. */
export const filterScale: ValueRole = { nature: "positive", group: "filter" };

/** For a value of such a size. */
function bijectionOf(size: number, nature: Nature): Bijection {
  if (nature === "unit interval") return unitInterval;
  if (nature === "positive") return positive(size);
  return scaled(size === 0 ? 1 : Math.abs(size));
}

const natureOf = ({ positive: asked }: LearnedValue | LearnedVector, nature: Nature): Nature =>
  asked ? "positive" : nature;

/** Notes everything learned, once, and reads its start. */
export function collecting(into: Map<string, ParameterDefinition>): Reader {
  return {
    value: (value, name, { nature, group }) => {
      if (typeof value === "number") return value;
      const bijection = bijectionOf(value.start, natureOf(value, nature));
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

/** Whether one number is learned, and no tensor. */
export const isScalar = (definition: ParameterDefinition): definition is ScalarDefinition =>
  typeof definition.start === "number";

/** Reads learned values from named tensors. */
export const lookingUp = (values: NamedTensors): Reader => ({
  value: (value, name) => (typeof value === "number" ? value : values[name]!),
  tensor: (name) => values[name]!,
});

/** Reads the truth of a twin; a learned value without one is true at its start. */
export const truth: Reader = {
  value: (value) => (typeof value === "number" ? value : (value.truth ?? value.start)),
  tensor: (_, { start, truth: known = start }) => known(),
};

/** The truths that a specification gives, by name. */
export function collectingTruth(into: Map<string, Scalar>): Reader {
  return {
    value: (value, name) => {
      if (typeof value === "number") return value;
      if (value.truth !== undefined) into.set(name, value.truth);
      return value.start;
    },
    tensor: (name, { start, truth: known }) => {
      if (known !== undefined) into.set(name, known());
      return start();
    },
  };
}

/** One value for all components, or one each: names end in the component if there are several. */
export function readEach(
  read: Reader,
  values: Value | readonly Value[],
  name: string,
  role: ValueRole,
): Scalar | readonly Scalar[] {
  if (!isList(values)) return read.value(values, name, role);
  return values.map((value, i) => read.value(value, `${name}[${i}]`, role));
}

const isList = (values: Value | readonly Value[]): values is readonly Value[] =>
  Array.isArray(values);

/** A value each, names ending in their places; or one vector of them that is learned whole. */
export const readAll = (
  read: Reader,
  values: Values,
  name: string,
  role: ValueRole,
): Tensor | readonly Scalar[] =>
  "learn" in values
    ? read.tensor(name, wholeOf(values, countOf(values), role))
    : values.map((value, i) => read.value(value, `${name}[${i}]`, role));

/** n numbers as one tensor [n]; its latents are measured by the root mean square of the starts. */
export function wholeOf(
  given: LearnedVector,
  n: number,
  { nature, group }: ValueRole,
): LearnedTensor {
  const { start, truth: known } = given;
  const whole = (numbers: number | readonly number[]): Tensor =>
    typeof numbers === "number" ? full([n], numbers) : tensor(numbers);
  const size = typeof start === "number" ? start : Math.hypot(...start) / Math.sqrt(n);
  return {
    start: () => whole(start),
    ...(known === undefined ? {} : { truth: () => whole(known) }),
    bijection: bijectionOf(size, natureOf(given, nature)),
    group,
  };
}
