/**
 * Learned values of a specification: who they are, and how a formula comes by them.
 *
 * The parts of an experiment are assembled by functions that ask a reader for each value by name.
 * One reader makes a list of what is to be learned, another looks up the current tensors, a third
 * gives the truth of a twin; so the assembly is written once.
 */
import type { NamedTensors, ParameterGroup, ScalarDefinition } from "../learn/index.js";
import { type Bijection, positive, type Scalar, scaled, unitInterval } from "../prob/index.js";
import type { LearnedValue, Value } from "./specification.js";

/** What a value must be by its nature; a learned value may ask for positivity besides. */
export type Nature = "real" | "positive" | "unit interval";

export interface ValueRole {
  readonly nature: Nature;
  readonly group: ParameterGroup;
}

export type Reader = (value: Value, name: string, role: ValueRole) => Scalar;

export const dynamics: ValueRole = { nature: "real", group: "dynamics" };
export const variance: ValueRole = { nature: "positive", group: "dynamics" };
export const inflation: ValueRole = { nature: "unit interval", group: "filter" };

function bijectionOf({ start, positive: asked }: LearnedValue, nature: Nature): Bijection {
  if (nature === "unit interval") return unitInterval;
  if (nature === "positive" || asked) return positive(start);
  return scaled(start === 0 ? 1 : Math.abs(start));
}

/** Notes every learned value, once, and reads its start. */
export function collecting(into: Map<string, ScalarDefinition>): Reader {
  return (value, name, { nature, group }) => {
    if (typeof value === "number") return value;
    const bijection = bijectionOf(value, nature);
    into.set(name, { name, start: value.start, bijection, group });
    return value.start;
  };
}

/** Reads learned values from named tensors. */
export const lookingUp =
  (values: NamedTensors): Reader =>
  (value, name) =>
    typeof value === "number" ? value : values[name]!;

/** Reads the truth of a twin; a learned value without one is true at its start. */
export const truth: Reader = (value) =>
  typeof value === "number" ? value : (value.truth ?? value.start);

/** The truths that a specification gives, by name. */
export function collectingTruth(into: Map<string, number>): Reader {
  return (value, name) => {
    if (typeof value === "number") return value;
    if (value.truth !== undefined) into.set(name, value.truth);
    return value.start;
  };
}

/** One value for all components, or one each: names end in the component if there are several. */
export function readEach(
  read: Reader,
  values: Value | readonly Value[],
  name: string,
  role: ValueRole,
): Scalar | readonly Scalar[] {
  if (!isList(values)) return read(values, name, role);
  return values.map((value, i) => read(value, `${name}[${i}]`, role));
}

const isList = (values: Value | readonly Value[]): values is readonly Value[] =>
  Array.isArray(values);
