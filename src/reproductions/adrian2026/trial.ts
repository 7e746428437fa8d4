/** What one run of learning in the experiments of adrian2026 depends on: plain data. */

export type SystemName = "orbit" | "lorenz" | "community";
/** The exact Kalman filter of the true model learns nothing: it is what the others are held to. */
export type MethodName = "3dvar-c" | "3dvar-k" | "enkf" | "ens3dvar" | "kalman";

/** As the figures name them. */
export const methodTitles: Readonly<Record<MethodName, string>> = {
  "3dvar-c": "3DVar-C",
  "3dvar-k": "3DVar-K",
  enkf: "EnKF",
  ens3dvar: "Ens3DVar",
  kalman: "Kalman filter",
};

export const isEnsemble = (method: MethodName): boolean =>
  method === "enkf" || method === "ens3dvar";

/** Types, not interfaces, so that they are JSON. */
export type Trial = {
  readonly system: SystemName;
  readonly method: MethodName;
  /** d */
  readonly dimension: number;
  /** N */
  readonly members: number;
  /** T, cycles of each trajectory. */
  readonly cycles: number;
  /** L, cycles of a window. */
  readonly window: number;
  readonly trajectories: {
    readonly training: number;
    readonly validation: number;
    readonly test: number;
  };
  /** m/d. */
  readonly ratio: number;
  /** Whether other components are observed at each time. */
  readonly changing: boolean;
  /** R */
  readonly variance: number;
  /** σ₀² of the initial model. */
  readonly modelError: number;
  /** Which truth and observations, and which initial model. */
  readonly data: number;
  readonly model: number;
  readonly epochs: number;
  /** Pairs to choose from by the validation loss, and epochs to do so. */
  readonly rates: readonly { readonly dynamics: number; readonly filter: number }[];
  readonly tuning: number;
  /** φ of the EnKF to begin with. */
  readonly inflation: number;
  /** p of C = C₀ + B Bᵀ; null: B is dense. */
  readonly rank: number | null;
  /** Half-width of the taper; null: none. */
  readonly halfWidth: number | null;
  readonly learnHalfWidth: boolean;
  /** Whether Ens3DVar learns an inflation besides the mixing; absent: it has none. */
  readonly learnInflation?: true;
  /** Gradients of one size from the beginning; absent: only after a failure. */
  readonly even?: true;
  /** Values of the inflation (EnKF) or the mixing (Ens3DVar) to test beside the learned one. */
  readonly grid: readonly number[];
  /** Whether the model is the true one, without noise, and only the filter is learned. */
  readonly trueModel: boolean;
  /** Whether test series (states, terms of the likelihood) belong to the result. */
  readonly series: boolean;
};

export type EpochResult = {
  /** Negative log-likelihoods a value observed (misfits of 3DVar-K). */
  readonly training: number;
  readonly validation: number;
  /** Error of the model: see `System.errors`. */
  readonly errors: readonly number[];
  /** Learned numbers of the filter after the epoch: φ, half-width. */
  readonly filter: Readonly<Record<string, number>>;
  readonly rate: number;
  readonly recoveries: number;
};

type TestScores = {
  /** √ of the mean square error over all cycles, and after the first sixth. */
  readonly pooled: number;
  readonly late: number;
  /** `late` of the components observed, and of those never observed; null where H changes. */
  readonly seen: number | null;
  readonly unseen: number | null;
};

export type TestSeries = {
  /** Of the first test trajectory: analyses and truth, [cycle][component]; gaps are null. */
  readonly analysis: readonly (readonly number[])[];
  readonly truth: readonly (readonly number[])[];
  readonly observed: readonly (readonly (number | null)[])[];
  /** −½ log det S and −½ χ² of each cycle; null of methods without a likelihood. */
  readonly terms: { readonly volume: readonly number[]; readonly misfit: readonly number[] } | null;
};

export type TrialResult = {
  /** The learning rates chosen. */
  readonly rates: { readonly dynamics: number; readonly filter: number };
  /** Errors of the initial model. */
  readonly initial: readonly number[];
  readonly epochs: readonly EpochResult[];
  /** Of the filter with what was learned, on trajectories that it has not seen; null: it failed. */
  readonly test: TestScores | null;
  readonly series: TestSeries | null;
  /** Pooled error at each value of the grid; null where the filter failed. */
  readonly grid: readonly (number | null)[];
};
