/** The output of a run: plain data for the report, the files and `--json`. */

import type { Desroziers, Inspection, RankHistogram } from "../diagnostics/index.js";
import type { FittedParameter, Loss, ObservationRecord } from "../problem/index.js";
import type { MemoryLimits } from "./check-memory.js";

/** The result for a learned number. */
export type ParameterResult = FittedParameter;

/** The result for a learned matrix, vector or part of a network; sizes are roots of sums of squares. */
export interface TensorResult {
  readonly shape: readonly number[];
  readonly start: number;
  readonly learned: number;
  /** The size of the change, learned value minus start. */
  readonly change: number;
  /**
   * In twins, if it is used to make data: the size of the truth, and its distances from start and learned
   * value.
   */
  readonly truth?: { readonly size: number; readonly start: number; readonly learned: number };
}

/** A setting of the method that was chosen by validation. */
export interface ChoiceResult {
  readonly chosen: number;
  /**
   * The values in the order of the file, with the validation loss for each observed value; null where
   * learning failed.
   */
  readonly tried: readonly { readonly value: number; readonly validation: number | null }[];
  /** The number of epochs for each value. */
  readonly epochs: number;
}

/** Learned values by name, to be saved and to start from; row-major, exact to the bit. */
export type SavedValues = Readonly<Record<string, SavedTensor>>;

/** A saved tensor. */
export interface SavedTensor {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** A score of the forecasts and of the analyses. */
export interface ForecastAnalysis {
  readonly forecast: number;
  readonly analysis: number;
}

/** Where and why a run diverged. */
export interface Divergence {
  /** The cycle, counted from 1. */
  readonly cycle: number;
  /** The time of the observation; null beyond the record. */
  readonly time: number | null;
  /** The cause, as a sentence. */
  readonly cause: string;
}

/** The cycles of a twin at which the analysis was far from the truth and the spread did not show it. */
export interface LostTruth {
  /** The first of these cycles, counted from 1. */
  readonly from: number;
  /** The number of these cycles in all test trajectories. */
  readonly cycles: number;
}

/** Analyses after the spin-up at which the weights of a particle filter degenerated. */
export interface DegenerateWeights {
  /** The number of these cycles in all test trajectories. */
  readonly cycles: number;
  /** The times of the first ones, ten at most. */
  readonly times: readonly number[];
}

/** A stage after filtering that failed; the states of the filter do not depend on it. */
export interface StageFailure {
  readonly stage: "smoothing" | "diagnostics" | "inspection";
  /** The cause, as a sentence. */
  readonly cause: string;
}

/** Errors of forecasts, analyses and, for smoothers, smoothed states. */
export interface Errors extends ForecastAnalysis {
  /** Given for smoothers only. */
  readonly smoothed?: number;
}

/** The versions of the programs around a run; the host of the run knows them. */
export interface Versions {
  readonly kalmia: string;
  readonly node: string;
}

/** What computed a run. The digits depend on the kernels and the library, and on nothing else of this. */
export interface Computed {
  /** The version of Kalmia; null if the host of the run does not say. */
  readonly kalmia: string | null;
  /** The version of Node; null if the host of the run does not say, or is a browser. */
  readonly node: string | null;
  /** The build of the kernels: `simd` rounds as WebAssembly prescribes, alike everywhere. */
  readonly kernels: string;
  /** The number of threads, which changes no digit. */
  readonly threads: number;
  /** The library of the machine that computed large products, which has its own rounding; null: none. */
  readonly library: string | null;
}

/** What was seen inside the analysis of a network, in numbers; the whole is in `inspection.json`. */
export type InspectionResult = Pick<Inspection, "rmse" | "gain" | "distances"> & {
  readonly bias: Pick<Inspection["bias"], "mean" | "sd">;
};

/** The result of a run: scores, learned values and warnings. */
export interface RunResult {
  readonly name: string;
  readonly method: string;
  readonly model: string;
  readonly seed: number;
  /** Root mean square error against the truth, a mean over time; null for a real record. */
  readonly rmse: Errors | null;
  /** Standard errors of `rmse`, with the autocorrelation of the series. */
  readonly rmseError: Errors | null;
  /** Root of the mean square error over all times and variables; null for a real record. */
  readonly rmsePooled: ForecastAnalysis | null;
  /** Root mean variance of the filter; null, like all scores, if the run diverged. */
  readonly spread: ForecastAnalysis | null;
  /** CRPS of the analysis against the truth; null for a real record. */
  readonly crps: number | null;
  /** Log-likelihood of the observations, all constants included; null if the evidence is no likelihood. */
  readonly logLikelihood: number | null;
  /** Learned numbers, by name. */
  readonly parameters: Readonly<Record<string, ParameterResult>>;
  /** Settings chosen by validation, by name; absent where there are none. */
  readonly choices?: Readonly<Record<string, ChoiceResult>>;
  /** Learned matrices, vectors and networks, by name. */
  readonly tensors: Readonly<Record<string, TensorResult>>;
  /** The number of cycles of all test trajectories; the scores are over them. */
  readonly cycles: number;
  /** The time for forecasts and analyses alone, in seconds. */
  readonly seconds: number;
  /** The inverse of the median time of a cycle, so that compiling the programs does not count. */
  readonly cyclesPerSecond: number;
  readonly computed: Computed;
  readonly diverged: boolean;
  /** Where and why the run diverged; absent if it did not. */
  readonly divergence?: Divergence;
  /** What failed after filtering; absent if nothing did. */
  readonly failures?: readonly StageFailure[];
  /** Where the run on a twin lost the truth; absent if it did not. */
  readonly lostTruth?: LostTruth;
  /** When and how often the weights of a particle filter degenerated; absent if they did not. */
  readonly degenerateWeights?: DegenerateWeights;
  /** What was seen inside the analysis; absent if nobody looked. */
  readonly inspection?: InspectionResult;
  /** Warnings as full sentences. */
  readonly warnings: readonly string[];
}

/** The result of one method with its name in a comparison. */
export interface ComparedResult extends RunResult {
  readonly label: string;
}

/** The results of several methods on the same data. */
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

/** The states at the observation times and, from index `observed` on, beyond the record. */
export interface StateSeries {
  readonly variables: readonly string[];
  readonly times: readonly number[];
  readonly observed: number;
  readonly forecast: Pick<Band, "mean" | "sd">;
  /** The analysis; beyond the record it equals the forecast. */
  readonly analysis: Band;
  /** The smoothed states; null for a filter. */
  readonly smoothed: Band | null;
  /** The truth of a twin, [K][d]; null for a record. */
  readonly truth: readonly (readonly number[])[] | null;
}

/** The innovations of a run. */
export interface InnovationSeries {
  /** Innovations in independent units, L⁻¹(y − ȳ) with S = LLᵀ, [K][m]; NaN at the gaps. */
  readonly standardised: readonly (readonly number[])[];
  /** χ² = (y − ȳ)ᵀ S⁻¹ (y − ȳ) at each time, [K]. */
  readonly chiSquare: readonly number[];
  /** The number of observed values at each time, [K]. */
  readonly degrees: readonly number[];
}

/** One epoch of learning; losses are negative log-likelihoods for each observed value. */
export interface LossPoint {
  readonly restart: number;
  readonly epoch: number;
  readonly training: number;
  readonly validation: number | null;
  readonly rate: number;
}

/** The result of one start of learning. */
export interface RestartResult {
  readonly logLikelihood: number;
  readonly parameters: Readonly<Record<string, number>>;
}

/** The course of learning, for the report. */
export interface LearningOutput {
  /** By what was learned. @defaultValue "likelihood" */
  readonly loss?: Loss;
  readonly losses: readonly LossPoint[];
  readonly restarts: readonly RestartResult[];
  /** The index of the best start. */
  readonly best: number;
  /** A sentence that says how the standard errors were computed, or why there are none. */
  readonly uncertainty: string;
}

/** Diagnostics of a run after the spin-up; null where there are not enough data for one. */
export interface DiagnosticsOutput {
  /** Ranks of the truth among the members of the analyses. */
  readonly ranks: RankHistogram | null;
  /** Covariances from residuals for each column of the observations, up to twelve, and their mean. */
  readonly residuals: ResidualsOutput | null;
  /** Power spectra of variables on a ring. */
  readonly spectra: SpectraOutput | null;
}

/** Covariances from residuals, in squared units of the values; with lognormal noise, of their logarithms. */
export interface ResidualsOutput extends Desroziers {
  /** R as the filter assumed it, for each column. */
  readonly assumed: readonly number[];
}

/** Power spectra: the power at the wavenumbers 0, 1, …, ⌊d/2⌋, each [⌊d/2⌋ + 1]. */
export interface SpectraOutput {
  /** Power spectrum of the truth. */
  readonly truth: readonly number[];
  /** Power spectrum of the analysis. */
  readonly analysis: readonly number[];
  /** Power spectrum of the error, analysis minus truth. */
  readonly error: readonly number[];
  /** Power spectrum of the anomalies, members minus mean; null without members. */
  readonly spread: readonly number[] | null;
}

/** Everything that a run returns. */
export interface RunOutput {
  readonly result: RunResult;
  /** The kind of evidence of the method; only likelihoods can be compared between methods. */
  readonly evidence: "likelihood" | "composite" | "misfit";
  /** The natural variables are above zero. */
  readonly positive: boolean;
  /** The state of the model holds the logarithms of the natural variables. */
  readonly logarithms: boolean;
  readonly states: StateSeries;
  readonly observations: ObservationRecord;
  readonly innovations: InnovationSeries;
  readonly diagnostics: DiagnosticsOutput;
  /** A look inside the analysis of a network; absent if nobody asked for it. */
  readonly inspection?: Inspection;
  readonly learning: LearningOutput | null;
  /** The learned values with which the filter ran; null if nothing was learned. */
  readonly learned: SavedValues | null;
}

/** The progress of a run: `done` of `total` in a stage. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly detail: string;
}

/** The functions that a run calls: to show progress, to save a checkpoint, and to ask whether to stop. */
export interface RunHost {
  /** Receives the progress. */
  progress(progress: Progress): void;
  /** Receives from time to time a state (plain JSON) from which the run can be resumed. */
  checkpoint(state: Checkpoint): void;
  /** Receives the learned values as soon as there are any, before the filter runs with them. */
  learned?(values: SavedValues): void;
  /** Called between epochs; true ends the run with `Interrupted` after a last checkpoint. */
  stopRequested(): boolean;
  /** The versions to be named in the result. */
  readonly versions?: Versions;
  /** The memory that the run may take; absent: whatever it needs. */
  readonly memory?: MemoryLimits;
}

/** A state from which a run can be resumed: plain JSON with exact numbers. */
export type Checkpoint = {
  readonly version: 2;
  readonly learning: unknown;
  /** The setting that was chosen before learning. */
  readonly choice?: ChoiceResult;
};

/** The error of a run that stopped because the host asked for it; the last checkpoint has been saved. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}
