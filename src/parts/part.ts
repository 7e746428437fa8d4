/**
 * Parts: models, methods, observation operators and noises, each described by one record.
 *
 * A record is a plain object that holds everything about a part in one place: its name, its parameters, its
 * requirements, how it is built, and its words for reports and advice. The file of a user exports a record
 * of the same form as that of a built-in part.
 */
import type { Keys } from "./keys.js";
import type { Block } from "./value.js";

/** Reports a fault at a path of a block. */
export type TellAt = (path: readonly PropertyKey[], message: string) => void;

/** The common part of all records. */
export interface Part<K extends Keys = Keys> {
  /** The name of the part in files: `kind: lorenz96`. */
  readonly kind: string;
  /** One line that describes the part, for `kalmia list` and editors. */
  readonly title: string;
  /** The descriptors of its parameters, by name. */
  readonly parameters: K;
  /** Advice for unknown keys that people are likely to write, by name. */
  readonly hints?: Readonly<Record<string, (value: unknown) => string>>;
  /** Reports faults that concern several keys together; `block` has its defaults filled in. */
  check?(block: Block, tell: TellAt): void;
}

/** A part in use: its record, and its block with defaults filled in. */
export interface Use<R extends Part = Part> {
  readonly record: R;
  /** The values of its keys as plain data: numbers, words, and values to be learned. */
  readonly block: Block;
}

/** Returns the record of a kind among several; undefined if there is none. */
export const recordOfKind = <R extends Part>(records: readonly R[], kind: string): R | undefined =>
  records.find((record) => record.kind === kind);
