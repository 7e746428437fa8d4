/** Methods in library calls: as they are, or with settings that may be learned. */
import { UsageError } from "../engine/index.js";
import type { Method, MethodRecord } from "../filters/index.js";
import {
  type Block,
  castSource,
  describeValue,
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

/** Throws a UsageError unless it is a method, or the record of one in use. */
export function expectMethod(who: string, method: AnyMethod): void {
  const given: unknown = method;
  const isMap = typeof given === "object" && given !== null;
  if (isMap && ("init" in given || "record" in given)) return;
  const what =
    isMap && "needs" in given && "kind" in given ? `the record of ${given.kind}` : "no method";
  throw new UsageError(
    `${who}: got ${what}; need a method such as etkf({ members: 24 }), or a record in use: use(etkfRecord, { members: 24 }).`,
  );
}

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
  const isLearnedValue = (x: unknown): boolean =>
    typeof x === "object" && x !== null && "start" in x && Number.isFinite(x.start);
  const given: unknown = settings;
  const wrong =
    typeof given === "object" && given !== null
      ? Object.entries(given).find(([, value]) => !isLearnedValue(value))
      : ["settings", given];
  if (wrong !== undefined) {
    throw new UsageError(
      `learnableMethod: ${wrong[0]} is ${describeValue(wrong[1])}; need values to be learned by name: { inflation: learned(1.02) }.`,
    );
  }
  if (typeof build !== "function") {
    throw new UsageError(
      `learnableMethod: build is ${describeValue(build)}; need a function of the settings that gives a method.`,
    );
  }
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
    build: (values) => {
      const method: unknown = build(values as { readonly [Name in keyof S]: Scalar });
      if (typeof method === "object" && method !== null && "init" in method) {
        return method as Method<unknown>;
      }
      throw new UsageError(
        `learnableMethod: build gave ${describeValue(method)}; need a method such as etkf({ members: 24 }).`,
      );
    },
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
  if (typeof method !== "object" || method === null || !isMethodUse(method)) {
    throw new UsageError(
      "withSetting: got no record in use; need use(etkfRecord, { members: 24 }).",
    );
  }
  if (!Array.isArray(path) || path.length === 0) {
    throw new UsageError(
      `withSetting: the path is ${describeValue(path)}; need the names of keys, such as ["taper", "halfWidth"].`,
    );
  }
  const set = (block: Block, [name, ...rest]: readonly string[]): Block => ({
    ...block,
    [name!]: rest.length === 0 ? value : set(block[name!] as Block, rest),
  });
  return { ...method, block: set(method.block, path) };
}
