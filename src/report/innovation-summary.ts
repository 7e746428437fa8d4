/** Summarises innovations in numbers. */
import { autocorrelation } from "../diagnostics/index.js";
import type { InnovationSeries } from "../run/output.js";

export interface InnovationSummary {
  /** The number of innovations, over all columns. */
  readonly count: number;
  readonly mean: number;
  readonly sd: number;
  /** The fractions with |z| ≤ 1.645 and |z| ≤ 1.96; 0.90 and 0.95 are expected. */
  readonly within90: number;
  readonly within95: number;
  /** Σ χ² / Σ degrees of freedom, of which 1 is expected, and its standard deviation √(2/Σ dof) under that expectation. */
  readonly chiSquareRatio: number;
  readonly chiSquareSd: number;
  /** Autocorrelation at lag 1 of each column, and the bound 1.96/√K of chance for each. */
  readonly lagOne: readonly number[];
  readonly lagBounds: readonly number[];
}

/** Returns null when nothing was observed. */
export function summariseInnovations(innovations: InnovationSeries): InnovationSummary | null {
  const z = innovations.standardised.flat().filter(Number.isFinite);
  if (z.length === 0) return null;
  const mean = sum(z) / z.length;
  const used = innovations.degrees.map(
    (n, k) => n > 0 && Number.isFinite(innovations.chiSquare[k]),
  );
  const degrees = sum(innovations.degrees.filter((_, k) => used[k]));
  const chiSquare = sum(innovations.chiSquare.filter((_, k) => used[k]));
  const columns = columnsOf(innovations);
  return {
    count: z.length,
    mean,
    sd: Math.sqrt(sum(z.map((value) => (value - mean) ** 2)) / Math.max(1, z.length - 1)),
    within90: z.filter((value) => Math.abs(value) <= 1.6448536269514722).length / z.length,
    within95: z.filter((value) => Math.abs(value) <= 1.959963984540054).length / z.length,
    chiSquareRatio: degrees > 0 ? chiSquare / degrees : Number.NaN,
    chiSquareSd: degrees > 0 ? Math.sqrt(2 / degrees) : Number.NaN,
    lagOne: columns.map((column) => autocorrelation(column, 1)[0]!),
    lagBounds: columns.map(chanceBound),
  };
}

/** Turns [K][m] into m series of length K. */
export function columnsOf({ standardised }: InnovationSeries): readonly (readonly number[])[] {
  const width = standardised[0]?.length ?? 0;
  return Array.from({ length: width }, (_, j) => standardised.map((row) => row[j]!));
}

/** Returns 1.96/√K: 95 % of the autocorrelations of white noise lie within ± this bound. */
export function chanceBound(z: readonly number[]): number {
  return 1.96 / Math.sqrt(Math.max(1, z.filter(Number.isFinite).length));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
