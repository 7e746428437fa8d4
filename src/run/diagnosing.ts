/** Diagnostics of a run: ranks, residuals and spectra. */
import { desroziers, powerSpectrum, rankHistogram } from "../diagnostics/index.js";
import { type BoundModel, onRing } from "../models/index.js";
import { freeWeightOf, type Scalar } from "../prob/index.js";
import type { NaturalMembers } from "../problem/index.js";
import type { Key } from "../random/index.js";
import type { Sample } from "./describe.js";
import type { DiagnosticsOutput, ResidualsOutput, SpectraOutput } from "./output.js";
import type { Scored } from "./scores.js";

/** The diagnostics of a run that diverged. */
export const noDiagnostics: DiagnosticsOutput = {
  ranks: null,
  residuals: null,
  spectra: null,
};

/**
 * Computes the diagnostics over all test trajectories after the spin-up. `variance` is R, the variance of the
 * observation errors; `key` is for drawing the order of equal ranks.
 */
export function diagnosticsOf(
  model: BoundModel,
  variance: Scalar,
  runs: readonly Scored[],
  key: Key,
): DiagnosticsOutput {
  const known = runs.flatMap(({ described }) => described.samples);
  const residuals = residualsOf(variance, runs);
  if (known.length < 2) return { ...noDiagnostics, residuals };
  return {
    ranks: ranksOf(known, key),
    residuals,
    spectra: onRing(model) ? spectraOf(known) : null,
  };
}

/** With more ranks than this each has too few cases: they are then joined into bins. */
const mostRanks = 50;
const joinedBins = 20;

function ranksOf(known: readonly Sample[], key: Key): DiagnosticsOutput["ranks"] {
  const members = known.map((at) => at.members);
  const [first] = members;
  if (first == null) return null;
  const d = known[0]!.truth.length;
  const N = first.values.length / d;
  return rankHistogram(
    {
      members: members.map((each) => columnsOf(each!, d)),
      values: known.map(({ truth }) => truth),
      ...(first.weights && { weights: members.map((each) => [...each!.weights!]) }),
    },
    key,
    N < mostRanks ? N + 1 : joinedBins,
  );
}

/** Arranges members [N, d] by variables, [d][N]. */
const columnsOf = ({ values }: NaturalMembers, d: number): number[][] =>
  Array.from({ length: d }, (_, i) =>
    Array.from({ length: values.length / d }, (_member, n) => values[n * d + i]!),
  );

/** The largest number of products for the spectra: for long runs with many members only some times are used. */
const most = 1e8;

function spectraOf(known: readonly Sample[]): SpectraOutput {
  const [{ truth, members }] = known as [Sample];
  const each = truth.length ** 2 * (3 + (members?.values.length ?? 0) / truth.length);
  const every = Math.ceil(known.length / Math.max(4, Math.floor(most / each)));
  const some = known.filter((_, k) => k % every === 0);
  const of = (field: (at: Sample) => readonly number[]) => powerSpectrum(some.map(field));
  return {
    truth: of((at) => at.truth),
    analysis: of((at) => at.mean),
    error: of((at) => at.mean.map((v, i) => v - at.truth[i]!)),
    spread:
      members === null
        ? null
        : powerSpectrum(some.flatMap((at) => anomalies(at.members!, at.mean))),
  };
}

/** Returns √(N wₙ/(1 − Σ w²)) (Eₙ − x̄), a row for each member: the mean of their squares is the variance. */
function anomalies({ values, weights }: NaturalMembers, mean: readonly number[]): number[][] {
  const d = mean.length;
  const N = values.length / d;
  const w = weights === null ? new Array<number>(N).fill(1 / N) : [...weights];
  const free = Math.max(1e-10, freeWeightOf(w));
  return w.map((v, n) => {
    const size = Math.sqrt((N * v) / free);
    return mean.map((m, i) => size * (values[n * d + i]! - m));
  });
}

/** With more columns than this only the mean over them is given. */
const mostColumns = 12;

/** Computes the covariances from residuals; null if the operator is not linear, or the run is too short. */
function residualsOf(variance: Scalar, runs: readonly Scored[]): ResidualsOutput | null {
  const all = (which: "forecast" | "analysis") =>
    runs.flatMap(({ described }) => described.residuals[which]);
  const forecast = all("forecast");
  const m = forecast[0]?.length ?? 0;
  if (m === 0) return null;
  const R = typeof variance === "number" ? [variance] : [...variance.data()];
  return {
    ...desroziers(forecast, all("analysis"), { each: m <= mostColumns }),
    assumed: Array.from({ length: m }, (_, j) => (R.length === m ? R[j]! : R[0]!)),
  };
}
