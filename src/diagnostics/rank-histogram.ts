import { ShapeError, scope, UsageError } from "../engine/index.js";
import { checkCount, describeValue } from "../parts/index.js";
import { type Key, uniform } from "../random/index.js";
import { average, checkFinite, checkSeries, checkWeights, type Series } from "./series.js";
import { timeMean } from "./time-mean.js";

/** Ensembles and the values that are ranked among them, at K times and for d components. */
export interface RankedSeries {
  /** [K][d][N] */
  readonly members: readonly Series[];
  /** Weights of the members [K][N], positive and of sum 1; without them all members count equally. */
  readonly weights?: Series;
  /** The values that are ranked, [K][d]; NaN marks a gap. */
  readonly values: Series;
}

/** Numbers of independent cases that would estimate a statistic with the same standard error. */
export interface EffectiveCases {
  /** For the heights of the bars. */
  readonly bars: number;
  /** For the mean of u. */
  readonly slope: number;
  /** For the mean of (u − ½)². */
  readonly convexity: number;
}

export interface RankHistogram {
  /** Number of cases in each bin, [B]. */
  readonly counts: readonly number[];
  /** Number of all cases. */
  readonly cases: number;
  readonly effectiveCases: EffectiveCases;
}

/**
 * Counts the ranks of values among the members of their ensembles, in B bins (N + 1 by default).
 *
 *     u = (N W + U)/(N + 1),   bin ⌊B u⌋
 *
 * W is the weight of the members below the value and U a uniform draw; for equal weights and
 * B = N + 1 the bin is the rank r = 0 … N. Ties are broken at random, by `key`. If value and members
 * have one distribution all ranks are equally likely. A histogram of the form ∪ shows that the ensemble
 * is too narrow, of the form ∩ that it is too wide, and a slope that it is biased.
 *
 * Cases depend on each other in time and between neighbouring components; `effectiveCases` holds the
 * numbers of independent cases that the tests of flatness use.
 *
 * @throws ShapeError when times or components differ, or for fewer than two times or bins;
 * NumericError for numbers that are not finite.
 * @see hamill2001; rao1981 for the effective cases of the bars
 */
export function rankHistogram(
  ranked: RankedSeries,
  key: Key,
  bins = (ranked?.members?.[0]?.[0]?.length ?? 0) + 1,
): RankHistogram {
  const { members, weights, values } = checkedRanks(ranked);
  checkCount("rankHistogram", "bins", bins, 2, mostBins);
  const [K, d] = [values.length, values[0]?.length ?? 0];
  const fits = members.length === K && members.every((row) => row.length === d);
  if (!fits || K < 2 || d === 0) {
    throw new ShapeError(
      `rankHistogram: members at ${members.length} times, values at ${K} of ${d} components, ${bins} bins; need the same times and components, two times and two bins at least.`,
    );
  }
  const draws = scope(() => uniform(key, [K * d * 2]).data());
  const counts = new Array<number>(bins).fill(0);
  const places: number[][] = values.map((row, k) =>
    row.flatMap((x, i) => {
      if (Number.isNaN(x)) return [];
      checkFinite("rankHistogram", [members[k]![i]!, [x]]);
      const at = 2 * (k * d + i);
      const u = placeOf(members[k]![i]!, weights?.[k], x, draws[at]!, draws[at + 1]!);
      counts[Math.floor(bins * u)]! += 1;
      return [u];
    }),
  );
  const binOf = (u: number) => Math.floor(bins * u);
  return {
    counts,
    cases: places.flat().length,
    effectiveCases: {
      bars: effectiveCases(
        places,
        counts.map((_, j) => (u: number) => Number(binOf(u) === j)),
      ),
      slope: effectiveCases(places, [(u) => u]),
      convexity: effectiveCases(places, [(u) => (u - 0.5) ** 2]),
    },
  };
}

/** The most bins that a histogram may have. */
const mostBins = 1e6;

/** @throws UsageError unless members are series of the same number of members, with weights that fit. */
function checkedRanks(ranked: RankedSeries): RankedSeries {
  const who = "rankHistogram";
  const { members, weights, values } = ranked ?? {};
  checkSeries(who, "the values", values);
  if (!Array.isArray(members)) {
    throw new UsageError(`${who}: the members are ${describeValue(members)}; need [K][d][N].`);
  }
  const N = members[0]?.[0]?.length ?? 0;
  members.forEach((row, k) => {
    checkSeries(who, `the list of members at time ${k}`, row);
    if (row[0] === undefined || row[0].length === N) return;
    throw new ShapeError(
      `${who}: ${row[0].length} members at time ${k}, and ${N} at the first; need as many at each.`,
    );
  });
  if (weights === undefined) return ranked;
  if (!Array.isArray(weights) || weights.length !== values.length) {
    throw new UsageError(
      `${who}: the weights are ${describeValue(weights)}; need [K][N], a list for each of ${values.length} times.`,
    );
  }
  for (const each of weights) checkWeights(who, each, N, "members");
  return ranked;
}

/** Computes u in [0, 1) for one value. */
function placeOf(
  E: readonly number[],
  weights: readonly number[] | undefined,
  x: number,
  forTies: number,
  U: number,
): number {
  const N = E.length;
  let below = 0; // N W
  let ties = 0;
  for (let n = 0; n < N; n++) {
    const w = weights === undefined ? 1 : N * weights[n]!;
    if (E[n]! < x) below += w;
    else if (E[n] === x) ties += w;
  }
  // A random number of the ties, 0 to all of them, counts as below.
  const broken = Math.min(ties, Math.floor(forTies * (ties + 1)));
  return Math.min(1 - 1e-15, (below + broken + U) / (N + 1));
}

/** Σ var f(u) divided by the sum of the squared standard errors of the means of f(u), over functions f. */
function effectiveCases(
  places: readonly (readonly number[])[],
  functions: readonly ((u: number) => number)[],
): number {
  const seen = places.filter((row) => row.length > 0);
  const all = seen.flat();
  if (seen.length < 2) return all.length;
  let [variance, error] = [0, 0];
  for (const f of functions) {
    const mean = average(all.map(f));
    variance += average(all.map((u) => (f(u) - mean) ** 2));
    error += timeMean(seen.map((row) => average(row.map(f)))).standardError ** 2;
  }
  return error === 0 ? all.length : Math.min(all.length, variance / error);
}
