/** The observations of an experiment: a record, or those of a twin made for it. */
import { index, scope, tensor } from "../engine/index.js";
import { type ObservationSeries, observationSeries } from "../observe/index.js";
import { type Gaussian, sampleGaussian } from "../prob/index.js";
import { foldIn, type Key, uniform } from "../random/index.js";
import { simulate, twin } from "../twin/index.js";
import {
  inLogarithms,
  motionOf,
  observationVariance,
  priorOf,
  type View,
  viewOfComponents,
  viewOfMatrix,
} from "./assembly.js";
import type { ObservationSeries as Plain } from "./output.js";
import {
  type InitialSpecification,
  type Specification,
  SpecificationError,
  type TwinOperator,
} from "./specification.js";
import { truth } from "./values.js";

export interface Data {
  readonly view: View;
  /** What the filter compares with, [K, m]. */
  readonly series: ObservationSeries;
  /** The same for people, in natural units. */
  readonly plain: Plain;
  /** The true states in natural units, [K][d], in a twin. */
  readonly truth: number[][] | null;
  /** The distribution before the first observation; a twin's default is its climatology. */
  readonly initial: InitialSpecification;
}

/** Steps of the long run that gives a twin its climatology; the first half is not counted. */
const climatologySteps = 2000;

export function dataOf(specification: Specification, key: Key): Data {
  const { observations } = specification;
  return observations.kind === "record"
    ? recordData(specification, observations)
    : scope(() => twinData(specification, observations, key));
}

type Observations<K> = Extract<Specification["observations"], { kind: K }>;

function recordData(
  { model, method }: Specification,
  { record, noise }: Observations<"record">,
): Data {
  const view = viewOfComponents(model, noise, record.components);
  return {
    view,
    series: observationSeries(record, view.transform),
    plain: record,
    truth: null,
    initial: method.initial!,
  };
}

function twinData(
  specification: Specification,
  { operator, noise }: Observations<"twin">,
  key: Key,
): Data {
  const { model, time, method } = specification;
  const motion = motionOf(specification, truth);
  const interval = time.step * time.observeEvery;
  const K = time.cycles!;
  const initial = method.initial ?? climatology(specification, foldIn(key, 0));
  const prior: Gaussian = priorOf(initial, model, motion, truth);
  const x0 = index(sampleGaussian(prior, 1, foldIn(key, 1)), 0, 0); // [d]

  const components = observedComponents(operator, motion.dimension, foldIn(key, 2));
  const view =
    operator.kind === "matrix"
      ? viewOfMatrix(operator.matrix)
      : viewOfComponents(model, noise, components);
  const crossing = motion.crossing(new Array<number>(K).fill(interval));
  const R = observationVariance(noise, truth);
  const made = twin(x0, crossing, view.operator, R, foldIn(key, 3));

  const states = made.states.toArray() as number[][];
  const compared = made.observations.toArray() as number[][];
  const logs = view.transform === "log";
  const values = compared.map((row) => row.map((v) => (logs ? Math.exp(v) : v)));
  const times = Array.from({ length: K }, (_, k) => (k + 1) * interval);
  const series = observationSeries({ times, values }, view.transform);
  return {
    view,
    // The prior holds at time 0, one interval before the first observation.
    series: { ...series, intervals: times.map(() => interval) },
    plain: {
      timeName: "time",
      times,
      columns: compared[0]!.map((_, j) => columnName(operator, components, j)),
      components: operator.kind === "matrix" ? compared[0]!.map(() => -1) : components,
      values,
    },
    truth: states.map((row) => row.map((v) => (inLogarithms(model) ? Math.exp(v) : v))),
    initial,
  };
}

const columnName = (operator: TwinOperator, components: readonly number[], j: number): string =>
  operator.kind === "matrix" ? `y${j}` : `x${components[j]}`;

/** The state components that an operator sees; none of its own for a matrix. */
function observedComponents(operator: TwinOperator, d: number, key: Key): number[] {
  const all = Array.from({ length: d }, (_, i) => i);
  switch (operator.kind) {
    case "identity":
      return all;
    case "every":
      return all.filter((i) => i % operator.every === 0);
    case "indices":
      return [...operator.indices];
    case "random": {
      const draws = uniform(key, [d]).data();
      const count = Math.max(1, Math.round(operator.ratio * d));
      const chosen = all.toSorted((i, j) => draws[i]! - draws[j]!).slice(0, count);
      return chosen.sort((i, j) => i - j);
    }
    case "matrix":
      return [];
  }
}

/** Mean and variance of a long run of the model, from its natural variables all at one. */
function climatology(specification: Specification, key: Key): InitialSpecification {
  const { model, time } = specification;
  const motion = motionOf(specification, truth);
  const crossing = motion.crossing(new Array<number>(climatologySteps).fill(time.step));
  const logs = inLogarithms(model);
  const x0 = tensor(new Array<number>(motion.dimension).fill(logs ? 0 : 1));
  const states = simulate(x0, crossing, key);
  const rows = (states.toArray() as number[][]).slice(climatologySteps / 2);
  const average = (table: number[][], i: number) =>
    table.reduce((sum, row) => sum + row[i]!, 0) / table.length;
  const each = <T>(f: (i: number) => T) => Array.from({ length: motion.dimension }, (_, i) => f(i));
  const variance = each((i) => {
    const mean = average(rows, i);
    return average(
      rows.map((row) => row.map((v) => (v - mean) ** 2)),
      i,
    );
  });
  if (variance.some((v) => !(v > 0))) {
    throw new SpecificationError(
      "method.initial",
      "a long run of the model settles down, so it gives no initial distribution; need { mean, variance }.",
    );
  }
  const mean = each((i) => (logs ? Math.exp(average(rows, i)) : average(rows, i)));
  return { mean, variance };
}
