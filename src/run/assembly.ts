/** What is observed of a state, and what is known before: the parts of a filter run but the filter. */
import { log, mul, type Tensor, tensor } from "../engine/index.js";
import {
  type Operator,
  observeComponents,
  observeExp,
  observeIndices,
  observeLog,
  observeMatrix,
  type ValueTransform,
} from "../observe/index.js";
import { together } from "../parts/index.js";
import { asTensor, type Gaussian, type Scalar, type Support } from "../prob/index.js";
import { inLogarithms, type Motion } from "./motion.js";
import type {
  InitialSpecification,
  ModelSpecification,
  NoiseSpecification,
} from "./specification.js";
import { type Reader, readAll, readEach, variance } from "./values.js";

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
  /** h at every time; null where the components change, and are seen with each observation. */
  readonly operator: Operator | null;
  readonly transform: ValueTransform;
  /** Values that must be positive are perturbed within the positive. */
  readonly support: Support;
}

/** h of one observation, of a state of d components. */
export const operatorAt = (
  { operator }: View,
  positions: Tensor | null | undefined,
  d: number,
): Operator => operator ?? observeIndices(positions!, d);

/** Components that change from time to time. */
export const changingView = (support: Support): View => ({
  operator: null,
  transform: "identity",
  support,
});

/** Values of positive variables are perturbed within the positive. */
export const supportOf = (model: ModelSpecification): Support =>
  model.kind === "lotka-volterra" ? "positive" : "real";

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
  return { operator, transform: "identity", support: supportOf(model) };
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
  { support, coordinates }: Motion,
  read: Reader,
): Gaussian {
  const natural = readAll(read, initial.mean, "initial.mean", {
    nature: model.kind === "lotka-volterra" ? "positive" : "real",
    group: "dynamics",
  });
  const mean: Tensor = asTensor(together(natural));
  const { variance: v } = initial;
  return {
    mean: coordinates === "log" ? log(mean) : mean,
    covariance: { kind: "diagonal", variance: typeof v === "number" ? v : tensor(v) },
    support,
  };
}
