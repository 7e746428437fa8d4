/** Reading of blocks: from plain data to the parameters that formulas receive. */
import { type FloatType, Tensor, UsageError } from "../engine/index.js";
import { matrixOf, type Scalar, vectorOf } from "../prob/index.js";
import type { ParameterGroup } from "./definition.js";
import { faultOf } from "./fault.js";
import type { Key, Keys, ParametersOf } from "./keys.js";
import type { Part, Use } from "./part.js";
import { type ParameterSource, readAll, readEach } from "./source.js";
import type { Block, Value, Values } from "./value.js";

/** Options of `readParameters`. */
export interface ReadOptions {
  /** The group of the learned values, which decides their learning rate. */
  readonly group: ParameterGroup;
  /** The prefix of the names of learned values, such as "observations.". @defaultValue "" */
  readonly prefix?: string;
  /** The dtype of tensors that are made from several plain numbers. @defaultValue "f64" */
  readonly dtype?: FloatType;
}

/**
 * Reads every key of a block: fixed numbers as they are, learned ones from the source by their names. The
 * name of a learned value is its path in the block, such as `taper.halfWidth`.
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

/** Reads the value of one key. */
function parameterOf(
  key: Key,
  given: unknown,
  source: ParameterSource,
  { group, dtype, name }: Required<Omit<ReadOptions, "prefix">> & { readonly name: string },
): unknown {
  // In f64 numbers stay numbers: formulas convert them to f64 themselves.
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

/** Returns the first of several values to choose from; it stands in until the choice is made. */
const chosen = (given: unknown): Value =>
  typeof given === "object" && given !== null && "among" in given
    ? (given.among as readonly number[])[0]!
    : (given as Value);

/** Joins several scalars to one vector [n] of this dtype; a single scalar stays as it is. */
export const together = (values: Scalar | readonly Scalar[], dtype: FloatType = "f64"): Scalar =>
  Array.isArray(values) ? vectorOf(values, dtype) : (values as Scalar);

/** Returns a block with the defaults of its keys filled in. */
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
 * Puts a part to use with a block, for library calls: checks the block against the record and fills in
 * defaults.
 *
 * @throws UsageError when the block does not fit; it names each key, what was given and what is needed.
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
