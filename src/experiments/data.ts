/** The observations of an experiment: a record, or those of a twin made for it. */
import { index, NumericError, scope } from "../engine/index.js";
import { type ObservationSeries, observationSeries } from "../observe/index.js";
import { sampleGaussian } from "../prob/index.js";
import { foldIn, type Key, uniform } from "../random/index.js";
import { twin } from "../twin/index.js";
import {
  inLogarithms,
  motionOf,
  observationVariance,
  priorOf,
  type View,
  viewOfComponents,
  viewOfMatrix,
} from "./assembly.js";
import { climatology } from "./climatology.js";
import type { ObservationSeries as Plain } from "./output.js";
import {
  type InitialSpecification,
  type NoiseSpecification,
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

export function dataOf(specification: Specification, key: Key): Data {
  const { observations } = specification;
  return observations.kind === "record"
    ? recordData(specification, observations)
    : twinData(specification, observations, key);
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
  const { dimension } = motionOf(specification, truth);
  const interval = time.step * time.observeEvery;
  const times = Array.from({ length: time.cycles! }, (_, k) => (k + 1) * interval);
  const initial = method.initial ?? climatology(specification, foldIn(key, 0));

  const components = observedComponents(operator, dimension, foldIn(key, 2));
  const view =
    operator.kind === "matrix"
      ? viewOfMatrix(operator.matrix)
      : viewOfComponents(model, noise, components);
  const intervals = times.map(() => interval);
  const { states, compared } = simulateTwin(specification, noise, initial, intervals, view, key);
  const logs = view.transform === "log";
  const values = compared.map((row) => row.map((v) => (logs ? Math.exp(v) : v)));
  const series = observationSeries({ times, values }, view.transform);
  return {
    view,
    // The prior holds at time 0, one interval before the first observation.
    series: { ...series, intervals },
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

/** The truth in the state's own variables, [K][d], and the observations as compared, [K][m]. */
function simulateTwin(
  specification: Specification,
  noise: NoiseSpecification,
  initial: InitialSpecification,
  intervals: readonly number[],
  { operator, support }: View,
  key: Key,
): { states: number[][]; compared: number[][] } {
  try {
    return scope(() => {
      const motion = motionOf(specification, truth);
      const prior = priorOf(initial, specification.model, motion, truth);
      const x0 = index(sampleGaussian(prior, 1, foldIn(key, 1)), 0, 0); // [d]
      const instrument = { operator, support, variance: observationVariance(noise, truth) };
      const made = twin(x0, motion.crossing(intervals), instrument, foldIn(key, 3));
      return {
        states: made.states.toArray() as number[][],
        compared: made.observations.toArray() as number[][],
      };
    });
  } catch (error) {
    if (!(error instanceof NumericError)) throw error;
    throw new SpecificationError(
      "model",
      `the truth of the twin overflows (${error.message}); need shorter steps, or parameters and initial values for which it stays finite.`,
    );
  }
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
