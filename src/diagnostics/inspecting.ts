/** A look inside an analysis, step by step, so that a caller can let other work have its turn. */
import { scope, UsageError } from "../engine/index.js";
import { enkfNRecord, type Increments, inspectionDefaults } from "../filters/index.js";
import { onRing } from "../models/index.js";
import { checkCount, checkOptions, type NamedTensors, use } from "../parts/index.js";
import {
  type AnyMethod,
  asTrajectory,
  type FilterProgram,
  filterProgram,
  type Observations,
  observationsOf,
  type StateSpace,
  type Trajectory,
} from "../problem/index.js";
import { foldIn, type Key, key as keyOf } from "../random/index.js";
import { ensembleRun, networkRun, vectorsAlong } from "./inspected-runs.js";
import type { Inspection, InspectionSettings } from "./inspection.js";
import { localityMean } from "./locality.js";
import { type Look, lookInside } from "./look-inside.js";
import { rmse } from "./rmse.js";
import { average, type Series } from "./series.js";

/** Options of `inspectAnalysis`. */
export interface InspectionOptions extends Partial<InspectionSettings> {
  /** The root key, as that of `runFilter`. @defaultValue the key of the problem's seed */
  readonly key?: Key;
  /** Learned values by name, such as those of a fit. @defaultValue the starts */
  readonly values?: NamedTensors;
}

/**
 * Looks inside a method whose analysis adds increments a(E, ζ), ζ = Hᵀ R⁻¹ δ, to its members, such as a data
 * assimilation network, along a run over observations:
 *
 *     b_k = ‖a(E_k, 0)‖/√d        its bias, at each cycle
 *     Pᵃ  = ∇_ζ a                  its equivalent covariance, beside that of an EnKF-N on the same observations:
 *                                  eigenvalues, distances, alignment with backward Lyapunov vectors
 *     K                            its gain by least squares, beside Pᵃ Hᵀ R⁻¹
 *     S                            the mean of ∂Pᵃ/∂x about x, on a ring
 *
 * Distances and eigenvalues are those of the symmetric part of Pᵃ; in distances its negative eigenvalues are 0.
 *
 * @throws UsageError for a method that is not of this form; NumericError if one of the runs fails.
 * @see bocquet2024
 */
export function inspectAnalysis(
  method: AnyMethod,
  system: StateSpace,
  observations: Observations,
  options: InspectionOptions = {},
): Inspection {
  const trajectory = asTrajectory(system, observations, "inspectAnalysis");
  const steps = inspecting(method, system, trajectory, options);
  let next = steps.next();
  while (!next.done) next = steps.next();
  return next.value;
}

/** The number of Lyapunov vectors: of Lorenz-96 with 40 variables 14 do not decay. */
const mostVectors = 20;
/** Purposes of the random numbers of an inspection, apart from those of the run. */
const purposes = { inspection: 5, vectors: 0, innovations: 1 } as const;

/** Carries out `inspectAnalysis`; yields the part of the work that is done, from 0 to 1. */
export function* inspecting(
  method: AnyMethod,
  system: StateSpace,
  trajectory: Trajectory,
  options: InspectionOptions = {},
): Generator<number, Inspection> {
  const { key = keyOf(system.seed), values, ...settings } = withDefaults(options);
  const K = trajectory.series.times.length;
  const cycles = cyclesToLookAt(K, settings);
  const chosen = new Set(cycles);
  const part = function* <T>(steps: Generator<number, T>, before: number) {
    let next = steps.next();
    for (; !next.done; next = steps.next()) yield before + next.value / (4 * K);
    return next.value;
  };
  const network = filterProgram(method, system, values);
  const increments = incrementsOf(network);
  const beside = filterProgram(use(enkfNRecord, { members: settings.members }), system, values);
  const run = yield* part(networkRun(network, increments, trajectory, key, chosen), 0);
  const ensemble = yield* part(ensembleRun(beside, trajectory, key, chosen), 0.25);

  const own = foldIn(key, purposes.inspection);
  const half = (settings.spinup + K) / 2;
  const { exponents, vectors } = vectorsAlong(network, trajectory, run.analyses, {
    p: Math.min(mostVectors, system.dimension),
    counted: settings.spinup,
    cycles: new Set(cycles.filter((k) => k >= half)),
    key: foldIn(own, purposes.vectors),
    dtype: system.dtype,
  });
  const look = lookInside(network, increments, settings, foldIn(own, purposes.innovations));
  const seenAt = observationsOf(trajectory);
  const looks: Look[] = [];
  for (const [n, k] of cycles.entries()) {
    const given = {
      E: run.forecasts.get(k)!,
      members: ensemble.members.get(k)!,
      vectors: vectors.get(k),
    };
    looks.push(scope(() => look.at(k, given, seenAt(k))));
    yield 0.5 + (n + 1) / (2 * cycles.length);
  }
  look.forget();
  network.forget();
  const { spinup } = settings;
  const bias = run.bias.slice(spinup);
  const aligned = looks.flatMap(({ shares }) => shares ?? []);
  const { truth } = trajectory;
  const errorOf = (means: Series) => rmse(means.slice(spinup), truth!.slice(spinup));
  const over = (value: (look: Look) => number) => average(looks.map(value));
  return {
    settings,
    rmse: truth && { network: errorOf(run.means), ensemble: errorOf(ensemble.means) },
    bias: {
      times: trajectory.series.times.slice(spinup),
      values: bias,
      mean: average(bias),
      sd: Math.sqrt(average(bias.map((b) => (b - average(bias)) ** 2))),
    },
    gain: {
      difference: over(({ gain }) => gain.difference),
      unexplained: over(({ gain }) => gain.unexplained),
      antisymmetric: over(({ gain }) => gain.antisymmetric),
      negative: over(({ spectra }) => negativeShare(spectra.network)),
    },
    spectra: {
      network: meanOf(looks.map(({ spectra }) => spectra.network)),
      ensemble: meanOf(looks.map(({ spectra }) => spectra.ensemble)),
    },
    distances: {
      networkToEnsemble: over(({ distances }) => distances.networkToEnsemble),
      networkToStatic: over(({ distances }) => distances.networkToStatic),
      ensembleToStatic: over(({ distances }) => distances.ensembleToStatic),
    },
    alignment: {
      exponents,
      shares: {
        network: meanOf(aligned.map(({ network: each }) => each)),
        ensemble: meanOf(aligned.map(({ ensemble: each }) => each)),
      },
      cycles: aligned.length,
    },
    locality: onRing(network.system.model)
      ? localityMean(looks.map(({ tangent }) => tangent))
      : null,
  };
}

const meanOf = (rows: Series): number[] =>
  (rows[0] ?? []).map((_, i) => average(rows.map((row) => row[i]!)));

/** −Σ λ⁻/Σ |λ| */
function negativeShare(eigenvalues: readonly number[]): number {
  const [total, below] = [Math.abs, (v: number) => Math.max(0, -v)].map((f) =>
    eigenvalues.reduce((sum, v) => sum + f(v), 0),
  ) as [number, number];
  return total === 0 ? 0 : below / total;
}

/** a(E, ζ) of a method. */
function incrementsOf({ method }: FilterProgram): Increments {
  const increments = "increments" in method ? method.increments : undefined;
  if (increments !== undefined) return increments;
  throw new UsageError(
    `inspectAnalysis: the analysis of ${method.name} does not add increments a(E, ζ) to members; need a data assimilation network.`,
  );
}

/** Cycles after the spin-up, evenly spaced. */
function cyclesToLookAt(K: number, { spinup, states }: InspectionSettings): number[] {
  if (K - spinup < 2) {
    throw new UsageError(
      `inspectAnalysis: the record has ${K} cycles, and the first ${spinup} do not count; need at least 2 more.`,
    );
  }
  const n = Math.min(states, K - spinup);
  return Array.from({ length: n }, (_, i) => spinup + Math.floor(((i + 0.5) * (K - spinup)) / n));
}

function withDefaults(options: InspectionOptions) {
  checkOptions("inspectAnalysis", options, [
    ...(["spinup", "states", "members", "staticVariance", "key", "values"] as const),
  ]);
  const all = { spinup: 0, ...inspectionDefaults, ...options };
  checkCount("inspectAnalysis", "spinup", all.spinup, 0);
  checkCount("inspectAnalysis", "states", all.states, 1);
  checkCount("inspectAnalysis", "members", all.members, 2);
  if (!(all.staticVariance > 0)) {
    throw new UsageError(
      `inspectAnalysis: staticVariance is ${all.staticVariance}; need a variance, more than 0.`,
    );
  }
  return all;
}
