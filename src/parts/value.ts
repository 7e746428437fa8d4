/** Values of a block: numbers, and numbers that are to be learned. Plain data, as files hold them. */

/** A number, or a number to be learned. */
export type Value = number | LearnedValue;

export interface LearnedValue {
  readonly learn: true;
  /** First value, in the units of the quantity. */
  readonly start: number;
  /** The value that made the data, in twin experiments: the twin uses it, the result reports it. */
  readonly truth?: number;
  /** Keeps the value above zero; variances, standard deviations and inflation always are. */
  readonly positive?: boolean;
}

/** A number to be learned for each component, all from one start. */
export interface LearnedEach extends LearnedValue {
  readonly each: true;
}

/** Numbers that are learned together, as one vector; a number for all, or a list with one each. */
export interface LearnedVector {
  readonly learn: true;
  readonly start: number | readonly number[];
  readonly truth?: number | readonly number[];
  readonly positive?: boolean;
}

/** A value each, or one vector of them to be learned; its start or its truth says how many. */
export type Values = readonly Value[] | LearnedVector;

/** What a part is given, by the names of its keys: plain data. */
export type Block = Readonly<Record<string, unknown>>;

/** A value to be learned, for the parameters of `stateSpace` and the settings of a method. */
export const learned = (
  start: number,
  options: { readonly truth?: number; readonly positive?: boolean } = {},
): LearnedValue => ({ learn: true, start, ...options });

/** Several values to be learned, by name: `learnedFrom({ growth: 0.8, death: 0.5 })` gives the starts. */
export const learnedFrom = <const S extends Readonly<Record<string, number>>>(
  starts: S,
  options: { readonly positive?: boolean } = {},
): { readonly [Name in keyof S]: LearnedValue } =>
  Object.fromEntries(
    Object.entries(starts).map(([name, start]) => [name, learned(start, options)]),
  ) as { readonly [Name in keyof S]: LearnedValue };

const isListed = <T>(x: T | readonly T[]): x is readonly T[] => Array.isArray(x);

/** How many values these are. */
export function countOf(values: Values): number {
  if (!("learn" in values)) return values.length;
  const list = [values.start, values.truth ?? values.start].find(isListed);
  return (list as readonly number[] | undefined)?.length ?? 1;
}

/** Whether some of it is to be learned, at any depth. */
export const isLearned = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  ("learn" in value || Object.values(value).some(isLearned));

/** The number that a value begins with. */
export const startOf = (value: Value): number => (typeof value === "number" ? value : value.start);
