/**
 * What an experiment asks for, as plain data: the parsed form of an experiment file.
 *
 * Names follow the file format. `io/` turns YAML into this and checks it; nothing here touches
 * files, and everything is ready to be sent to a worker or kept beside a result.
 */

import type { MethodSpecification } from "./method-specification.js";

export type * from "./method-specification.js";

/** A number, or a number to be learned. */
export type Value = number | LearnedValue;

export interface LearnedValue {
  readonly learn: true;
  /** First value, in the units of the quantity. */
  readonly start: number;
  /** The value that made the data, in twin experiments: the twin uses it, the result reports it. */
  readonly truth?: number;
  /** Keep the value positive (always so for variances, standard deviations and inflation). */
  readonly positive?: boolean;
}

/** A number to be learned for each component, all from one start. */
export interface LearnedEach extends LearnedValue {
  readonly each: true;
}

/** Numbers that are learned together, as one vector; a number for all, or a list with one each. */
export interface LearnedVector {
  readonly learn: true;
  readonly start: number | readonly number[];
  readonly truth?: number | readonly number[];
  readonly positive?: boolean;
}

/** A value each, or one vector of them to be learned; its start or its truth says how many. */
export type Values = readonly Value[] | LearnedVector;

const isListed = <T>(x: T | readonly T[]): x is readonly T[] => Array.isArray(x);

/** How many values these are. */
export function countOf(values: Values): number {
  if (!("learn" in values)) return values.length;
  const list = [values.start, values.truth ?? values.start].find(isListed);
  return (list as readonly number[] | undefined)?.length ?? 1;
}

/** N(0, diag(variance)) added after each model step; one value for all components, or one each. */
export interface ProcessNoise {
  readonly variance: Value | LearnedEach | readonly Value[];
}

export type ModelSpecification =
  | LinearSpecification
  | Lorenz63Specification
  | Lorenz96Specification
  | Lorenz96TwoScaleSpecification
  | KuramotoSivashinskySpecification
  | PredatorPreySpecification
  | GeneralLotkaVolterraSpecification
  | BlockLotkaVolterraSpecification
  | ClohessyWiltshireSpecification;

/** x_t = A x_{t−1}, one application a step. */
export interface LinearSpecification {
  readonly kind: "linear";
  readonly transition: readonly (readonly Value[])[];
  readonly processNoise?: ProcessNoise;
}

/** Convection in three numbers: x' = sigma (y − x), y' = x (rho − z) − y, z' = x y − beta z. */
export interface Lorenz63Specification {
  readonly kind: "lorenz63";
  readonly sigma: Value;
  readonly rho: Value;
  readonly beta: Value;
  readonly processNoise?: ProcessNoise;
}

/** Slow variables on a ring, and above each of them `fastPerSlow` fast ones; the slow come first. */
export interface Lorenz96TwoScaleSpecification {
  readonly kind: "lorenz96-two-scale";
  readonly slow: number;
  readonly fastPerSlow: number;
  readonly forcing: Value;
  readonly coupling: Value;
  readonly timeScale: Value;
  readonly amplitude: Value;
  readonly processNoise?: ProcessNoise;
}

/** u_t = −u u_x − antidiffusion u_xx − hyperviscosity u_xxxx at points of a ring of this length. */
export interface KuramotoSivashinskySpecification {
  readonly kind: "kuramoto-sivashinsky";
  readonly points: number;
  readonly length: number;
  readonly antidiffusion: Value;
  readonly hyperviscosity: Value;
  readonly processNoise?: ProcessNoise;
}

/** d variables on a ring, ẋ_i = (x_{i+1} − x_{i−2}) x_{i−1} − x_i + forcing. */
export interface Lorenz96Specification {
  readonly kind: "lorenz96";
  readonly dimension: number;
  readonly forcing: Value;
  /** The filter's model is not this system but a polynomial near to it; a twin's truth is the system. */
  readonly imperfect?: ImperfectSpecification;
  /** A learned correction of the filter's model; the truth of a twin has none. */
  readonly correction?: CorrectionSpecification;
  readonly processNoise?: ProcessNoise;
}

/** 18 coefficients drawn about the true ones, variances {1, .1, .01} × variance for degrees 0, 1, 2. */
export interface ImperfectSpecification {
  readonly variance: number;
  readonly seed: number;
}

/** A residual network that is added to the map of a step, or to the tendency. */
export interface CorrectionSpecification {
  readonly kind: "residual-network";
  readonly on: "map" | "tendency";
  readonly learn: true;
  /** Of the first weights. */
  readonly seed: number;
}

/** Two species: u' = (preyGrowth − predation·v) u, v' = (conversion·u − predatorDeath) v. */
export interface PredatorPreySpecification {
  readonly kind: "lotka-volterra";
  readonly preyGrowth: Value;
  readonly predation: Value;
  readonly predatorDeath: Value;
  readonly conversion: Value;
  readonly coordinates: Coordinates;
  readonly processNoise?: ProcessNoise;
}

/** n species in groups, about their steady state: x' = x ∘ A (x − steadyState), A by its blocks. */
export interface BlockLotkaVolterraSpecification {
  readonly kind: "lotka-volterra";
  /** The upper block triangle, row by row: k (k + 1)/2 values of k groups. */
  readonly blocks: Values;
  readonly steadyState: Values;
  readonly coordinates: Coordinates;
  readonly processNoise?: ProcessNoise;
}

/** n species: x_i' = x_i (growth_i + Σ_j interactions_ij x_j). */
export interface GeneralLotkaVolterraSpecification {
  readonly kind: "lotka-volterra";
  readonly growth: Values;
  readonly interactions: readonly (readonly Value[])[];
  readonly coordinates: Coordinates;
  readonly processNoise?: ProcessNoise;
}

/** Relative motion near a circular orbit; state (position, velocity), meanMotion n in 1/time. */
export interface ClohessyWiltshireSpecification {
  readonly kind: "clohessy-wiltshire";
  readonly meanMotion: Value;
  readonly processNoise?: ProcessNoise;
}

/** The variables in which the state is Gaussian: the abundances, or their logarithms. */
export type Coordinates = "abundance" | "log";

export interface TimeSpecification {
  /** Length of a model step, in the time unit of the record. */
  readonly step: number;
  /** Runge–Kutta steps inside a model step. */
  readonly substeps: number;
  /** Twin experiments: model steps between observations, number of observations, cycles not scored. */
  readonly observeEvery: number;
  readonly cycles: number | null;
  readonly spinup: number;
  /** How far to forecast beyond the last observation, in the time unit of the record. */
  readonly forecast: number;
}

export type TwinOperator =
  | { readonly kind: "identity" }
  | { readonly kind: "every"; readonly every: number }
  | { readonly kind: "indices"; readonly indices: readonly number[] }
  /** A share of the components, drawn once for the run or anew at each time. */
  | { readonly kind: "random"; readonly ratio: number; readonly everyStep?: true }
  /** A share of the components, as evenly spaced as whole numbers allow. */
  | { readonly kind: "spaced"; readonly ratio: number }
  | { readonly kind: "matrix"; readonly matrix: readonly (readonly number[])[] };

/** y = H x + N(0, variance), or y = x exp(N(0, sd²)) component by component. */
export type NoiseSpecification =
  | { readonly kind: "normal"; readonly variance: Value | readonly Value[] }
  | { readonly kind: "lognormal"; readonly sd: Value | readonly Value[] };

/** Courses of the true system: to learn from, to judge by and to score on. */
export interface TrajectoryCounts {
  readonly training: number;
  readonly validation: number;
  readonly test: number;
}

export interface TwinSpecification {
  readonly kind: "twin";
  readonly operator: TwinOperator;
  readonly noise: NoiseSpecification;
  /** Absent: one course, for everything. */
  readonly trajectories?: TrajectoryCounts;
  /**
   * Where truth and filter start if the method does not say: about a state of a long run, or as far
   * apart as the climate is wide. Absent: `state` for one course of a system that
   * knows its decorrelation time.
   */
  readonly start?: "state" | "climate";
}

export type ObservationsSpecification =
  | TwinSpecification
  | {
      readonly kind: "record";
      /** Where it came from, for the report. */
      readonly source: string;
      readonly record: ObservationRecord;
      readonly noise: NoiseSpecification;
    };

/** A time series of observations; NaN is a gap. */
export interface ObservationRecord {
  /** Name of the time column. */
  readonly timeName: string;
  /** Strictly increasing, [K]. */
  readonly times: readonly number[];
  /** Column names, [m], and the state component that each column observes. */
  readonly columns: readonly string[];
  readonly components: readonly number[];
  /** [K][m] */
  readonly values: readonly (readonly number[])[];
}

export interface LearnSpecification {
  readonly epochs: number;
  /** Observations in a window of truncated back-propagation; null: the whole record. */
  readonly window: number | null;
  /** Adam's rates for the model's parameters (with its noise) and the filter's. */
  readonly rates: { readonly dynamics: number; readonly filter: number };
  /** The share of the record, at its end, kept for validation; 0: none. */
  readonly validation: number;
  /** Stop when the validation loss has not improved for so many epochs. */
  readonly patience: number;
  /** The rates are multiplied by `factor` when `patience` epochs brought no improvement. */
  readonly plateau: { readonly patience: number; readonly factor: number };
  /** Independent starts; the first from the start values, the others scattered about them. */
  readonly restarts: number;
  /** Standard deviation of the scatter of the starts in the latent variables. */
  readonly scatter: number;
  /** Finish with Newton steps on the whole record, so that standard errors are taken at a maximum. */
  readonly refine: boolean;
}

/** The number of observations, of K, to learn from; the others, at the end, are for validation. */
export const trainingLength = (validation: number, K: number): number =>
  K - Math.round(validation * K);

/** Values to choose from by the validation loss before learning; the first stands in the method. */
export interface ChoiceSpecification {
  /** Of the taper. */
  readonly halfWidth: readonly number[];
  /** That each of them learns for. */
  readonly epochs: number;
}

export interface Specification {
  readonly name: string;
  readonly seed: number;
  readonly model: ModelSpecification;
  readonly time: TimeSpecification;
  readonly observations: ObservationsSpecification;
  readonly method: MethodSpecification;
  readonly learn: LearnSpecification | null;
  /** Absent: nothing is chosen. */
  readonly choose?: ChoiceSpecification;
  /** Where learned values come from, instead of their starts; absent: from the starts. */
  readonly start?: { readonly from: string };
}

/** An experiment that cannot be run as it is written; `key` is the place in it to change. */
export class SpecificationError extends Error {
  override readonly name = "SpecificationError";
  readonly key: string;
  constructor(key: string, message: string) {
    super(`${key}: ${message}`);
    this.key = key;
  }
}
