/** Which method estimates the state, as plain data. */
import type { Value, Values } from "./specification.js";

/** Gaussian before the first observation; means in natural variables, variances in the state's. */
export interface InitialSpecification {
  readonly mean: Values;
  readonly variance: number | readonly number[];
}

interface MethodBase {
  readonly initial: InitialSpecification | null;
}

/** What is done to members after an analysis. */
export interface InflationSpecification {
  /** λ on the anomalies. */
  readonly inflation?: Value;
  /** α, back to what members were before the analysis. */
  readonly relaxation?: {
    readonly towards: "perturbations" | "spread";
    readonly share: Value;
  };
  /** q, the variance of noise added to each member. */
  readonly additiveInflation?: Value;
  readonly rotate?: boolean;
}

interface MembersSpecification extends MethodBase, InflationSpecification {
  readonly members: number;
}

/** What ensemble filters have in common whose covariance may be inflated before the analysis. */
interface PriorInflationSpecification extends MembersSpecification {
  /** φ of C = (1 + φ) Ĉ; in (0, 1) when it is learned. */
  readonly covarianceInflation: Value;
}

export interface EnsembleSpecification extends PriorInflationSpecification {
  readonly taper?: TaperSpecification;
}

export interface PerturbedSpecification extends EnsembleSpecification {
  /** Whether perturbations of the observations have mean 0 over the members. */
  readonly centredPerturbations?: boolean;
}

/** What methods are given that minimise over a window. */
export interface WindowSpecification {
  readonly background: BackgroundSpecification;
  readonly lag: number;
  readonly iterations: number;
  /** Steps of conjugate gradients; absent: by the size of the background. */
  readonly innerSteps?: number;
}

interface ParticleSpecification extends MethodBase {
  readonly members: number;
  /** The share of effective particles below which they are drawn anew. */
  readonly resampleBelow: number;
  /** Width of the kernel, in units of the optimal one. */
  readonly regularisation: Value;
}

export type MethodSpecification =
  | (MethodBase & { readonly kind: "kalman" | "rts" | "climatology" | "optimal-interpolation" })
  | (MethodBase & { readonly kind: "extended-kalman"; readonly inflation?: Value })
  | (PerturbedSpecification & { readonly kind: "enkf" })
  | (EnsembleSpecification & { readonly kind: "denkf" | "eakf" })
  | (PriorInflationSpecification & { readonly kind: "etkf" })
  | (PriorInflationSpecification & {
      readonly kind: "enkf-n";
      readonly xN: Value;
      readonly form: "dual" | "primal";
    })
  | (PriorInflationSpecification & {
      readonly kind: "letkf";
      readonly taper: TaperSpecification;
      /** How many variables side by side share an analysis; absent: 1. */
      readonly block?: number;
    })
  | (MembersSpecification & {
      readonly kind: "ienks";
      readonly lag: number;
      readonly iterations: number;
      readonly xN?: Value;
      /** Of a bundle: by how much members are drawn in; absent: slopes by regression. */
      readonly bundle?: number;
      /** Of the newest observation, the one before, …; absent: all of the newest. */
      readonly shares?: readonly number[];
    })
  | (MembersSpecification & {
      readonly kind: "enks";
      readonly lag: number;
      readonly analysis: "etkf" | "enkf" | "denkf" | "eakf";
    })
  | (MethodBase & {
      readonly kind: "3dvar";
      readonly background: BackgroundSpecification;
      readonly iterations: number;
    })
  | (MethodBase & { readonly kind: "3dvar-c"; readonly background: BackgroundSpecification })
  | (MethodBase & { readonly kind: "3dvar-k"; readonly gain: GainSpecification })
  | (PerturbedSpecification & {
      readonly kind: "ens3dvar";
      readonly background: BackgroundSpecification;
      /** The share of the members' covariance; in (0, 1) when it is learned. */
      readonly mixing: Value;
    })
  | (MethodBase &
      WindowSpecification & {
        readonly kind: "4dvar";
        /** Which observations of its window it assimilates. */
        readonly observations: "newest" | "window";
      })
  | (MembersSpecification &
      WindowSpecification & {
        readonly kind: "en4dvar";
        /** The share of the members' covariance. */
        readonly mixing: Value;
      })
  | (ParticleSpecification & { readonly kind: "particle" })
  | (ParticleSpecification & {
      readonly kind: "optimal-particle";
      /** Width of the kernel of the proposal, in the same units. */
      readonly proposalRegularisation?: Value;
    });

/** Covariances damped with distance, to nothing from twice the half-width on. */
export interface TaperSpecification {
  readonly kind: "gaspari-cohn";
  readonly halfWidth: Value;
}

/** A static covariance C: given, or the start of what is learned. */
export interface BackgroundSpecification {
  readonly start:
    | { readonly kind: "identity"; readonly variance: number }
    | { readonly kind: "climatology"; readonly share: number }
    | { readonly kind: "matrix"; readonly matrix: readonly (readonly number[])[] };
  /** What is learned of C; null: nothing. */
  readonly structure: CovarianceStructure | null;
}

export type CovarianceStructure =
  /** A factor B [d, d] of C = B Bᵀ. */
  | { readonly kind: "dense" }
  /** Variances [d]. */
  | { readonly kind: "diagonal" }
  /** An upper triangular factor with so many diagonals above the main one. */
  | { readonly kind: "band"; readonly band: number }
  /** B [d, rank] of C = C₀ + B Bᵀ. */
  | { readonly kind: "rank"; readonly rank: number; readonly seed: number };

/** A gain K [d, m]: given, or the start of what is learned. */
export interface GainSpecification {
  readonly start:
    | { readonly kind: "transpose"; readonly factor: number }
    | { readonly kind: "matrix"; readonly matrix: readonly (readonly number[])[] };
  readonly learn: boolean;
}
