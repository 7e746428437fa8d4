/** The distribution of a model's states over a long run. */
import { scope, tensor } from "../engine/index.js";
import type { Key } from "../random/index.js";
import { simulate } from "../twin/index.js";
import { inLogarithms, motionOf } from "./assembly.js";
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

/** Mean and variance of each variable, from a start with all natural variables at one. */
export function climatology(specification: Specification, key: Key): InitialSpecification {
  const logs = inLogarithms(specification.model);
  const rows = scope(() => {
    const motion = motionOf(specification, truth);
    const crossing = motion.crossing(new Array<number>(steps).fill(specification.time.step));
    const x0 = tensor(new Array<number>(motion.dimension).fill(logs ? 0 : 1));
    return simulate(x0, crossing, key).toArray() as number[][];
  });
  const series = rows[0]!.map((_, i) => rows.map((row) => row[i]!));
  const late = series.map((values) => values.slice(steps / 2));
  const variance = late.map(varianceOf);
  const early = series.map((values) => varianceOf(values.slice(0, steps / 2)));
  if (variance.some((v, i) => !(v > dying * early[i]!))) {
    throw new SpecificationError(
      "method.initial",
      "a long run of the model settles down, so it gives no initial distribution; need { mean, variance }.",
    );
  }
  const mean = late.map(average);
  return { mean: logs ? mean.map(Math.exp) : mean, variance };
}
