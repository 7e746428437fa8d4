/**
 * Tests of the flatness of a histogram of n cases in B bins, and of two departures from it.
 *
 *     x_j = (n_j − e)/√e,  e = n/B;     χ² = Σ x_j²                      B − 1 degrees of freedom
 *     slope = (Σ x_j v_j)²,   convexity = (Σ x_j w_j)²                    1 degree of freedom each
 *
 * v is the linear contrast over the bins, w the quadratic one, both of length 1, w orthogonal to v and
 * to constants: parts of χ². A slope is bias; convexity is an ensemble too narrow (> 0) or too wide.
 *
 * The test is for independent cases. Of cases that depend on each other it would find significance
 * where there is none: each statistic is therefore scaled to its number of effective cases.
 *
 * @see jolliffe2008; rao1981 for the scaling of χ²
 */
import { ShapeError } from "../engine/index.js";
import { chiSquareDistribution, normalQuantile } from "../prob/index.js";
import type { RankHistogram } from "./rank-histogram.js";

export interface FlatnessPart {
  readonly chiSquare: number;
  readonly pValue: number;
}

export interface Flatness extends FlatnessPart {
  readonly degrees: number;
  /** With the sign of the departure: > 0, values lie high among the members. */
  readonly slope: FlatnessPart & { readonly sign: number };
  /** With the sign of the departure: > 0, members are too narrow. */
  readonly convexity: FlatnessPart & { readonly sign: number };
  /** The range of n_j that holds 95 % of bins if values and members are alike. */
  readonly expected: readonly [number, number];
}

export function flatness({ counts, cases, effectiveCases }: RankHistogram): Flatness {
  const B = counts.length;
  if (B < 3 || cases === 0) {
    throw new ShapeError(`flatness: ${cases} cases in ${B} bins; need one case and three bins.`);
  }
  const e = cases / B;
  const x = counts.map((n) => (n - e) / Math.sqrt(e));
  const share = effectiveCases.bars / cases;
  const chiSquare = share * x.reduce((t, v) => t + v * v, 0);
  const part = (effective: number, v: readonly number[]) => {
    const along = x.reduce((t, a, j) => t + a * v[j]!, 0);
    const size = (effective / cases) * along ** 2;
    return { chiSquare: size, pValue: upper(size, 1), sign: Math.sign(along) };
  };
  const half = normalQuantile(0.975) * Math.sqrt((e * (1 - 1 / B)) / share);
  return {
    chiSquare,
    degrees: B - 1,
    pValue: upper(chiSquare, B - 1),
    slope: part(
      effectiveCases.slope,
      contrast(B, (j) => j),
    ),
    convexity: part(
      effectiveCases.convexity,
      contrast(B, (j) => j * j),
    ),
    expected: [Math.max(0, e - half), e + half],
  };
}

const upper = (chiSquare: number, degrees: number): number =>
  1 - chiSquareDistribution(chiSquare, degrees);

/** f of the place from the middle, less its mean, of length 1: even and odd ones are orthogonal. */
function contrast(B: number, f: (j: number) => number): number[] {
  const raw = Array.from({ length: B }, (_, j) => f(j - (B - 1) / 2));
  const mean = raw.reduce((a, b) => a + b, 0) / B;
  const centred = raw.map((v) => v - mean);
  const length = Math.sqrt(centred.reduce((t, v) => t + v * v, 0));
  return centred.map((v) => v / length);
}
