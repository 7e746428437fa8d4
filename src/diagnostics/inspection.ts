/** What a look inside an analysis gives: a network beside an ensemble filter. */

import type { InspectionRequest } from "../filters/index.js";

/** What is looked at, and what it is compared with. */
export interface InspectionSettings extends InspectionRequest {
  /** The number of cycles at the start that do not count. */
  readonly spinup: number;
}

/** Numbers of the network and of the ensemble filter beside it. */
export interface Beside<T> {
  readonly network: T;
  readonly ensemble: T;
}

/** What was seen inside; covariances are those of analyses, means are over the cycles looked at. */
export interface Inspection {
  readonly settings: InspectionSettings;
  /** The errors of the analyses against the truth, as in scores; null for a real record. */
  readonly rmse: Beside<number> | null;
  /** b of each cycle after the spin-up, with its mean and standard deviation. */
  readonly bias: {
    readonly times: readonly number[];
    readonly values: readonly number[];
    readonly mean: number;
    readonly sd: number;
  };
  readonly gain: {
    /** Mean of ‖K − Pᵃ Hᵀ R⁻¹‖/‖Pᵃ Hᵀ R⁻¹‖, K by least squares. */
    readonly difference: number;
    /** Mean part of the variance of the increments that K does not explain. */
    readonly unexplained: number;
    /** Mean of ‖Pᵃ − Pᵃᵀ‖/‖Pᵃ + Pᵃᵀ‖. */
    readonly antisymmetric: number;
    /** Mean of −Σ λ⁻/Σ |λ|, the part of the negative eigenvalues of Pᵃ. */
    readonly negative: number;
  };
  /** Mean eigenvalues, the largest first, [d]. */
  readonly spectra: Beside<readonly number[]>;
  /** Mean of D/d, the Bures–Wasserstein distance divided by the number of variables. */
  readonly distances: {
    readonly networkToEnsemble: number;
    readonly networkToStatic: number;
    readonly ensembleToStatic: number;
  };
  readonly alignment: {
    /** The leading Lyapunov exponents along the analyses, the largest first. */
    readonly exponents: readonly number[];
    /** For p = 1, 2, …: what the p leading eigenvectors and the p leading backward Lyapunov vectors share. */
    readonly shares: Beside<readonly number[]>;
    /** The number of cycles over which it is the mean. */
    readonly cycles: number;
  };
  /** S about the variable in the middle, [d][d]; null where the variables are on no ring. */
  readonly locality: readonly (readonly number[])[] | null;
}
