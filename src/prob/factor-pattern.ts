/** Factors of covariances that are sparse: the positions of their free entries. */
import {
  indices,
  reshape,
  ShapeError,
  scatterAdd,
  type Tensor,
  tensor,
  UsageError,
} from "../engine/index.js";
import { expectAxis, expectNumber, expectParts, expectRank } from "./expect.js";

/** The positions of the free entries of a factor [d, d]: row and column of each. */
export interface FactorPattern {
  readonly dimension: number;
  readonly places: readonly (readonly [row: number, column: number])[];
}

/**
 * Returns the pattern of the diagonal and `bandwidth` diagonals above it, row by row; d − 1 gives the
 * whole upper triangle.
 * @throws ShapeError when the bandwidth is not a whole number ≥ 0.
 */
export function upperBand(d: number, bandwidth: number): FactorPattern {
  expectDimension("upperBand", d);
  if (!(Number.isInteger(bandwidth) && bandwidth >= 0)) {
    throw new ShapeError(
      `upperBand: the bandwidth is ${bandwidth}; need a whole number, 0 for the diagonal alone.`,
    );
  }
  const row = (i: number) =>
    Array.from({ length: Math.min(bandwidth + 1, d - i) }, (_, k) => [i, i + k] as const);
  return { dimension: d, places: Array.from({ length: d }, (_, i) => row(i)).flat() };
}

/**
 * Returns the pattern of the given positions, each on or above the diagonal and given once.
 * @throws ShapeError for any other position.
 */
export function upperPlaces(
  d: number,
  places: readonly (readonly [row: number, column: number])[],
): FactorPattern {
  expectDimension("upperPlaces", d);
  if (!Array.isArray(places)) {
    throw new UsageError(
      `upperPlaces: the places are ${String(places)}; need a list of [row, column].`,
    );
  }
  checkPlaces("upperPlaces", d, places);
  return { dimension: d, places };
}

/** Throws a NumericError unless it is a number of variables of which a matrix can be held. */
export const expectDimension = (who: string, d: number): void =>
  expectNumber(
    who,
    "the dimension",
    d,
    (x) => Number.isInteger(x) && x >= 1 && x <= mostRows,
    `a whole number from 1 to ${mostRows}`,
  );

/** The most rows of a factor: more would not fit into the memory. */
const mostRows = 20_000;

function checkPlaces(
  who: string,
  d: number,
  places: readonly (readonly [row: number, column: number])[],
): void {
  const inside = (i: number) => Number.isInteger(i) && i >= 0 && i < d;
  const seen = new Set<number>();
  for (const place of places) {
    const [i, j] = (Array.isArray(place) ? place : []) as unknown as readonly [number, number];
    if (!(inside(i) && inside(j) && i <= j) || seen.has(i * d + j)) {
      throw new ShapeError(
        `${who}: row ${i}, column ${j}; need whole numbers 0 ≤ row ≤ column < ${d}, each place once.`,
      );
    }
    seen.add(i * d + j);
  }
}

/** Returns the entries [n] of a factor with `value` on the diagonal and 0 elsewhere, as start values. */
export function diagonalEntries(pattern: FactorPattern, value: number): Tensor {
  expectPattern("diagonalEntries", pattern);
  expectNumber("diagonalEntries", "the value", value, Number.isFinite, "a finite number");
  return tensor(pattern.places.map(([i, j]) => (i === j ? value : 0)));
}

/** Returns the factor U [d, d] with the free entries [n]. */
export function triangularFactor(entries: Tensor, pattern: FactorPattern): Tensor {
  expectPattern("triangularFactor", pattern);
  const { dimension: d, places } = pattern;
  const n = places.length;
  expectRank("triangularFactor", "entries", entries, 1, "[n]");
  if (entries.shape.length > 1) {
    throw new ShapeError(`triangularFactor: entries is [${entries.shape}]; need [${n}].`);
  }
  expectAxis("triangularFactor", "entries", entries, -1, n, "one per place of the pattern");
  const at = indices(places.map(([i, j]) => i * d + j));
  return reshape(scatterAdd(entries, at, d * d, 0), [d, d]);
}

/** Throws unless it is a pattern: places of a matrix, each on or above the diagonal and given once. */
export function expectPattern(who: string, pattern: FactorPattern): void {
  expectParts(who, "the pattern", pattern, ["dimension", "places"]);
  const { dimension: d, places } = pattern;
  expectDimension(who, d);
  if (!Array.isArray(places)) {
    throw new UsageError(`${who}: the places of the pattern are ${String(places)}; need a list.`);
  }
  checkPlaces(who, d, places);
}
