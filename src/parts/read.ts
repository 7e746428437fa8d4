/** From a block of plain data to the parameters that a formula receives. */
import { type FloatType, Tensor, UsageError } from "../engine/index.js";
import { matrixOf, type Scalar, vectorOf } from "../prob/index.js";
import type { ParameterGroup } from "./definition.js";
import { faultOf } from "./fault.js";
import type { Key, Keys, ParametersOf } from "./keys.js";
import type { Part, Use } from "./part.js";
import { type ParameterSource, readAll, readEach } from "./source.js";
import type { Block, Value, Values } from "./value.js";

export interface ReadOptions {
  /** The learning rate that learned values follow. */
  readonly group: ParameterGroup;
  /** What the names of learned values begin with, such as "observations.". @defaultValue "" */
  readonly prefix?: string;
  /** The dtype of what several plain numbers are put into. @defaultValue "f64" */
  readonly dtype?: FloatType;
}

/**
 * Reads every key of a block: given numbers as they are, learned ones from the source under their
 * names. The name of a learned value is its path in the block, such as `taper.halfWidth`.
 */
export function readParameters<K extends Keys>(
  keys: K,
  block: Block,
  source: ParameterSource,
  { group, prefix = "", dtype = "f64" }: ReadOptions,
): ParametersOf<K> {
  const read = Object.entries(keys).map(([name, key]) => {
    const given = block[name] ?? key.default;
    return [
      name,
      given === undefined
        ? undefined
        : parameterOf(key, given, source, { group, dtype, name: prefix + name }),
    ];
  });
  return Object.fromEntries(read) as ParametersOf<K>;
}

/** The value of one key that is given. */
function parameterOf(
  key: Key,
  given: unknown,
  source: ParameterSource,
  { group, dtype, name }: Required<Omit<ReadOptions, "prefix">> & { readonly name: string },
): unknown {
  // Numbers stay numbers in f64, which is what formulas make of them anyway.
  const vector = (x: Tensor | readonly Scalar[]) =>
    dtype === "f64" || x instanceof Tensor ? x : vectorOf(x, dtype);
  switch (key.type) {
    case "number":
      return source.scalar(chosen(given), name, { support: key.support, group });
    case "spread": {
      const values = given as Value | readonly Value[];
      return together(readEach(source, values, name, { support: "positive", group }), dtype);
    }
    case "vector":
      return vector(readAll(source, given as Values, name, { support: key.support, group }));
    case "matrix": {
      if (!key.learnable) return given;
      const rows = (given as readonly (readonly Value[])[]).map((row, i) =>
        row.map((value, j) =>
          source.scalar(value, `${name}[${i}][${j}]`, { support: "real", group }),
        ),
      );
      return dtype === "f64" ? rows : matrixOf(rows, dtype);
    }
    case "group":
      return readParameters(key.keys, given as Block, source, {
        ...{ group, dtype, prefix: `${name}.` },
      });
    default:
      return given;
  }
}

/** Of values to choose from the first, until the choice is made. */
const chosen = (given: unknown): Value =>
  typeof given === "object" && given !== null && "among" in given
    ? (given.among as readonly number[])[0]!
    : (given as Value);

/** Several scalars as one vector [n]; numbers alone take the dtype. */
export const together = (values: Scalar | readonly Scalar[], dtype: FloatType = "f64"): Scalar =>
  Array.isArray(values) ? vectorOf(values, dtype) : (values as Scalar);

/** A block with the defaults of its keys filled in. */
export function withDefaults(keys: Keys, block: Block): Block {
  const filled = Object.entries(keys).flatMap(([name, key]) => {
    const given = block[name] ?? key.default;
    if (given === undefined) return [];
    const inner = key.type === "group" ? withDefaults(key.keys, given as Block) : given;
    return [[name, inner] as const];
  });
  return Object.fromEntries(filled);
}

/**
 * A part with what it is given, for library calls: defaults are filled in, and a block that does not
 * fit the record is a `UsageError` that names the key, what was given and what is needed.
 */
export function use<R extends Part>(record: R, given: Block = {}): Use<R> {
  const faults: string[] = [];
  const tell = (path: readonly PropertyKey[], message: string) =>
    faults.push(`${[record.kind, ...path.map(String)].join(".")}: ${message}`);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(record.parameters, name)) continue;
    const hint = record.hints?.[name]?.(given[name]);
    tell([name], hint ?? `unknown key; known here: ${Object.keys(record.parameters).join(", ")}`);
  }
  for (const [name, key] of Object.entries(record.parameters)) {
    const fault = faultOf(key, given[name]);
    if (fault !== null) tell([name, ...fault.path], fault.message);
  }
  const block = withDefaults(record.parameters, given);
  if (faults.length === 0) record.check?.(block, tell);
  if (faults.length > 0) throw new UsageError(faults.join("\n"));
  return { record, block };
}
