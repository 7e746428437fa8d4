/** The output of a run: plain data only, for the report, the files and `--json`. */
import type { Desroziers, RankHistogram } from "../diagnostics/index.js";
import type { FittedParameter, ObservationRecord } from "../problem/index.js";

/** A learned number. */
export type ParameterResult = FittedParameter;

/** A learned matrix, vector or part of a network: sizes are roots of sums of squares. */
export interface TensorResult {
  readonly shape: readonly number[];
  readonly start: number;
  readonly learned: number;
  /** The size of the difference between the learned values and the start. */
  readonly change: number;
  /** The size of the truth, and its distance from the start and from the learned values; in twins, for what makes the data. */
  readonly truth?: { readonly size: number; readonly start: number; readonly learned: number };
}

/** A setting of the method that was chosen by validation. */
export interface ChoiceResult {
  readonly chosen: number;
  /** The values tried, in the order of the file; a validation loss is null where the filter could not learn. */
  readonly tried: readonly { readonly value: number; readonly validation: number | null }[];
  /** The number of epochs that each value learned for. */
  readonly epochs: number;
}

/** Learned values by name, to be kept and to start from: row-major, the same numbers to the bit. */
export type SavedValues = Readonly<Record<string, SavedTensor>>;

export interface SavedTensor {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

export interface ForecastAnalysis {
  readonly forecast: number;
  readonly analysis: number;
}

export interface Divergence {
  /** The cycle, counted from 1. */
  readonly cycle: number;
  /** The time of its observation; null beyond the record. */
  readonly time: number | null;
  readonly cause: string;
}

/** Cycles of a twin at which the analysis was far from the truth and the spread did not show it. */
export interface LostTruth {
  /** The first of these cycles, counted from 1. */
  readonly from: number;
  /** How many there are, in all test trajectories together. */
  readonly cycles: number;
}

/** Analyses after the spin-up at which the weights of a particle filter degenerated. */
export interface DegenerateWeights {
  /** How many there are, in all test trajectories together. */
  readonly cycles: number;
  /** The times of the first ones, ten at most. */
  readonly times: readonly number[];
}

export interface Errors extends ForecastAnalysis {
  /** The error of the smoothed states; absent for filters. */
  readonly smoothed?: number;
}

export interface RunResult {
  readonly name: string;
  readonly method: string;
  readonly model: string;
  readonly seed: number;
  /** Root mean square errors against the truth; null for a real record. */
  readonly rmse: Errors | null;
  /** Standard errors of `rmse` as a mean over time, with the correlation of the series. */
  readonly rmseError: Errors | null;
  readonly rmsePooled: ForecastAnalysis | null;
  /** The standard deviation that the method gives; null, like all scores, when the run diverged. */
  readonly spread: ForecastAnalysis | null;
  /** The CRPS of the analysis against the truth; null for a real record. */
  readonly crps: number | null;
  /** The natural log-likelihood with all constants; null where the method has none. */
  readonly logLikelihood: number | null;
  /** Learned numbers, by name. */
  readonly parameters: Readonly<Record<string, ParameterResult>>;
  /** Settings chosen by validation, by name; absent where there are none. */
  readonly choices?: Readonly<Record<string, ChoiceResult>>;
  /** Learned matrices, vectors and networks, by name. */
  readonly tensors: Readonly<Record<string, TensorResult>>;
  /** The number of cycles of all test trajectories together, which the scores are of, too. */
  readonly cycles: number;
  /** The time of forecasts and analyses alone. */
  readonly seconds: number;
  /** From the median time of a cycle, so that the time to make the programs does not count. */
  readonly cyclesPerSecond: number;
  readonly diverged: boolean;
  /** Where and why the run diverged; absent if it did not. */
  readonly divergence?: Divergence;
  /** Where the run on a twin lost the truth; absent if it did not. */
  readonly lostTruth?: LostTruth;
  /** When and how often the weights of a particle filter degenerated; absent if they did not. */
  readonly degenerateWeights?: DegenerateWeights;
  readonly warnings: readonly string[];
}

/** The result of one method, under the name that it has in the comparison. */
export interface ComparedResult extends RunResult {
  readonly label: string;
}

export interface ComparisonResult {
  readonly name: string;
  readonly model: string;
  readonly seed: number;
  /** The methods in the order of the file. */
  readonly methods: readonly ComparedResult[];
  /** Whether any of them diverged. */
  readonly diverged: boolean;
}

/** Mean, standard deviation and 90 % band of every variable in natural units, each [K][d]. */
export interface Band {
  readonly mean: readonly (readonly number[])[];
  readonly sd: readonly (readonly number[])[];
  readonly lower: readonly (readonly number[])[];
  readonly upper: readonly (readonly number[])[];
}

/** The states at the observation times, then (from index `observed` on) beyond the record. */
export interface StateSeries {
  readonly variables: readonly string[];
  readonly times: readonly number[];
  readonly observed: number;
  readonly forecast: Pick<Band, "mean" | "sd">;
  /** The analysis; beyond the record it equals the forecast. */
  readonly analysis: Band;
  /** The smoothed states; null when the method is a filter. */
  readonly smoothed: Band | null;
  /** The truth [K][d] of a twin experiment, else null. */
  readonly truth: readonly (readonly number[])[] | null;
}

/** Innovations in independent units, L⁻¹(y − ȳ) with S = LLᵀ, [K][m]; NaN at the gaps. */
export interface InnovationSeries {
  readonly standardised: readonly (readonly number[])[];
  /** (y − ȳ)ᵀ S⁻¹ (y − ȳ) and the number of values observed, a time, [K]. */
  readonly chiSquare: readonly number[];
  readonly degrees: readonly number[];
}

/** One epoch of learning; the losses are negative log-evidences for each value observed. */
export interface LossPoint {
  readonly restart: number;
  readonly epoch: number;
  readonly training: number;
  readonly validation: number | null;
  readonly rate: number;
}

export interface RestartResult {
  readonly logLikelihood: number;
  readonly parameters: Readonly<Record<string, number>>;
}

export interface LearningOutput {
  readonly losses: readonly LossPoint[];
  readonly restarts: readonly RestartResult[];
  readonly best: number;
  /** Why there are standard errors, or why not, in a sentence. */
  readonly uncertainty: string;
}

/** Comparisons of errors and members after the spin-up; null where there is nothing to compare. */
export interface DiagnosticsOutput {
  /** The ranks of the truth among the members of the analyses. */
  readonly ranks: RankHistogram | null;
  /** Residuals by the columns of the observations, up to twelve, and as their mean. */
  readonly residuals: ResidualsOutput | null;
  /** Power spectra of variables on a ring. */
  readonly spectra: SpectraOutput | null;
}

/** Variances in squared units of the values compared, which are logarithms under lognormal noise. */
export interface ResidualsOutput extends Desroziers {
  /** R as the filter assumed it, by column. */
  readonly assumed: readonly number[];
}

/** Power by wavenumber 0, 1, …, [⌊d/2⌋ + 1] each. */
export interface SpectraOutput {
  readonly truth: readonly number[];
  readonly analysis: readonly number[];
  /** Power spectrum of the error, analysis minus truth. */
  readonly error: readonly number[];
  /** Mean power spectrum of the anomalies, members minus their mean; null without members. */
  readonly spread: readonly number[] | null;
}

export interface RunOutput {
  readonly result: RunResult;
  /** What the evidence of the method is; only likelihoods compare between methods. */
  readonly evidence: "likelihood" | "composite" | "misfit";
  /** The natural variables are above zero. */
  readonly positive: boolean;
  /** The state of the model holds the logarithms of the natural variables. */
  readonly logarithms: boolean;
  readonly states: StateSeries;
  readonly observations: ObservationRecord;
  readonly innovations: InnovationSeries;
  readonly diagnostics: DiagnosticsOutput;
  readonly learning: LearningOutput | null;
  /** The learned values that the filter ran with; null if nothing was learned here. */
  readonly learned: SavedValues | null;
}

export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly detail: string;
}

/** What a run needs of its host: to show progress, to keep a checkpoint, and to know whether to stop. */
export interface RunHost {
  progress(progress: Progress): void;
  /** Receives, at times, a state (plain JSON) from which `resume` goes on. */
  checkpoint(state: Checkpoint): void;
  /** Asked between epochs; true ends the run with `Interrupted` after a last checkpoint. */
  stopRequested(): boolean;
}

/** Opaque plain JSON; numbers survive `JSON.stringify` to the bit. */
export type Checkpoint = {
  readonly version: 2;
  readonly learning: unknown;
  /** The choice made before learning. */
  readonly choice?: ChoiceResult;
};

/** Thrown when the host asked to stop; the last checkpoint has been handed over. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}
