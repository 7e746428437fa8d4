/**
 * A state-space problem: a model, what is observed of it, and what is known before.
 *
 *     x_t = F_θ(x_{t−1}) + ξ_t,  ξ_t ~ N(0, Q)        states, d variables
 *     y_t = h(x_t) + η_t,        η_t ~ N(0, R)        observations, m values
 *     x_0 ~ N(μ, P)
 *
 * Any number in it may be one that is to be learned, `learned(start)`. Everything that runs, learns or
 * reports is built on a `StateSpace`: library calls, experiment files, reproductions.
 */
import {
  cast,
  type FloatType,
  log,
  scope,
  type Tensor,
  tensor,
  UsageError,
  zeros,
} from "../engine/index.js";
import type { Climate } from "../filters/index.js";
import {
  type BoundModel,
  type ModelRecord,
  type ProcessNoise,
  type Propagation,
  propagations,
  readProcessNoise,
} from "../models/index.js";
import type {
  NoiseRecord,
  Observation,
  Observed,
  Operator,
  OperatorRecord,
} from "../observe/index.js";
import {
  castSource,
  describeValue,
  isLearned,
  type ParameterSource,
  readAll,
  readParameters,
  startValues,
  together,
  trueValues,
  type Use,
} from "../parts/index.js";
import { asTensor, type Gaussian, type Scalar } from "../prob/index.js";
import { foldIn, type Key, key as keyOf } from "../random/index.js";
import { climateOf, type StartKind } from "./climate.js";
import type { Prior } from "./record.js";
import { operatorAt, type View, viewOf } from "./view.js";

export interface StateSpace {
  readonly model: Use<ModelRecord>;
  /** Noise of the truth, and of the filter's model unless it has its own. */
  readonly processNoise: ProcessNoise | null;
  readonly filterProcessNoise: ProcessNoise | null;
  readonly observed: Observed;
  readonly view: View;
  readonly noise: Use<NoiseRecord>;
  readonly step: number;
  readonly substeps: number;
  readonly seed: number;
  /** Of states and of all that is learned. */
  readonly dtype: FloatType;
  /** d */
  readonly dimension: number;
  /** Whether variables of the prior are diffuse. */
  readonly diffuse: boolean;
  /** What is known before the first observation; the first call may run the model for long. */
  prior(): Prior;
  /** Moments of the states of a long run; `asking` is the key of the file that needs them. */
  climate(asking?: string): Climate;
}

/** A state-space problem with the values of a source in place. */
export interface BoundSystem {
  readonly model: BoundModel;
  /** R */
  readonly variance: Scalar;
  readonly prior: Gaussian;
  /** What lies between observations: a propagation for each interval. */
  propagations(intervals: readonly number[]): Propagation[];
  /** One observation: y and mask [..., m], and the positions observed where they change. */
  observation(seen: {
    readonly y: Tensor;
    readonly mask: Tensor | null;
    readonly positions?: Tensor | null;
  }): Observation;
}

/** Purposes of the random numbers of a problem; `runKeys` and the twin hold the others. */
const purposes = { data: 0, climate: 0, operator: 2 } as const;

/** The key of the data of a problem, from the root key of a run. */
export const dataKey = (root: Key): Key => foldIn(root, purposes.data);

/** Throws a UsageError unless it is a problem that `stateSpace` made. */
export function expectProblem(who: string, system: StateSpace): void {
  const parts = ["model", "observed", "view", "noise", "prior"];
  const given: unknown = system;
  if (typeof given === "object" && given !== null && parts.every((name) => name in given)) return;
  throw new UsageError(
    `${who}: got ${describeValue(given)} for the problem; need what stateSpace gives.`,
  );
}

/** The parts of a problem, each with what it is given. */
export interface SystemParts
  extends Pick<
    StateSpace,
    "model" | "processNoise" | "filterProcessNoise" | "noise" | "step" | "substeps" | "seed"
  > {
  /** null: all variables. */
  readonly observe: readonly number[] | Operator | Use<OperatorRecord> | null;
  /** Absent: from a long run of the model. */
  readonly prior?: Prior;
  readonly start?: StartKind;
  /** @defaultValue "f64" */
  readonly dtype?: FloatType;
}

/** Whether it is a record with what it is given. */
export const isUse = (given: unknown): given is Use<never> =>
  typeof given === "object" && given !== null && "record" in given;

/** A problem from its parts. */
export function systemOf(parts: SystemParts): StateSpace {
  const { model, noise, observe, prior, start, dtype = "f64" } = parts;
  const bound = scope(() => boundModel({ ...parts, dtype }, startValues));
  const d = bound.dimension;
  const root = dataKey(keyOf(parts.seed));
  const observed = observedOf(observe, d, foldIn(root, purposes.operator));
  const view = viewOf(bound, observed, noise.record.transform);
  let climate: ReturnType<typeof climateOf> | null = null;
  const system: StateSpace = {
    ...{ model, noise, observed, view, dimension: d },
    processNoise: parts.processNoise,
    filterProcessNoise: parts.filterProcessNoise,
    ...{ step: parts.step, substeps: parts.substeps, seed: parts.seed, dtype },
    diffuse: prior?.diffuse === true || (prior?.diffuse?.includes(true) ?? false),
    prior: () => prior ?? longRun("method.initial").prior,
    climate: (asking = "method") => longRun(asking).moments(),
  };
  const longRun = (asking: string): ReturnType<typeof climateOf> => {
    climate ??= scope(() => {
      const { model: truth, propagations } = bindSystem(trueSystem(system), trueValues);
      const { transition } = propagations([system.step])[0]!;
      const trueStep = { model: truth, transition, step: system.step };
      return climateOf(trueStep, asking, foldIn(root, purposes.climate), start);
    });
    return climate;
  };
  return system;
}

function observedOf(observe: SystemParts["observe"], d: number, key: Key): Observed {
  if (observe === null) {
    return { kind: "components", components: Array.from({ length: d }, (_, i) => i) };
  }
  if (isComponents(observe)) return { kind: "components", components: observe };
  if (!isUse(observe)) return { kind: "operator", operator: observe as Operator };
  const { record, block } = observe as Use<OperatorRecord>;
  if (isLearned(block)) {
    throw new UsageError(
      `${record.kind}: an operator's parameters cannot be learned; need numbers.`,
    );
  }
  const parameters = readParameters(record.parameters, block, startValues, { group: "dynamics" });
  return record.build(parameters, { dimension: d, key });
}

const isComponents = (observe: NonNullable<SystemParts["observe"]>): observe is readonly number[] =>
  Array.isArray(observe);

/** The model of a problem with the values of a source. */
export function boundModel(
  system: Pick<StateSpace, "model" | "substeps" | "seed" | "dtype">,
  source: ParameterSource,
): BoundModel {
  const { substeps, seed, dtype } = system;
  const { record, block } = system.model;
  const own = castSource(source, dtype);
  const parameters = readParameters(record.parameters, block, own, { group: "dynamics", dtype });
  return record.build(parameters, { substeps, seed, dtype, source: own });
}

/**
 * The system that makes the data of a twin, in f64: the model without what makes it imperfect or mends
 * it.
 */
export function trueSystem(system: StateSpace): StateSpace {
  const { record, block } = system.model;
  const model = record.truth === undefined ? system.model : { record, block: record.truth(block) };
  return { ...system, model, filterProcessNoise: null, dtype: "f64" };
}

/** A problem with the values that a source gives. */
export function bindSystem(system: StateSpace, source: ParameterSource): BoundSystem {
  const model = boundModel(system, source);
  const { dimension: d } = model;
  const { view, dtype, processNoise, filterProcessNoise } = system;
  const own = castSource(source, dtype);
  const noise = readProcessNoise(filterProcessNoise ?? processNoise, d, own, dtype);
  const variance = observationVariance(system, source);
  return {
    model,
    variance,
    get prior() {
      return gaussianOf(system.prior(), model, source, dtype);
    },
    propagations: (intervals) => propagations(model, noise, intervals, system.step),
    observation: ({ y, mask, positions }) => ({
      ...{ y: cast(y, dtype), mask: mask && cast(mask, dtype), variance },
      support: view.support,
      operator: operatorAt(view, positions, d),
    }),
  };
}

/** R of the compared values. */
export const observationVariance = (
  { noise: { record, block }, dtype }: Pick<StateSpace, "noise" | "dtype">,
  source: ParameterSource,
): Scalar =>
  record.variance(
    readParameters(record.parameters, block, castSource(source, dtype), {
      ...{ group: "dynamics", prefix: "observations.", dtype },
    }),
  );

/** A prior in the state's own variables. */
export function gaussianOf(
  prior: Prior,
  model: BoundModel,
  source: ParameterSource,
  dtype: FloatType = "f64",
): Gaussian {
  const { diffuse } = prior;
  if (diffuse === true) {
    return {
      mean: zeros([model.dimension], dtype),
      covariance: { kind: "diagonal", variance: 0 },
      diffuse: new Array<boolean>(model.dimension).fill(true),
    };
  }
  const natural = readAll(castSource(source, dtype), prior.mean, "initial.mean", {
    support: model.positive ? "positive" : "real",
    group: "dynamics",
  });
  const mean: Tensor = asTensor(together(natural, dtype), dtype);
  const { variance: v } = prior;
  return {
    mean: model.coordinates === "log" ? log(mean) : mean,
    covariance: { kind: "diagonal", variance: typeof v === "number" ? v : tensor(v, { dtype }) },
    support: model.support,
    ...(diffuse && { diffuse }),
  };
}
