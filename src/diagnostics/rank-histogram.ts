/**
 * Rank histogram: where a value lies among the members of its ensemble.
 *
 * If value and members are draws of one distribution, every rank r = 0 … N is as likely. With the
 * weight W of the members below and U uniform,
 *
 *     u = (N W + U)/(N + 1),   bin ⌊B u⌋ of B;      of equal weights and B = N + 1, the rank itself
 *
 * Ties are broken at random. A cup (∪) says that the ensemble is too narrow, a dome (∩) too wide, a
 * slope that it is biased.
 *
 * Cases are not independent in time, nor between neighbours in space: `effectiveCases` says how
 * many independent ones would know as well how high the bars are, the mean of u (a slope) and that of
 * (u − ½)² (a cup or a dome). Tests of flatness count those.
 *
 * @see hamill2001; rao1981 for the bars
 */
import { ShapeError, scope } from "../engine/index.js";
import { type Key, uniform } from "../random/index.js";
import { average, checkFinite, type Series } from "./series.js";
import { timeMean } from "./time-mean.js";

/** Ensembles and values at K times, of d components each. */
export interface RankedSeries {
  /** [K][d][N] */
  readonly members: readonly Series[];
  /** [K][N], positive, of sum 1; none: all alike. */
  readonly weights?: Series;
  /** What is ranked, [K][d]; NaN is a gap. */
  readonly values: Series;
}

export interface EffectiveCases {
  readonly bars: number;
  readonly slope: number;
  readonly convexity: number;
}

export interface RankHistogram {
  readonly counts: readonly number[];
  readonly cases: number;
  readonly effectiveCases: EffectiveCases;
}

/** @param bins N + 1, if not given. */
export function rankHistogram(
  { members, weights, values }: RankedSeries,
  key: Key,
  bins = (members[0]?.[0]?.length ?? 0) + 1,
): RankHistogram {
  const [K, d] = [values.length, values[0]?.length ?? 0];
  const fits = members.length === K && members.every((row) => row.length === d);
  if (!fits || K < 2 || d === 0 || !(bins >= 2)) {
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

/** u in [0, 1) */
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
  // Of ties the first 0, 1, … lie below; of whole numbers a whole number.
  const broken = Math.min(ties, Math.floor(forTies * (ties + 1)));
  return Math.min(1 - 1e-15, (below + broken + U) / (N + 1));
}

/** Σ var f(u) over the sum of the squared standard errors of the means of f(u), over some f. */
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
