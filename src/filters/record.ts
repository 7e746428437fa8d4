/** What a method is: the record that says all that is to be known of it. */
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

/** Moments of the states of a long run of the model: [d] and [d, d]. */
export interface Climate {
  readonly mean: readonly number[];
  readonly covariance: readonly (readonly number[])[];
}

/** What a method is built for, besides its own parameters. */
export interface MethodContext {
  /** d */
  readonly dimension: number;
  /** Of the states, and so of all constants that are made of numbers. */
  readonly dtype: FloatType;
  /** h, if it is the same at every time, else null. */
  readonly operator: Operator | null;
  /** R */
  readonly variance: Scalar;
  /** Where the variables lie; null: nowhere. */
  readonly geometry: Geometry | null;
  /** What a long run of the model says; null unless the method needs it. */
  readonly climate: Climate | null;
  /** The seed of what is drawn once, such as the first factor of a covariance. */
  readonly seed: number;
  /** Gives what is learned as a whole, such as a covariance or a gain. */
  readonly source: ParameterSource;
  /** What the method is given, before the values of what is learned are read. */
  readonly block: Block;
}

/** What a method needs of a problem; each text says what to do where the problem lacks it. */
export interface MethodNeeds {
  /** A linear model. */
  readonly linearModel?: string;
  /** Errors of the observations that are normal on their own scale. */
  readonly normalErrors?: string;
  /** Observations that are linear in the state. */
  readonly linearObservations?: string;
  /** The same variables observed at every time, without gaps. */
  readonly fixedObservations?: string;
  /** Variables that have positions, observed one by one; the text ends in what to do otherwise. */
  readonly positions?: string;
  /** The key of the block that asks for the climate of the model, from the block on: ["background"]. */
  readonly climate?: readonly string[];
  /** A variance of the model's noise that is not learned: the method moves one state without noise. */
  readonly givenProcessNoise?: string;
}

/** What a proposal of settings depends on. */
export interface ProposalFacts {
  /** d */
  readonly state: number;
  /** Values observed that are learned from. */
  readonly values: number;
  readonly learns: boolean;
  /** The variables have positions and are observed one by one. */
  readonly hasPositions: boolean;
  /** The variance of an observation's error, a mean over the observations. */
  readonly errorVariance: number;
  /** The method of the file. */
  readonly given: Use<MethodRecord>;
}

/** What advice knows of a method. */
export interface MethodAdvice {
  /** How the method carries uncertainty from one observation to the next. */
  readonly family: "exact" | "ensemble" | "tangent" | "static";
  /** It perturbs no observations. */
  readonly squareRoot?: true;
  /** Its covariance has a static part that fills the directions that members miss. */
  readonly staticPart?: true;
  /** What helps where members are fewer than variables, such as "a taper". */
  readonly againstSampling?: string;
  /** Its place among methods of equal rank. */
  readonly order: number;
  /** It is proposed also where something is learned. */
  readonly whenLearning: boolean;
  /** Settings for a problem. */
  propose(facts: ProposalFacts): Block;
}

/** The record of a method. */
export interface MethodRecord<K extends Keys = Keys> extends Part<K> {
  /** What it needs, given its block. */
  needs(block: Block): MethodNeeds;
  /** The method with these parameters. */
  build(parameters: ParametersOf<K>, context: MethodContext): Method<unknown>;
  /** What a report calls it, such as "an ensemble Kalman filter of 40 members". */
  phrase(block: Block): string;
  /** What may help where it is far too sure of itself: a sentence that ends in its full stop. */
  readonly remedy: string;
  /** Tells what does not fit a state of `dimension` variables. */
  checkDimension?(block: Block, dimension: number, tell: TellAt): void;
  /** The kind whose filter it is, for a smoother that learns by it. */
  readonly filter?: string;
  /** Absent: advice never proposes it. */
  readonly advice?: MethodAdvice;
}

/** A record as it stands, with its types; the state of its method is known to the method alone. */
export const defineMethod = <const K extends Keys>(record: MethodRecord<K>): MethodRecord<K> =>
  record;
