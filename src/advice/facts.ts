/** What the advice depends on: the facts of a problem, read from its specification and its data. */
import { scope, sizeOf } from "../engine/index.js";
import { isExact } from "../observe/index.js";
import { isLearned, startValues } from "../parts/index.js";
import type { Scalar } from "../prob/index.js";
import { bindSystem, trainingLength } from "../problem/index.js";
import type { Data, Specification } from "../run/index.js";

export interface ProblemFacts {
  /** d */
  readonly state: number;
  /** m, values at a time. */
  readonly observed: number;
  /** The fraction of the variables that is observed at a time: a mean over the times, gaps left out. */
  readonly observedFraction: number;
  /** The fraction of the variables that is never observed. */
  readonly neverObserved: number;
  /** Other variables are observed at each time. */
  readonly changing: boolean;
  readonly gaps: boolean;
  readonly linear: boolean;
  readonly normalErrors: boolean;
  /** Observations are a matrix times the state. */
  readonly linearView: boolean;
  /** The variables have positions and are observed one by one: covariances can be tapered. */
  readonly positions: boolean;
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
  /** R as one number, a mean over the observations; of what is learned the start. */
  readonly errorVariance: number;
  /** Something is observed without error. */
  readonly exact: boolean;
  /** Bytes that the process can have; null: unknown. */
  readonly memory: number | null;
}

/** `data` may be of fewer times than the specification has. */
export function factsOf(
  specification: Specification,
  data: Data,
  memory: number | null,
): ProblemFacts {
  const { model: given, observations, learn, processNoise, filterProcessNoise } = specification;
  const { noise } = observations;
  const { system } = data;
  return scope(() => {
    const { model, variance } = bindSystem(system, startValues);
    const logs = model.coordinates === "log";
    const normal = noise.record.transform === "identity";
    const own = filterProcessNoise ?? processNoise;
    return {
      state: model.dimension,
      ...observedFacts(specification, data, model.dimension),
      linear: model.linear ?? false,
      normalErrors: normal,
      linearView: system.view.operator?.linear ?? true,
      positions: model.geometry !== undefined && system.observed.kind !== "operator",
      folded: model.positive === true && !logs,
      real: observations.kind === "record",
      imperfect: isImperfect(given),
      noisy: own !== null && own.variance !== 0,
      learns: learn !== null,
      learnsNoise: isLearned(own),
      learnsErrors: isLearned(noise.block),
      errorVariance: meanOf(variance),
      exact: isExact(variance),
      memory,
    };
  });
}

/** The mean of one number or of several. */
function meanOf(x: Scalar): number {
  if (typeof x === "number") return x;
  const values = [...x.data()];
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

/** The model is known to differ from the true system of a twin. */
const isImperfect = ({ record, block }: Specification["model"]): boolean => {
  const truth = record.truth?.(block) ?? block;
  return Object.keys(truth).length < Object.keys(block).length;
};

type Observed = Pick<
  ProblemFacts,
  "observed" | "observedFraction" | "neverObserved" | "changing" | "gaps" | "values"
>;

function observedFacts(
  { observations, time, learn }: Specification,
  { training, endless, test, system: { view } }: Data,
  d: number,
): Observed {
  const first = training[0] ?? test[0];
  const m = first!.series.y.shape.at(-1)!;
  if (observations.kind === "record") {
    const { values, components } = observations.record;
    const seen = values.map((row) => row.map((value) => !Number.isNaN(value)));
    const count = (rows: readonly (readonly boolean[])[]) => rows.flat().filter(Boolean).length;
    const ever = components.filter((_, j) => seen.some((row) => row[j]));
    const used = trainingLength(learn?.validation ?? 0, values.length);
    return {
      observed: m,
      observedFraction: count(seen) / (values.length * d),
      neverObserved: 1 - new Set(ever).size / d,
      changing: false,
      gaps: count(seen) < sizeOf([values.length, m]),
      values: count(seen.slice(0, used)),
    };
  }
  const cycles = time.cycles!;
  const changing = view.operator === null;
  const fraction = Math.min(1, m / d);
  const unseen = changing
    ? Math.exp(cycles * Math.log1p(-fraction))
    : 1 - everSeen(first!.record.components, view, d) / d;
  return {
    observed: m,
    observedFraction: fraction,
    neverObserved: unseen < 1e-3 ? 0 : unseen,
    changing,
    gaps: false,
    values:
      (endless?.trajectories ?? training.length) *
      trainingLength(learn?.validation ?? 0, cycles) *
      m,
  };
}

/**
 * How many variables an operator sees: those picked, or those with a weight in a matrix; all of them
 * where it is not linear.
 */
function everSeen(
  components: readonly number[],
  { operator }: Data["system"]["view"],
  d: number,
): number {
  if (components.every((i) => i >= 0)) return new Set(components).size;
  const matrix = operator!.matrix(d);
  if (matrix === null) return d;
  const rows = matrix.toArray() as number[][];
  return rows[0]!.filter((_, i) => rows.some((row) => row[i] !== 0)).length;
}
