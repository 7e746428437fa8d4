/** Short forms of operators: `identity`, and `{ every: 2 }` for `{ kind: every, every: 2 }`. */
import type { OperatorRecord } from "../observe/index.js";
import type { Key } from "../parts/index.js";
import { nearest } from "../parts/index.js";
import { records } from "./records.js";
import { exampleOf, listed } from "./schema/key.js";
import { unknownKey } from "./schema/keys.js";
import { gotNeed } from "./words.js";

/** The block of an operator with its kind, or the fault in it. */
export type Expanded =
  | { readonly block: unknown; readonly fault?: undefined }
  | {
      readonly fault: { readonly path: readonly PropertyKey[]; readonly message: string };
      /** A block for the other checks; undefined: none. */
      readonly block?: unknown;
    };

/** Tells whether the kind of an operator may be left out, because one of its keys has the same name. */
export const namesItself = ({ kind, parameters }: OperatorRecord): boolean =>
  Object.hasOwn(parameters, kind);

/** Tells whether an operator may be written as its kind alone, because it needs no keys. */
export const standsAlone = ({ parameters }: OperatorRecord): boolean =>
  Object.values(parameters).every(({ optional, default: filled }: Key) => {
    return optional === true || filled !== undefined;
  });

/** Adds the kind to the block of an operator that leaves it out. */
export function expandOperator(given: unknown): Expanded {
  const all = records.operator;
  if (given === undefined) return { block: undefined };
  if (typeof given === "string" && all.some((each) => each.kind === given && standsAlone(each))) {
    return { block: { kind: given } };
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return { fault: { path: [], message: gotNeed(given, forms()) } };
  }
  if ("kind" in given || "file" in given) return { block: given };
  const short = all.filter(namesItself).map(({ kind }) => kind);
  const found = kindsOf(given, short);
  if (found.length === 1) return { block: { kind: found[0], ...given } };
  const others = Object.keys(given).filter((key) => !short.includes(key));
  if (found.length === 0 && others.length > 0) {
    return { fault: { path: [others[0]!], message: strange(others[0]!, short) } };
  }
  const has = found.length === 0 ? "none" : found.join(", ");
  const message = `has ${has}; need exactly one of ${short.join(", ")}`;
  if (found.length === 0) return { fault: { path: [], message } };
  const rest = Object.entries(given).filter(([key]) => !found.slice(1).includes(key));
  return { fault: { path: [], message }, block: { kind: found[0], ...Object.fromEntries(rest) } };
}

/**
 * The kinds that a block names; one that has all of its keys, as `power` has `indices`, comes before others.
 */
function kindsOf(given: object, short: readonly string[]): string[] {
  const found = short.filter((kind) => kind in given);
  const whole = found.filter((kind) => {
    const { parameters } = records.operator.find((each) => each.kind === kind)!;
    return Object.keys(given).every((key) => Object.hasOwn(parameters, key));
  });
  return whole.length === 1 ? whole : found;
}

/** Returns the message for a key from which the operator is not clear. */
function strange(key: string, short: readonly string[]): string {
  const owner = records.operator.find(({ parameters }) => Object.hasOwn(parameters, key));
  if (owner !== undefined && nearest(key, short) === null) {
    return `is a setting of ${owner.kind}; need ${namesItself(owner) ? owner.kind : `kind: ${owner.kind}`} beside it`;
  }
  return unknownKey(key, ["kind", "file", ...short]);
}

/** Returns the forms of all built-in operators. */
const forms = (): string =>
  listed(
    records.operator.map((record) => {
      if (standsAlone(record)) return record.kind;
      const example = record.parameters[record.kind];
      return example === undefined
        ? `{ kind: ${record.kind}, … }`
        : `{ ${record.kind}: ${exampleOf(example)} }`;
    }),
  );
