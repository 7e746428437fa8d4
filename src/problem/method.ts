/** Methods in library calls: as they are, or with settings that may be learned. */
import type { Method, MethodRecord } from "../filters/index.js";
import {
  type Block,
  castSource,
  type Keys,
  type LearnedValue,
  type ParameterSource,
  positiveNumber,
  readParameters,
  real,
  type Use,
} from "../parts/index.js";
import type { Scalar } from "../prob/index.js";
import { SpecificationError } from "./errors.js";
import type { BoundSystem, StateSpace } from "./system.js";

/** A method: `etkf({ members: 24 })`, or a record in use whose settings may be learned. */
export type AnyMethod = Method<unknown> | Use<MethodRecord>;

export const isMethodUse = (method: AnyMethod): method is Use<MethodRecord> => "record" in method;

/** The method for a problem, with the values of a source. */
export function boundMethod(
  method: AnyMethod,
  system: StateSpace,
  { model, variance }: Pick<BoundSystem, "model" | "variance">,
  source: ParameterSource,
): Method<unknown> {
  if (!isMethodUse(method)) return method as Method<unknown>;
  const { record, block } = method;
  const { climate: asking, fixedObservations } = record.needs(block);
  const { dtype, view } = system;
  const { operator } = view;
  if (operator === null && fixedObservations !== undefined) {
    throw new SpecificationError(
      "method.kind",
      `${record.kind} needs the same observed variables at every time, and here they change; ${fixedObservations}.`,
    );
  }
  const own = castSource(source, dtype);
  const settings = readParameters(record.parameters, block, own, { group: "filter", dtype });
  return record.build(settings, {
    ...{ dimension: model.dimension, dtype },
    operator,
    variance,
    geometry: model.geometry ?? null,
    climate: asking === undefined ? null : system.climate(["method", ...asking].join(".")),
    seed: system.seed,
    ...{ source: own, block },
  });
}

/**
 * A method of your own making whose settings are learned:
 *
 *     learnableMethod({ inflation: learned(1.02, { positive: true }) }, ({ inflation }) =>
 *       etkf({ members: 24, inflation }))
 */
export function learnableMethod<const S extends Readonly<Record<string, LearnedValue>>>(
  settings: S,
  build: (values: { readonly [Name in keyof S]: Scalar }) => Method<unknown>,
): Use<MethodRecord> {
  const parameters: Keys = Object.fromEntries(
    Object.entries(settings).map(([name, { positive }]) => {
      const key = { about: `setting "${name}" of the filter` };
      return [name, positive ? positiveNumber(key) : real(key)];
    }),
  );
  const record: MethodRecord = {
    kind: "own-method",
    title: "a method of your own",
    parameters,
    needs: () => ({}),
    build: (values) => build(values as { readonly [Name in keyof S]: Scalar }) as Method<unknown>,
    phrase: () => "a method of its own",
    remedy: "More inflation, more process noise or a better model may help.",
  };
  return { record, block: settings as Block };
}

/** A record in use with another value at a path of its block. */
export function withSetting<R extends MethodRecord, U extends Use<R>>(
  method: U,
  path: readonly string[],
  value: unknown,
): U {
  const set = (block: Block, [name, ...rest]: readonly string[]): Block => ({
    ...block,
    [name!]: rest.length === 0 ? value : set(block[name!] as Block, rest),
  });
  return { ...method, block: set(method.block, path) };
}
