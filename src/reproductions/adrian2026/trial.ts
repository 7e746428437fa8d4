/** The description of one run of learning in the experiments of adrian2026, as plain data. */

export type SystemName = "orbit" | "lorenz" | "community";
/** The exact Kalman filter of the true model learns nothing; the other methods are compared with it. */
export type MethodName = "3dvar-c" | "3dvar-k" | "enkf" | "ens3dvar" | "kalman";

/** The names of the methods in figures. */
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
  /** The number of variables d. */
  readonly dimension: number;
  /** The number of members N. */
  readonly members: number;
  /** The number T of cycles of each trajectory. */
  readonly cycles: number;
  /** The number L of cycles of a window. */
  readonly window: number;
  readonly trajectories: {
    readonly training: number;
    readonly validation: number;
    readonly test: number;
  };
  /** The fraction m/d of the components that is observed. */
  readonly ratio: number;
  /** Whether other components are observed at each time. */
  readonly changing: boolean;
  /** The variance R of the observations. */
  readonly variance: number;
  /** The variance σ₀² of the error of the initial model. */
  readonly modelError: number;
  /** The numbers of the truth with its observations, and of the initial model. */
  readonly data: number;
  readonly model: number;
  readonly epochs: number;
  /** Pairs of learning rates to choose from by the validation loss, and the epochs of that choice. */
  readonly rates: readonly { readonly dynamics: number; readonly filter: number }[];
  readonly tuning: number;
  /** The first value of φ. */
  readonly inflation: number;
  /** The columns p of B in C = C₀ + B Bᵀ; null: C = B Bᵀ with a square B. */
  readonly rank: number | null;
  /** The half-width of the taper; null: there is no taper. */
  readonly halfWidth: number | null;
  readonly learnHalfWidth: boolean;
  /** Whether Ens3DVar learns an inflation besides the mixing; absent: it has none. */
  readonly learnInflation?: true;
  /** Gradients are normalised from the beginning; absent: only after a failure. */
  readonly normaliseGradients?: true;
  /** Values of the inflation (EnKF) or the mixing (Ens3DVar) to test beside the learned one. */
  readonly grid: readonly number[];
  /** Whether the model is the true one, without noise, and only the filter is learned. */
  readonly trueModel: boolean;
  /** Whether test series (states, terms of the likelihood) belong to the result. */
  readonly series: boolean;
};

export type EpochResult = {
  /** Negative log-likelihoods per value observed; of 3DVar-K the misfits. */
  readonly training: number;
  readonly validation: number;
  /** The errors of the model: see `System.errors`. */
  readonly errors: readonly number[];
  /** The learned numbers of the filter after the epoch, such as φ and the half-width. */
  readonly filter: Readonly<Record<string, number>>;
  readonly rate: number;
  readonly recoveries: number;
};

type TestScores = {
  /** The root mean square error over all cycles, and over those after the first sixth. */
  readonly pooled: number;
  readonly late: number;
  /** The error `late` of the observed components, and of those never observed; null where H changes. */
  readonly seen: number | null;
  readonly unseen: number | null;
};

export type TestSeries = {
  /** Analyses, truth and observations of the first test trajectory, [cycle][component]; gaps are null. */
  readonly analysis: readonly (readonly number[])[];
  readonly truth: readonly (readonly number[])[];
  readonly observed: readonly (readonly (number | null)[])[];
  /** −½ log det S and −½ χ² of each cycle; null for methods without a likelihood. */
  readonly terms: { readonly volume: readonly number[]; readonly misfit: readonly number[] } | null;
};

export type TrialResult = {
  /** The learning rates chosen. */
  readonly rates: { readonly dynamics: number; readonly filter: number };
  /** Errors of the initial model. */
  readonly initial: readonly number[];
  readonly epochs: readonly EpochResult[];
  /** The scores of the learned filter on test trajectories; null: the filter failed. */
  readonly test: TestScores | null;
  readonly series: TestSeries | null;
  /** The pooled error at each value of the grid; null where the filter failed. */
  readonly grid: readonly (number | null)[];
};
