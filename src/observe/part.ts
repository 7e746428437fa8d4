/** What an observation operator and a noise are: the records that say all that is to be known of them. */
import type { Block, Keys, ParametersOf, Part } from "../parts/index.js";
import type { Scalar } from "../prob/index.js";
import type { Key } from "../random/index.js";
import type { Operator } from "./operator.js";
import type { ValueTransform } from "./record.js";

/** What is observed of a state of d variables. */
export type Observed =
  /** These variables, at every time. */
  | { readonly kind: "components"; readonly components: readonly number[] }
  /** So many variables, drawn anew at every time; `draw` gives them in ascending order. */
  | { readonly kind: "changing"; readonly size: number; draw(key: Key): number[] }
  /** What this operator gives, at every time, with the names of its values. */
  | { readonly kind: "operator"; readonly operator: Operator; readonly names?: readonly string[] };

export interface OperatorContext {
  /** d */
  readonly dimension: number;
  /** For what is drawn once. */
  readonly key: Key;
}

/**
 * The record of an observation operator. In a file its kind may be left out where one of its keys has
 * the same name: `{ every: 2 }` is `{ kind: every, every: 2 }`. An operator without keys may be written
 * as its kind alone: `identity`.
 */
export interface OperatorRecord<K extends Keys = Keys> extends Part<K> {
  build(parameters: ParametersOf<K>, context: OperatorContext): Observed;
  /** Tells what does not fit a state of `dimension` variables. */
  checkDimension?(
    block: Block,
    dimension: number,
    tell: (path: readonly PropertyKey[], message: string) => void,
  ): void;
  /** True if chance decides what is observed. @defaultValue false */
  readonly drawn?: (block: Block) => boolean;
}

/** A record as it stands, with its types. */
export const defineOperator = <const K extends Keys>(
  record: OperatorRecord<K>,
): OperatorRecord<K> => record;

/** The record of a noise: how values differ from what the operator gives. */
export interface NoiseRecord<K extends Keys = Keys> extends Part<K> {
  /** Values are compared as they are, or by their logarithms. */
  readonly transform: ValueTransform;
  /** R of the values that are compared: one number, [] or [m]. */
  variance(parameters: ParametersOf<K>): Scalar;
  /** The line of the report, such as "observed: value + N(0, variance)". */
  readonly formula: string;
}

/** A record as it stands, with its types. */
export const defineNoise = <const K extends Keys>(record: NoiseRecord<K>): NoiseRecord<K> => record;
