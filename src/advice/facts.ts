/** What the advice depends on: the facts of a problem, read from its specification and its data. */
import { sizeOf } from "../engine/index.js";
import type { Data } from "../run/index.js";
import {
  inLogarithms,
  type ModelSpecification,
  placesOf,
  type Specification,
  trainingLength,
} from "../run/index.js";

export interface ProblemFacts {
  /** d */
  readonly state: number;
  /** m, values at a time. */
  readonly observed: number;
  /** Of the variables, how many are seen at a time: a mean over the times, gaps left out. */
  readonly observedShare: number;
  /** Of the variables, how many no observation ever sees. */
  readonly neverObserved: number;
  /** Other variables are observed at each time. */
  readonly changing: boolean;
  readonly gaps: boolean;
  readonly linear: boolean;
  readonly normalErrors: boolean;
  /** Observations are a matrix times the state. */
  readonly linearView: boolean;
  /** The variables have places, and single ones are observed: covariances can be tapered. */
  readonly places: boolean;
  /** Variables stay positive by folding at zero. */
  readonly folded: boolean;
  /** A real record, whose true system nobody knows. */
  readonly real: boolean;
  /** The model is known to differ from the system. */
  readonly imperfect: boolean;
  /** The model has noise of its own. */
  readonly noisy: boolean;
  readonly learns: boolean;
  /** Whether the variance of the model's noise, and that of the observations, is learned. */
  readonly learnsNoise: boolean;
  readonly learnsErrors: boolean;
  /** Values observed that are learned from. */
  readonly values: number;
  /** Bytes that a computation can have; null: unknown. */
  readonly memory: number | null;
}

/** `data` may be of fewer times than the specification has. */
export function factsOf(
  specification: Specification,
  data: Data,
  dimension: number,
  memory: number | null,
): ProblemFacts {
  const { model, observations } = specification;
  const { noise } = observations;
  const logs = inLogarithms(model);
  const normal = noise.kind === "normal";
  const matrix = observations.kind === "twin" && observations.operator.kind === "matrix";
  return {
    state: dimension,
    ...observedFacts(specification, data, dimension),
    linear: model.kind === "linear" || model.kind === "clohessy-wiltshire",
    normalErrors: normal,
    linearView: model.kind !== "lotka-volterra" || logs !== normal,
    places: placesOf(model) !== null && !matrix,
    folded: model.kind === "lotka-volterra" && !logs,
    real: observations.kind === "record",
    imperfect: isImperfect(model),
    noisy: (model.processNoise?.variance ?? 0) !== 0,
    learns: specification.learn !== null,
    learnsNoise: isLearned(model.processNoise),
    learnsErrors: isLearned(noise),
    memory,
  };
}

export const isImperfect = (model: ModelSpecification): boolean =>
  model.kind === "lorenz96" && (model.imperfect ?? model.correction) !== undefined;

/** Whether some of it is learned, at any depth. */
export const isLearned = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  ("learn" in value || Object.values(value).some(isLearned));

type Observed = Pick<
  ProblemFacts,
  "observed" | "observedShare" | "neverObserved" | "changing" | "gaps" | "values"
>;

function observedFacts(
  { observations, time, learn }: Specification,
  { training, view }: Data,
  d: number,
): Observed {
  const [first] = training;
  const m = first!.series.y.shape.at(-1)!;
  if (observations.kind === "record") {
    const { values, components } = observations.record;
    const seen = values.map((row) => row.map((value) => !Number.isNaN(value)));
    const count = (rows: readonly (readonly boolean[])[]) => rows.flat().filter(Boolean).length;
    const ever = components.filter((_, j) => seen.some((row) => row[j]));
    const used = trainingLength(learn?.validation ?? 0, values.length);
    return {
      observed: m,
      observedShare: count(seen) / (values.length * d),
      neverObserved: 1 - new Set(ever).size / d,
      changing: false,
      gaps: count(seen) < sizeOf([values.length, m]),
      values: count(seen.slice(0, used)),
    };
  }
  const cycles = time.cycles!;
  const changing = view.operator === null;
  const share = Math.min(1, m / d);
  const unseen = changing
    ? (1 - share) ** cycles
    : 1 - everSeen(first!.plain.components, view, d) / d;
  return {
    observed: m,
    observedShare: share,
    neverObserved: unseen < 1e-3 ? 0 : unseen,
    changing,
    gaps: false,
    values: training.length * trainingLength(learn?.validation ?? 0, cycles) * m,
  };
}

/** How many variables an operator sees: those picked, or those with a weight in a matrix. */
function everSeen(components: readonly number[], { operator }: Data["view"], d: number): number {
  if (components.every((i) => i >= 0)) return new Set(components).size;
  const rows = operator!.matrix(d)!.toArray() as number[][];
  return rows[0]!.filter((_, i) => rows.some((row) => row[i] !== 0)).length;
}
