/** From a specification to the parts of a filter run, with the values that a reader gives. */
import { log, mul, type Tensor, tensor } from "../engine/index.js";
import { enkf, type Filter, kalman } from "../filters/index.js";
import {
  clohessyWiltshire,
  linear,
  lotkaVolterra,
  type Model,
  type Propagation,
  predatorPrey,
  propagations,
} from "../models/index.js";
import {
  type Operator,
  observeComponents,
  observeExp,
  observeLog,
  observeMatrix,
  type ValueTransform,
} from "../observe/index.js";
import { asTensor, type Gaussian, type Scalar, type Support, vectorOf } from "../prob/index.js";
import type {
  InitialSpecification,
  ModelSpecification,
  NoiseSpecification,
  Specification,
  Value,
} from "./specification.js";
import { dynamics, inflation, type Reader, readEach, variance } from "./values.js";

/** Whether the state holds logarithms of the natural variables. */
export const inLogarithms = (model: ModelSpecification): boolean =>
  model.kind === "lotka-volterra" && model.coordinates === "log";

/** A model with its parameters in place: how it crosses intervals. */
export interface Motion {
  readonly dimension: number;
  readonly support: Model<unknown>["support"];
  crossing(intervals: readonly number[]): Propagation[];
}

export function motionOf({ model: spec, time }: Specification, read: Reader): Motion {
  const noise = processNoise(spec, read);
  const of = <P>(model: Model<P>, params: P): Motion => ({
    dimension: model.dimension,
    support: model.support,
    crossing: (intervals) => propagations(model, params, noise, intervals, time.step),
  });
  const rate = (value: Value, name: string) => read(value, name, dynamics);
  const rows = (matrix: readonly (readonly Value[])[], name: string) =>
    matrix.map((row, i) => row.map((value, j) => rate(value, `${name}[${i}][${j}]`)));

  if (spec.kind === "linear") {
    const transition = rows(spec.transition, "transition");
    return of(linear(spec.transition.length), { transition });
  }
  if (spec.kind === "clohessy-wiltshire") {
    return of(clohessyWiltshire, { meanMotion: rate(spec.meanMotion, "meanMotion") });
  }
  const options = { coordinates: spec.coordinates, substeps: time.substeps };
  if ("growth" in spec) {
    return of(lotkaVolterra(spec.growth.length, options), {
      growth: spec.growth.map((value, i) => rate(value, `growth[${i}]`)),
      interactions: rows(spec.interactions, "interactions"),
    });
  }
  return of(predatorPrey(options), {
    preyGrowth: rate(spec.preyGrowth, "preyGrowth"),
    predation: rate(spec.predation, "predation"),
    predatorDeath: rate(spec.predatorDeath, "predatorDeath"),
    conversion: rate(spec.conversion, "conversion"),
  });
}

const together = (values: Scalar | readonly Scalar[]): Scalar =>
  Array.isArray(values) ? vectorOf(values) : (values as Scalar);

function processNoise({ processNoise: spec }: ModelSpecification, read: Reader): Scalar | null {
  if (spec === undefined) return null;
  return together(readEach(read, spec.variance, "processNoise.variance", variance));
}

/** R of the compared values: variances, or squares of the standard deviations of logarithms. */
export function observationVariance(noise: NoiseSpecification, read: Reader): Scalar {
  if (noise.kind === "normal") {
    return together(readEach(read, noise.variance, "observations.variance", variance));
  }
  const sd = together(readEach(read, noise.sd, "observations.sd", variance));
  return typeof sd === "number" ? sd * sd : mul(sd, sd);
}

/** How values of natural variables are compared with the state. */
export interface View {
  readonly operator: Operator;
  readonly transform: ValueTransform;
  /** Values that must be positive are perturbed within the positive. */
  readonly support: Support;
}

/** Single components as the noise compares them: as they are, or by their logarithms. */
export function viewOfComponents(
  model: ModelSpecification,
  noise: NoiseSpecification,
  components: readonly number[],
): View {
  const logs = inLogarithms(model);
  if (noise.kind === "lognormal") {
    const operator = logs ? observeComponents(components) : observeLog(components);
    return { operator, transform: "log", support: "real" };
  }
  const operator = logs ? observeExp(components) : observeComponents(components);
  const support = model.kind === "lotka-volterra" ? "positive" : "real";
  return { operator, transform: "identity", support };
}

export const viewOfMatrix = (matrix: readonly (readonly number[])[]): View => ({
  operator: observeMatrix(tensor(matrix)),
  transform: "identity",
  support: "real",
});

/** The distribution before the first observation, in the state's own variables. */
export function priorOf(
  initial: InitialSpecification,
  model: ModelSpecification,
  { support }: Motion,
  read: Reader,
): Gaussian {
  const natural = readEach(read, initial.mean, "initial.mean", {
    nature: model.kind === "lotka-volterra" ? "positive" : "real",
    group: "dynamics",
  });
  const mean: Tensor = asTensor(together(natural));
  const { variance: v } = initial;
  return {
    mean: inLogarithms(model) ? log(mean) : mean,
    covariance: { kind: "diagonal", variance: typeof v === "number" ? v : tensor(v) },
    support,
  };
}

/** A filter whose state is a tree of tensors; which one, only the filter itself needs to know. */
export function filterOf({ method }: Specification, read: Reader): Filter<unknown> {
  if (method.kind !== "enkf") return kalman();
  const covarianceInflation = read(method.covarianceInflation, "covarianceInflation", inflation);
  return enkf({ members: method.members, covarianceInflation });
}
