/** Values of a block: numbers, and numbers to be learned, as plain data. */

/** A number, or a number to be learned. */
export type Value = number | LearnedValue;

/** A number to be learned. */
export interface LearnedValue {
  readonly learn: true;
  /** The first value, in the unit of the quantity. */
  readonly start: number;
  /** In twin experiments, the true value, which is used to make the data. */
  readonly truth?: number;
  /** Keeps the value above zero; variances, standard deviations and inflation always are above zero. */
  readonly positive?: boolean;
}

/** A learned number for each component, all with the same start. */
export interface LearnedEach extends LearnedValue {
  readonly each: true;
}

/** Numbers that are learned together as one vector; start and truth are a number for all, or a list. */
export interface LearnedVector {
  readonly learn: true;
  readonly start: number | readonly number[];
  readonly truth?: number | readonly number[];
  readonly positive?: boolean;
}

/** A list of values, or one learned vector, whose start or truth is a list of its length. */
export type Values = readonly Value[] | LearnedVector;

/** The values of the keys of a part, by name, as plain data. */
export type Block = Readonly<Record<string, unknown>>;

/** Marks a value to be learned from this start, for parameters of `stateSpace` and settings of a method. */
export const learned = (
  start: number,
  options: { readonly truth?: number; readonly positive?: boolean } = {},
): LearnedValue => ({ learn: true, start, ...options });

/** Marks several values to be learned from these starts: `learnedFrom({ growth: 0.8, death: 0.5 })`. */
export const learnedFrom = <const S extends Readonly<Record<string, number>>>(
  starts: S,
  options: { readonly positive?: boolean } = {},
): { readonly [Name in keyof S]: LearnedValue } =>
  Object.fromEntries(
    Object.entries(starts).map(([name, start]) => [name, learned(start, options)]),
  ) as { readonly [Name in keyof S]: LearnedValue };

const isListed = <T>(x: T | readonly T[]): x is readonly T[] => Array.isArray(x);

/** Returns the number of values. */
export function countOf(values: Values): number {
  if (!("learn" in values)) return values.length;
  const list = [values.start, values.truth ?? values.start].find(isListed);
  return (list as readonly number[] | undefined)?.length ?? 1;
}

/** Tells whether any part of a value is to be learned, at any depth. */
export const isLearned = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  ("learn" in value || Object.values(value).some(isLearned));

/** Returns a fixed number, or the start of a learned one. */
export const startOf = (value: Value): number => (typeof value === "number" ? value : value.start);
