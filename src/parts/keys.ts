/**
 * Keys: plain descriptors of the parameters of a part.
 *
 * A part (a model, a method, an observation operator, a noise) declares its parameters once, with these
 * descriptors. The schema of experiment files, their checks, `kalmia list`, the words of reports and the
 * values that formulas receive are all derived from them.
 */
import type { Tensor } from "../engine/index.js";
import type { Rows, Scalar } from "../prob/index.js";

/** The range of a number; without a bound it is not limited on that side. */
export interface Bounds {
  /** The number is at least this. */
  readonly min?: number;
  /** The number is more than this. */
  readonly above?: number;
  /** The number is at most this. */
  readonly max?: number;
  /** The number is less than this. */
  readonly below?: number;
  /** Only whole numbers are allowed. */
  readonly whole?: true;
}

/** The range of a learned value: all real numbers, above zero, or between 0 and 1. */
export type ValueSupport = "real" | "positive" | "fraction";

/** The common part of all keys. */
interface KeyBase {
  /** A description without a full stop, for lists, editors and reports. */
  readonly about: string;
  /** The symbol of the literature, such as "σ". */
  readonly symbol?: string;
  /** The unit, such as "1/time"; absent: dimensionless, or the unit of the state. */
  readonly unit?: string;
  /** The key may be left out, and has no default. */
  readonly optional?: true;
  /** The value if the key is left out. */
  readonly default?: unknown;
}

/** A number that may be learned. */
export interface NumberKey extends KeyBase {
  readonly type: "number";
  readonly support: ValueSupport;
  /** The range of a fixed number. */
  readonly bounds: Bounds;
  /** The advice for a number that is too large, instead of its bound alone. */
  readonly tooLarge?: string;
  /** The value may be chosen by the validation loss: `{ among: [3, 5, 8] }`. */
  readonly choosable?: true;
}

/** A number that cannot be learned. */
export interface SettingKey extends KeyBase {
  readonly type: "setting";
  readonly bounds: Bounds;
}

/** One of several words. */
export interface ChoiceKey<Option extends string = string> extends KeyBase {
  readonly type: "choice";
  readonly options: readonly Option[];
}

/** True or false; with `only` nothing but true is allowed. */
export interface FlagKey extends KeyBase {
  readonly type: "flag";
  readonly only?: true;
}

/** A list of numbers that may be learned, each by itself or as one vector. */
export interface VectorKey extends KeyBase {
  readonly type: "vector";
  readonly support: "real" | "positive";
}

/**
 * One number for all components, or a list with a number for each; each of them may be learned. It is at least
 * 0 if fixed, above 0 if learned.
 */
export interface SpreadKey extends KeyBase {
  readonly type: "spread";
}

/** A matrix given by its rows; its entries may be learned if it is `learnable`. */
export interface MatrixKey<Learnable extends boolean = boolean> extends KeyBase {
  readonly type: "matrix";
  readonly learnable: Learnable;
}

/** A list of numbers that cannot be learned. */
export interface ListKey extends KeyBase {
  readonly type: "list";
  readonly bounds: Bounds;
}

/** Points, each a list of `length` numbers, such as [[0, 0], [3, 1]]. */
export interface PointsKey extends KeyBase {
  readonly type: "points";
  readonly length: number;
}

/** A text, such as the name of a file. */
export interface TextKey extends KeyBase {
  readonly type: "text";
}

/** A map with keys of its own. */
export interface GroupKey<K extends Keys = Keys> extends KeyBase {
  readonly type: "group";
  readonly keys: K;
  /** Exactly one of these keys must be given. */
  readonly oneOf?: readonly (keyof K & string)[];
}

/** One of several words, or a map with exactly one of several keys: `dense` or `{ rank: 10 }`. */
export interface VariantKey<
  Option extends string = string,
  K extends Readonly<Record<string, SettingKey>> = Readonly<Record<string, SettingKey>>,
> extends KeyBase {
  readonly type: "variant";
  readonly options: readonly Option[];
  readonly keys: K;
}

/** The descriptor of one parameter. */
export type Key =
  | NumberKey
  | SettingKey
  | ChoiceKey
  | FlagKey
  | VectorKey
  | SpreadKey
  | MatrixKey
  | ListKey
  | PointsKey
  | TextKey
  | GroupKey
  | VariantKey;

/** The keys of a part, by name. */
export interface Keys {
  readonly [name: string]: Key;
}

type Plain<K extends Key> = K extends NumberKey | SpreadKey
  ? Scalar
  : K extends SettingKey
    ? number
    : K extends ChoiceKey<infer Option>
      ? Option
      : K extends FlagKey
        ? boolean
        : K extends VectorKey
          ? Tensor | readonly Scalar[]
          : K extends MatrixKey<infer Learnable>
            ? Learnable extends true
              ? Tensor | Rows
              : readonly (readonly number[])[]
            : K extends ListKey
              ? readonly number[]
              : K extends PointsKey
                ? readonly (readonly number[])[]
                : K extends TextKey
                  ? string
                  : K extends GroupKey<infer Inner>
                    ? ParametersOf<Inner>
                    : K extends VariantKey<infer Option, infer Inner>
                      ? Option | { readonly [Name in keyof Inner]?: number }
                      : never;

/** The type of the value that a formula receives for a key; undefined only if an optional key is left out. */
export type ValueOf<K extends Key> = K extends { readonly optional: true }
  ? Plain<K> | undefined
  : Plain<K>;

/** The type of the values that a formula receives for the keys of a part. */
export type ParametersOf<K extends Keys> = { readonly [Name in keyof K]: ValueOf<K[Name]> };

/** A key without its type. */
type Rest<K extends Key, Set extends keyof K = never> = Omit<K, "type" | Set>;

/** Declares a number of any sign that may be learned. */
export const real = <const R extends Rest<NumberKey, "support" | "bounds">>(rest: R) =>
  ({ type: "number", support: "real", bounds: {}, ...rest }) as const;

/** Declares a number above zero that may be learned. */
export const positiveNumber = <const R extends Rest<NumberKey, "support" | "bounds">>(rest: R) =>
  ({ type: "number", support: "positive", bounds: { above: 0 }, ...rest }) as const;

/** Declares a number that may be learned: at least zero if fixed, above zero if learned. */
export const nonNegative = <const R extends Rest<NumberKey, "support" | "bounds">>(rest: R) =>
  ({ type: "number", support: "positive", bounds: { min: 0 }, ...rest }) as const;

/** Declares a number from 0 to 1 that may be learned, then strictly between 0 and 1. */
export const fraction = <const R extends Rest<NumberKey, "support" | "bounds">>(rest: R) =>
  ({ type: "number", support: "fraction", bounds: { min: 0, max: 1 }, ...rest }) as const;

/** Declares a number within bounds that cannot be learned. */
export const setting = <const R extends Rest<SettingKey>>(rest: R) =>
  ({ type: "setting", ...rest }) as const;

/** Declares a whole number from `min` to `max` that cannot be learned. */
export const count = <const R extends Rest<SettingKey, "bounds">>(
  min: number,
  rest: R,
  max = mostCounted,
) => ({ type: "setting", bounds: { whole: true, min, max }, ...rest }) as const;

/** The largest number of variables, members and the like. */
export const mostCounted = 1e6;

/** The largest number of repetitions that are written out in one program, such as iterations and lags. */
export const mostRepeated = 1000;

/** Declares a choice between words. */
export const choice = <const Option extends string, const R extends Rest<ChoiceKey, "options">>(
  options: readonly Option[],
  rest: R,
) => ({ type: "choice", options, ...rest }) as const;

/** Declares a switch: true or false. */
export const flag = <const R extends Rest<FlagKey>>(rest: R) =>
  ({ type: "flag", ...rest }) as const;

/** Declares a list of numbers that may be learned. */
export const vector = <const R extends Rest<VectorKey, "support">>(rest: R) =>
  ({ type: "vector", support: "real", ...rest }) as const;

/** Declares a list of numbers above zero that may be learned. */
export const positiveVector = <const R extends Rest<VectorKey, "support">>(rest: R) =>
  ({ type: "vector", support: "positive", ...rest }) as const;

/** Declares numbers above zero that may be learned: one for all components, or one for each. */
export const spread = <const R extends Rest<SpreadKey>>(rest: R) =>
  ({ type: "spread", ...rest }) as const;

/** Declares a matrix whose entries may be learned. */
export const learnableMatrix = <const R extends Rest<MatrixKey, "learnable">>(rest: R) =>
  ({ type: "matrix", learnable: true, ...rest }) as const;

/** Declares a matrix that cannot be learned. */
export const matrix = <const R extends Rest<MatrixKey, "learnable">>(rest: R) =>
  ({ type: "matrix", learnable: false, ...rest }) as const;

/** Declares a list of numbers within bounds that cannot be learned. */
export const list = <const R extends Rest<ListKey>>(rest: R) =>
  ({ type: "list", ...rest }) as const;

/** Declares points of `length` coordinates. */
export const points = <const R extends Rest<PointsKey, "length">>(length: number, rest: R) =>
  ({ type: "points", length, ...rest }) as const;

/** Declares a text. */
export const text = <const R extends Rest<TextKey>>(rest: R) =>
  ({ type: "text", ...rest }) as const;

/** Declares a map with keys of its own. */
export const group = <const K extends Keys, const R extends Rest<GroupKey, "keys">>(
  keys: K,
  rest: R,
) => ({ type: "group", keys, ...rest }) as const;

/** Declares a choice between words and maps with exactly one of several keys. */
export const variant = <
  const Option extends string,
  const K extends Readonly<Record<string, SettingKey>>,
  const R extends Rest<VariantKey, "options" | "keys">,
>(
  options: readonly Option[],
  keys: K,
  rest: R,
) => ({ type: "variant", options, keys, ...rest }) as const;
