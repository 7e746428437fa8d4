/**
 * Parts: models, methods, observation operators and noises, each described by one record.
 *
 * A record is a plain object. All that is to be known of a part stands in it once: what it is called,
 * what it can be given, what it needs, how it is built, and what reports and advice say of it. A
 * user's file exports a record of the same form as a built-in part.
 */
import type { Keys } from "./keys.js";
import type { Block } from "./value.js";

/** Tells what is wrong at a path of a block. */
export type TellAt = (path: readonly PropertyKey[], message: string) => void;

/** What the records of all parts have in common. */
export interface Part<K extends Keys = Keys> {
  /** The name of the part in files: `kind: lorenz96`. */
  readonly kind: string;
  /** One line that says what it is, for `kalmia list` and editors. */
  readonly title: string;
  /** What it can be given, by name. */
  readonly parameters: K;
  /** Keys that people are likely to write, though they do not belong: what to tell them. */
  readonly hints?: Readonly<Record<string, (value: unknown) => string>>;
  /** Tells what no single key can show to be wrong; `block` has its defaults filled in. */
  check?(block: Block, tell: TellAt): void;
}

/** A part with what it is given, defaults filled in. */
export interface Use<R extends Part = Part> {
  readonly record: R;
  /** Plain data: numbers, words, and values to be learned. */
  readonly block: Block;
}

/** The record of a kind among several; undefined if there is none. */
export const recordOf = <R extends Part>(records: readonly R[], kind: string): R | undefined =>
  records.find((record) => record.kind === kind);
