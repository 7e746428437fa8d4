import { ShapeError, UsageError } from "../engine/index.js";
import { chiSquareDistribution, normalQuantile } from "../prob/index.js";
import type { RankHistogram } from "./rank-histogram.js";
import { checkNumbers } from "./series.js";

/** One test statistic and its p-value. */
export interface FlatnessPart {
  readonly chiSquare: number;
  readonly pValue: number;
}

/** The χ² test of flatness and its two parts. */
export interface Flatness extends FlatnessPart {
  /** Degrees of freedom, B − 1. */
  readonly degrees: number;
  /** A slope is a bias. sign > 0: the values lie high among the members. */
  readonly slope: FlatnessPart & { readonly sign: number };
  /** Convexity is a wrong spread. sign > 0: the ensemble is too narrow. */
  readonly convexity: FlatnessPart & { readonly sign: number };
  /** The interval that holds 95 % of the counts n_j if values and members have one distribution. */
  readonly expected: readonly [number, number];
}

/**
 * Tests the flatness of a rank histogram of n cases in B bins, and two departures from it.
 *
 *     x_j = (n_j − e)/√e,  e = n/B;     χ² = Σ x_j²                      B − 1 degrees of freedom
 *     slope = (Σ x_j v_j)²,   convexity = (Σ x_j w_j)²                    1 degree of freedom each
 *
 * v is the linear and w the quadratic contrast over the bins, both of length 1 and orthogonal to each
 * other and to constants, so that slope and convexity are parts of χ². The tests hold for independent
 * cases; for dependent cases each statistic is scaled to its number of effective cases.
 *
 * @throws ShapeError without cases, or for fewer than three bins.
 * @see jolliffe2008; rao1981 for the scaling of χ²
 */
export function flatness(histogram: RankHistogram): Flatness {
  const { counts, cases, effectiveCases } = checkedHistogram(histogram);
  const B = counts.length;
  if (B < 3 || cases === 0) {
    throw new ShapeError(`flatness: ${cases} cases in ${B} bins; need one case and three bins.`);
  }
  const e = cases / B;
  const x = counts.map((n) => (n - e) / Math.sqrt(e));
  const fraction = effectiveCases.bars / cases;
  const chiSquare = fraction * x.reduce((t, v) => t + v * v, 0);
  const part = (effective: number, v: readonly number[]) => {
    const along = x.reduce((t, a, j) => t + a * v[j]!, 0);
    const size = (effective / cases) * along ** 2;
    return { chiSquare: size, pValue: upper(size, 1), sign: Math.sign(along) };
  };
  const half = normalQuantile(0.975) * Math.sqrt((e * (1 - 1 / B)) / fraction);
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

/** @throws UsageError for what is no histogram, or one whose counts do not add up to its cases. */
function checkedHistogram(given: RankHistogram): RankHistogram {
  checkNumbers("flatness", "the list of counts", given?.counts);
  const { counts, cases } = given;
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (counts.some((n) => !(n >= 0)) || total !== cases) {
    throw new UsageError(
      `flatness: the counts have the sum ${total}, and cases is ${cases}; need counts of 0 or more, and their sum.`,
    );
  }
  for (const name of ["bars", "slope", "convexity"] as const) {
    const n: unknown = given.effectiveCases?.[name];
    if (typeof n === "number" && Number.isFinite(n) && n >= 0) continue;
    throw new UsageError(
      `flatness: effectiveCases.${name} is ${n}; need a number, 0 or more. rankHistogram gives all of them.`,
    );
  }
  return given;
}

const upper = (chiSquare: number, degrees: number): number =>
  1 - chiSquareDistribution(chiSquare, degrees);

/** The contrast of f over the bins, counted from the middle one: centred, and of length 1. */
function contrast(B: number, f: (j: number) => number): number[] {
  const raw = Array.from({ length: B }, (_, j) => f(j - (B - 1) / 2));
  const mean = raw.reduce((a, b) => a + b, 0) / B;
  const centred = raw.map((v) => v - mean);
  const length = Math.sqrt(centred.reduce((t, v) => t + v * v, 0));
  return centred.map((v) => v / length);
}
