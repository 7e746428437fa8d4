/**
 * The call that describes a state-space problem: a model, what is observed of it, and what is known before.
 */
import { type FloatType, scope, UsageError } from "../engine/index.js";
import { type ModelRecord, mostSteps, type ProcessNoise } from "../models/index.js";
import {
  type NoiseRecord,
  normalNoise,
  type Operator,
  type OperatorRecord,
} from "../observe/index.js";
import {
  type Block,
  checkCount,
  checkOptions,
  describeValue,
  startValues,
  type Use,
  use,
  type Value,
} from "../parts/index.js";
import { checkForm, checkModel, checkSystem } from "./check-system.js";
import type { StartKind } from "./climate.js";
import type { Prior } from "./record.js";
import { boundModel, isUse, type StateSpace, systemOf } from "./system.js";

export interface StateSpaceOptions {
  /** The record of the model: a built-in one, or your own (`defineEquations`, `defineModel`). */
  readonly model: ModelRecord;
  /** Values of its parameters, by name; `learned(start)` marks those that are to be learned. */
  readonly parameters?: Block;
  /** Variance of the noise that is added after each model step. @defaultValue no noise */
  readonly processNoise?: ProcessNoise["variance"];
  /** The same for the filter's model, where it differs from that of the truth. */
  readonly filterProcessNoise?: ProcessNoise["variance"];
  /**
   * What is observed: variables by their positions, an operator such as `observeBy(…)`, or a record in
   * use. @defaultValue all variables
   */
  readonly observe?: readonly number[] | Operator | Use<OperatorRecord>;
  /** Variance R of normal errors, or another noise in use: `use(lognormalNoise, { sd: 0.2 })`. */
  readonly noise: Value | readonly Value[] | Use<NoiseRecord>;
  /** What is known before the first observation. @defaultValue from a long run of the model */
  readonly prior?: Prior | { readonly diffuse: true };
  /** Where a default prior lies: about a state of the long run, or as wide as the climate. */
  readonly start?: StartKind;
  /** Length of a model step, in the time unit of the record. @defaultValue 1 */
  readonly step?: number;
  /** Steps of the integrator inside a model step. @defaultValue 1 */
  readonly substeps?: number;
  /** The seed of what is drawn once: the long run, the observed variables. @defaultValue 1 */
  readonly seed?: number;
  /**
   * The precision in which a method runs and learns; truths of twins are always worked out in f64.
   * @defaultValue "f64"
   */
  readonly dtype?: FloatType;
}

const known: readonly (keyof StateSpaceOptions)[] = [
  ...(["model", "parameters", "processNoise", "filterProcessNoise", "observe", "noise"] as const),
  ...(["prior", "start", "step", "substeps", "seed", "dtype"] as const),
];

/**
 * A state-space problem from a model, its parameters, and what is observed of it:
 *
 *     x_t = F(x_{t−1}) + ξ_t,  ξ_t ~ N(0, Q)        states, d variables
 *     y_t = h(x_t) + η_t,      η_t ~ N(0, R)        observations, m values
 *     x_0 ~ N(μ, P)
 *
 *     stateSpace({ model: lorenz96, parameters: { dimension: 40, forcing: learned(6) }, noise: 1, step: 0.05 })
 *
 * The model takes one step, and the operator observes one state, before the call returns: a part of your
 * own that gives wrong shapes or numbers that are not finite is refused here.
 *
 * @throws UsageError for a parameter that does not fit the model's record, a part that fails, or sizes
 * that do not agree.
 */
export function stateSpace(options: StateSpaceOptions): StateSpace {
  checkOptions("stateSpace", options, known);
  const { model: record, parameters = {}, processNoise, filterProcessNoise } = options;
  const { prior: given } = options;
  const prior = given?.diffuse === true ? { mean: [0], variance: 0, ...given } : (given as Prior);
  const { observe, noise, step = 1, substeps = 1, seed = 1, dtype = "f64" } = options;
  if (typeof record?.build !== "function" || typeof record.parameters !== "object") {
    throw new UsageError(
      "stateSpace: model is no record of a model; need one such as lorenz96, or your own by defineEquations or defineModel.",
    );
  }
  if (noise === undefined) {
    throw new UsageError(
      "stateSpace: noise is missing; need the variance of the observations' errors, or a noise in use such as use(lognormalNoise, { sd: 0.2 }).",
    );
  }
  if (!(Number.isFinite(step) && step > 0)) {
    throw new UsageError(
      `stateSpace: step is ${step}; need the length of a model step, more than 0.`,
    );
  }
  checkCount("stateSpace", "substeps", substeps, 1, mostSteps);
  checkCount("stateSpace", "seed", seed, 0);
  if (dtype !== "f64" && dtype !== "f32") {
    throw new UsageError(`stateSpace: dtype is ${String(dtype)}; need "f64" or "f32".`);
  }
  if (typeof parameters !== "object" || parameters === null) {
    throw new UsageError(
      `stateSpace: parameters is ${describeValue(parameters)}; need the values of the model's parameters by name.`,
    );
  }
  checkForm(options);
  const noiseOf = (variance: ProcessNoise["variance"] | undefined): ProcessNoise | null =>
    variance === undefined ? null : { variance };
  const model = use(record, parameters);
  scope(() => {
    const built = boundModel({ model, substeps, seed, dtype: "f64" }, startValues);
    checkModel(built, record.kind, step, prior);
    return null;
  });
  const system = systemOf({
    model,
    processNoise: noiseOf(processNoise),
    filterProcessNoise: noiseOf(filterProcessNoise),
    observe: observe ?? null,
    noise: isUse(noise) ? noise : use(normalNoise, { variance: noise }),
    ...(prior && { prior }),
    ...(options.start && { start: options.start }),
    ...{ step, substeps, seed, dtype },
  });
  checkSystem(system, isUse(observe) ? observe : null, prior);
  return system;
}
