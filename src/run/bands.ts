import { crpsGaussian, crpsOf, quantileOf, sortedSample } from "../diagnostics/index.js";
import { normalQuantile } from "../prob/index.js";
import type { NaturalMembers, NaturalState } from "../problem/index.js";

/** The distribution of a state in natural units. */
export interface NaturalDistribution {
  /** The quantile 5 %, [d]. */
  readonly lower: readonly number[];
  /** The quantile 95 %, [d]. */
  readonly upper: readonly number[];
  /** Continuous ranked probability score, averaged over the variables; null without a truth. */
  readonly crps: number | null;
}

const ninety = normalQuantile(0.95);

/**
 * Computes the 90 % band of a state in natural units, and its CRPS against a truth. For an ensemble the
 * members are sorted, for a Gaussian the quantiles are exact.
 */
export function distributionOf(
  { mean, sd, gaussian, members }: NaturalState,
  truth: readonly number[] | null,
): NaturalDistribution {
  if (members !== null) return ofMembers(members, mean.length, truth);
  const own = gaussian!;
  const end = (z: number): number[] => {
    const values = Array.from(own.mean, (m, i) => m + z * own.sd[i]!);
    return own.logs ? values.map(Math.exp) : values;
  };
  const crps =
    truth && truth.reduce((t, x, i) => t + crpsGaussian(mean[i]!, sd[i]!, x), 0) / truth.length;
  return { lower: end(-ninety), upper: end(ninety), crps };
}

function ofMembers(
  { values, weights }: NaturalMembers,
  d: number,
  truth: readonly number[] | null,
): NaturalDistribution {
  const N = values.length / d;
  const lower = new Array<number>(d).fill(0);
  const upper = new Array<number>(d).fill(0);
  const column = new Float64Array(N);
  let crps = 0;
  for (let i = 0; i < d; i++) {
    for (let n = 0; n < N; n++) column[n] = values[n * d + i]!;
    const sample = sortedSample(column, weights ?? undefined);
    lower[i] = quantileOf(sample, 0.05);
    upper[i] = quantileOf(sample, 0.95);
    if (truth !== null) crps += crpsOf(sample, truth[i]!) / d;
  }
  return { lower, upper, crps: truth && crps };
}
