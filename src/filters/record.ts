/** The record of a method: its parameters, its needs, how it is built, and its words for reports and advice. */
import type { FloatType } from "../engine/index.js";
import type { Geometry } from "../models/index.js";
import type { Operator } from "../observe/index.js";
import type {
  Block,
  Keys,
  ParameterSource,
  ParametersOf,
  Part,
  TellAt,
  Use,
} from "../parts/index.js";
import type { Scalar } from "../prob/index.js";
import type { Method } from "./filter.js";

/** Mean [d] and covariance [d, d] of the states of a long run of the model. */
export interface Climate {
  readonly mean: readonly number[];
  readonly covariance: readonly (readonly number[])[];
}

/** The problem that a method is built for. */
export interface MethodContext {
  /** d */
  readonly dimension: number;
  /** The dtype of the states, and so of all constants that are made from numbers. */
  readonly dtype: FloatType;
  /** h, if it is the same at every time, else null. */
  readonly operator: Operator | null;
  /** R, the variance of the observation errors: one number, [] or [m]. */
  readonly variance: Scalar;
  /** The positions of the variables; null: they have none. */
  readonly geometry: Geometry | null;
  /** Mean and covariance of a long run of the model; null unless the method needs them. */
  readonly climate: Climate | null;
  /** The seed of draws that are made once, such as the first factor of a covariance. */
  readonly seed: number;
  /** Provides learned tensors, such as a covariance or a gain. */
  readonly source: ParameterSource;
  /** The block of the method, before learned values are read. */
  readonly block: Block;
}

/** The requirements of a method; each text says what to do if the problem does not meet it. */
export interface MethodNeeds {
  /** A linear model. */
  readonly linearModel?: string;
  /** Errors of the observations that are normal on their own scale. */
  readonly normalErrors?: string;
  /** Observations that are linear in the state. */
  readonly linearObservations?: string;
  /** The same variables observed at every time, without gaps. */
  readonly fixedObservations?: string;
  /** Variables that have positions and are observed one by one. */
  readonly positions?: string;
  /** The climate of the model; the path of the key in the block that asks for it, such as ["background"]. */
  readonly climate?: readonly string[];
  /** A model with process noise. */
  readonly processNoise?: string;
  /** A model without process noise. */
  readonly noProcessNoise?: string;
  /** States whose noise is Gaussian, not folded to stay above zero. */
  readonly realStates?: string;
  /** A process noise that is not learned: the method forecasts one state without noise. */
  readonly givenProcessNoise?: string;
}

/** The facts that a proposal of settings depends on. */
export interface ProposalFacts {
  /** d */
  readonly state: number;
  /** The number of observed values to learn from. */
  readonly values: number;
  /** The experiment learns something. */
  readonly learns: boolean;
  /** The variables have positions and are observed one by one. */
  readonly hasPositions: boolean;
  /** The mean variance of the observation errors. */
  readonly errorVariance: number;
  /** The method of the file, with its block. */
  readonly given: Use<MethodRecord>;
}

/** Properties of a method that advice uses. */
export interface MethodAdvice {
  /** How the method carries uncertainty from one observation to the next. */
  readonly family: "exact" | "ensemble" | "tangent" | "static";
  /** It is deterministic: it perturbs no observations. */
  readonly squareRoot?: true;
  /** Its covariance has a static part that fills the directions that members miss. */
  readonly staticPart?: true;
  /** The remedy against sampling errors if members are fewer than variables, such as "a taper". */
  readonly againstSampling?: string;
  /** Its order among methods of equal rank. */
  readonly order: number;
  /** It is also proposed if the experiment learns something. */
  readonly whenLearning: boolean;
  /** Returns settings for a problem. */
  propose(facts: ProposalFacts): Block;
}

/** The sizes of a problem. */
export interface ProblemSizes {
  /** d */
  readonly variables: number;
  /** m, the number of values observed at a time. */
  readonly values: number;
}

/** What a look inside an analysis compares. */
export interface InspectionRequest {
  /** At how many cycles covariances are compared, evenly spaced after the spin-up. */
  readonly states: number;
  /** The number of members of the EnKF-N that runs beside, on the same observations. */
  readonly members: number;
  /** The variance of the static covariance, a multiple of I, that is compared with. */
  readonly staticVariance: number;
}

/** The record of a method. */
export interface MethodRecord<K extends Keys = Keys> extends Part<K> {
  /** Returns what the method needs with this block. */
  needs(block: Block): MethodNeeds;
  /** Builds the method from its parameters for a problem. */
  build(parameters: ParametersOf<K>, context: MethodContext): Method<unknown>;
  /** Returns its name in reports, such as "an ensemble Kalman filter of 40 members". */
  phrase(block: Block): string;
  /** What may help if the filter is far too confident: a full sentence. */
  readonly remedy: string;
  /** Tells the faults of a block for a state of `dimension` variables, of which so many `values` are observed. */
  checkDimension?(block: Block, dimension: number, tell: TellAt, values?: number): void;
  /** Returns the numbers of one state. @defaultValue d for each member, or d for a single state */
  stateSize?(block: Block, sizes: ProblemSizes): number;
  /** A smoother that keeps the states of all times until the record has ended. */
  readonly keepsStates?: true;
  /** Variables of the prior may be diffuse: nothing is known of them before the record. */
  readonly takesDiffuse?: true;
  /** Tells whether values may be observed without error, R = 0. @defaultValue they may not */
  takesExact?(block: Block): boolean;
  /** For a smoother that learns by a filter: the kind of that filter. */
  readonly filter?: string;
  /**
   * For a method that is nothing without weights that were learned: returns the file of weights that a block
   * names. Experiment files load it, and build the method from a block without that key.
   */
  weights?(block: Block): string | undefined;
  /** For a method whose analysis can be looked into: returns what a block asks to be compared there. */
  inspection?(block: Block): InspectionRequest | undefined;
  /** Properties for advice; absent: it is never proposed. */
  readonly advice?: MethodAdvice;
}

/**
 * Returns the record of a method as it is, with its types inferred. The type of the state stays internal to
 * the method.
 */
export const defineMethod = <const K extends Keys>(record: MethodRecord<K>): MethodRecord<K> =>
  record;

/** Returns the numbers of one state of a method in use. */
export function stateSizeOf({ record, block }: Use<MethodRecord>, sizes: ProblemSizes): number {
  const { members } = block;
  const several = typeof members === "number" ? members : 1;
  return record.stateSize?.(block, sizes) ?? several * sizes.variables;
}

/**
 * The numbers of a mean, a covariance and what the tangent of a step makes of all its columns, d + 30 d²: some
 * 120 matrices are held at once with a Runge–Kutta step.
 */
export const tangentSize = (_: Block, { variables: d }: ProblemSizes): number => d + 30 * d * d;

/** The numbers of a mean, a covariance and its factor, d + 2d². */
export const covarianceSize = (_: Block, { variables: d }: ProblemSizes): number => d + 2 * d * d;

/** The numbers of N members and of a matrix between them, N d + N². */
export const ensembleSpaceSize = (block: Block, { variables: d }: ProblemSizes): number => {
  const N = block.members as number;
  return N * d + N * N;
};

/** The numbers of N particles and of the covariance of the innovation, N d + m². */
export const particleSize = (block: Block, { variables: d, values: m }: ProblemSizes): number =>
  (block.members as number) * d + m * m;

/** The numbers of N members, and of the taper of what is observed, m d + m², if there is one. */
export const taperedSize = (
  { members, taper }: Block,
  { variables: d, values: m }: ProblemSizes,
): number => (members as number) * d + (taper === undefined ? 0 : m * d + m * m);
