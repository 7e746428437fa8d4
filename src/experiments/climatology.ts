/** The distribution of a model's states over a long run. */
import { scope, tensor } from "../engine/index.js";
import type { Key } from "../random/index.js";
import { simulate } from "../twin/index.js";
import { inLogarithms, motionOf, trueSystem } from "./motion.js";
import {
  type InitialSpecification,
  type Specification,
  SpecificationError,
} from "./specification.js";
import { truth } from "./values.js";

/** Steps of the run; its second half counts. */
const steps = 2000;

/** A variance that shrank to less than this share from the first half to the second died out. */
const dying = 1e-6;

const average = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + v, 0) / values.length;

function varianceOf(values: readonly number[]): number {
  const mean = average(values);
  return average(values.map((v) => (v - mean) ** 2));
}

export interface Climatology {
  /** Mean and variance of each variable. */
  readonly initial: InitialSpecification;
  /** Of the state's own variables, [d][d]. */
  readonly covariance: readonly (readonly number[])[];
}

/** Of the true system, from a start with all natural variables near one; `asking` is the key that needs it. */
export function climatology(specification: Specification, asking: string, key: Key): Climatology {
  const { model } = specification;
  const logs = inLogarithms(model);
  const rows = scope(() => {
    const motion = motionOf(trueSystem(specification), truth);
    const crossing = motion.crossing(new Array<number>(steps).fill(specification.time.step));
    const x0 = new Array<number>(motion.dimension).fill(logs ? 0 : 1);
    if (model.kind === "lorenz96") x0[0] = 1.01; // equal variables would stay equal
    return simulate(tensor(x0), crossing, key).toArray() as number[][];
  });
  const series = rows[0]!.map((_, i) => rows.map((row) => row[i]!));
  const late = series.map((values) => values.slice(steps / 2));
  const variance = late.map(varianceOf);
  const early = series.map((values) => varianceOf(values.slice(0, steps / 2)));
  if (variance.some((v, i) => !(v > dying * early[i]!))) {
    throw new SpecificationError(
      asking,
      "a long run of the model settles down, so it gives no distribution; need numbers of your own.",
    );
  }
  const mean = late.map(average);
  return {
    initial: { mean: logs ? mean.map(Math.exp) : mean, variance },
    covariance: covarianceOf(late, mean),
  };
}

const covarianceOf = (series: readonly number[][], mean: readonly number[]): number[][] =>
  series.map((a, i) =>
    series.map((b, j) => average(a.map((v, k) => (v - mean[i]!) * (b[k]! - mean[j]!)))),
  );
