/** Twins: courses of the true system, and observations made of them. */
import {
  capture,
  index,
  NumericError,
  release,
  scope,
  type Tensor,
  tensor,
} from "../engine/index.js";
import { propagate } from "../models/index.js";
import { observationSeries } from "../observe/index.js";
import { sampleGaussian } from "../prob/index.js";
import { foldIn, type Key, split, uniform } from "../random/index.js";
import { observe } from "../twin/index.js";
import {
  changingView,
  observationVariance,
  operatorAt,
  priorOf,
  supportOf,
  type View,
  viewOfComponents,
  viewOfMatrix,
} from "./assembly.js";
import type { Data, Trajectory, TrajectoryKeys } from "./data.js";
import { inLogarithms, motionOf, trueSystem } from "./motion.js";
import {
  type InitialSpecification,
  type Specification,
  SpecificationError,
  type TwinOperator,
  type TwinSpecification,
} from "./specification.js";
import { truth } from "./values.js";

/** Purposes of the key of the data; 0 is that of the climatology. */
const purposes = { start: 1, operator: 2, course: 3, trajectories: 4 } as const;

/** What a trajectory is made with: one of many has a key of its own for everything. */
interface Seed extends TrajectoryKeys {
  readonly data: Key;
}

function seedsOf(count: number | null, key: Key, keys: TrajectoryKeys): Seed[] {
  if (count === null) return [{ ...keys, data: key }];
  const own = (of: Key, i: number) => foldIn(of, i);
  const data = foldIn(key, purposes.trajectories);
  return Array.from({ length: count }, (_, i) => ({
    data: own(data, i),
    initial: own(keys.initial, i),
    cycles: own(keys.cycles, i),
  }));
}

export function twinTrajectories(
  given: Specification,
  twin: TwinSpecification,
  initial: InitialSpecification,
  key: Key,
  keys: TrajectoryKeys,
): Pick<Data, "view" | "training" | "validation" | "test"> {
  const specification = trueSystem(given);
  const { operator, trajectories: counts = null } = twin;
  const { dimension } = motionOf(specification, truth);
  const total = counts && counts.training + counts.validation + counts.test;
  const seeds = seedsOf(total, key, keys);
  const components = observedComponents(operator, dimension, foldIn(key, purposes.operator));
  const view = viewOf(specification, twin, components);
  const courses = coursesOf(specification, initial, seeds);
  const made = courses.map((states, b) =>
    observed(specification, twin, view, components, states, seeds[b]!),
  );
  if (counts === null) return { view, training: made, validation: [], test: made };
  const { training, validation } = counts;
  return {
    view,
    training: made.slice(0, training),
    validation: made.slice(training, training + validation),
    test: made.slice(training + validation),
  };
}

function viewOf(
  { model }: Specification,
  { operator, noise }: TwinSpecification,
  components: readonly number[] | null,
): View {
  if (operator.kind === "matrix") return viewOfMatrix(operator.matrix);
  if (components !== null) return viewOfComponents(model, noise, components);
  if (noise.kind === "normal" && !inLogarithms(model)) return changingView(supportOf(model));
  throw new SpecificationError(
    "observations.twin.operator",
    "changes with time, which is built for normal noise of the state's own variables; need that, or the same variables at every time.",
  );
}

const timesOf = ({ time }: Specification): number[] =>
  Array.from({ length: time.cycles! }, (_, k) => (k + 1) * time.step * time.observeEvery);

const intervalsOf = ({ time }: Specification): number[] =>
  new Array<number>(time.cycles!).fill(time.step * time.observeEvery);

/** The truths in the state's own variables, [B][K][d]; all go together, each with keys of its own. */
function coursesOf(
  specification: Specification,
  initial: InitialSpecification,
  seeds: readonly Seed[],
): number[][][] {
  const batch = (keyOf: (seed: Seed) => Key) => keysOf(seeds.map(keyOf));
  const { dimension: d } = motionOf(specification, truth);
  const step = capture((x: Tensor, key: Key) => {
    const motion = motionOf(specification, truth);
    const [interval] = motion.crossing(intervalsOf(specification).slice(0, 1));
    return propagate(x, interval!, key);
  });
  const courses = seeds.map((): number[][] => []);
  try {
    let x = scope(() => {
      const prior = priorOf(initial, specification.model, motionOf(specification, truth), truth);
      const starts = batch(({ data }) => foldIn(data, purposes.start));
      return index(sampleGaussian(prior, 1, starts), 1, 0); // [B, d]
    });
    const keys = batch(({ data }) => courseKeys(data)[0]);
    for (const k of timesOf(specification).keys()) {
      const before = x;
      x = scope(() => step(before, foldIn(keys, k)));
      release(before);
      const states = x.data();
      for (const [b, course] of courses.entries()) {
        course.push([...states.subarray(b * d, (b + 1) * d)]);
      }
    }
    return courses;
  } catch (error) {
    if (!(error instanceof NumericError)) throw error;
    throw new SpecificationError(
      "model",
      `the truth of the twin overflows (${error.message}); need shorter steps, or parameters and initial values for which it stays finite.`,
    );
  } finally {
    step.forget();
  }
}

/** Several keys as a batch, [B, 2]. */
export const keysOf = (keys: readonly Key[]): Key =>
  tensor(
    keys.flatMap((key) => [...key.data()]),
    { shape: [keys.length, 2], dtype: "i32" },
  );

/** Of the truth's noise and of the errors of its observations. */
const courseKeys = (data: Key): [Key, Key] => split(foldIn(data, purposes.course)) as [Key, Key];

/** One course of states [K][d] as it is observed. */
function observed(
  specification: Specification,
  { operator, noise }: TwinSpecification,
  view: View,
  components: readonly number[] | null,
  states: readonly (readonly number[])[],
  { data, initial, cycles }: Seed,
): Trajectory {
  const d = states[0]!.length;
  const times = timesOf(specification);
  const places = components === null ? drawnEachTime(operator, d, times.length, data) : null;
  const positions =
    places && tensor(places.flat(), { shape: [times.length, places[0]!.length], dtype: "i32" });
  const compared = scope(() => {
    const instrument = {
      operator: operatorAt(view, positions, d),
      support: view.support,
      variance: observationVariance(noise, truth),
    };
    return observe(tensor(states), instrument, courseKeys(data)[1]).toArray() as number[][];
  });
  const inLogs = inLogarithms(specification.model);
  const natural = (row: readonly number[], logs: boolean) =>
    row.map((v) => (logs ? Math.exp(v) : v));
  const values = compared.map((row) => natural(row, view.transform === "log"));
  const rows = places === null ? values : values.map((row, k) => spreadOver(row, places[k]!, d));
  const shown = components ?? states[0]!.map((_, i) => i);
  return {
    // The prior holds at time 0, one interval before the first observation.
    series: {
      ...observationSeries({ times, values }, view.transform),
      intervals: intervalsOf(specification),
    },
    positions,
    plain: {
      timeName: "time",
      times,
      columns: rows[0]!.map((_, j) => (operator.kind === "matrix" ? `y${j}` : `x${shown[j]}`)),
      components: operator.kind === "matrix" ? rows[0]!.map(() => -1) : shown,
      values: rows,
    },
    truth: states.map((row) => natural(row, inLogs)),
    keys: { initial, cycles },
  };
}

/** Values at these places of d, NaN at the others. */
export function spreadOver(
  values: readonly number[],
  places: ArrayLike<number>,
  d: number,
): number[] {
  const row = new Array<number>(d).fill(Number.NaN);
  for (const [j, v] of values.entries()) row[places[j]!] = v;
  return row;
}

/** A share of d components, in order, drawn with a key. */
function drawn(ratio: number, d: number, key: Key): number[] {
  const draws = uniform(key, [d]).data();
  const all = Array.from({ length: d }, (_, i) => i);
  const chosen = all.toSorted((i, j) => draws[i]! - draws[j]!).slice(0, countOf(ratio, d));
  return chosen.sort((i, j) => i - j);
}

const countOf = (ratio: number, d: number): number => Math.max(1, Math.round(ratio * d));

/** The components seen at each time, [K][m]. */
function drawnEachTime(operator: TwinOperator, d: number, times: number, data: Key): number[][] {
  const { ratio } = operator as Extract<TwinOperator, { kind: "random" }>;
  const key = foldIn(data, purposes.operator);
  return Array.from({ length: times }, (_, k) => scope(() => drawn(ratio, d, foldIn(key, k))));
}

/** The state components that an operator sees, none of its own for a matrix; null: they change. */
function observedComponents(operator: TwinOperator, d: number, key: Key): number[] | null {
  const all = Array.from({ length: d }, (_, i) => i);
  switch (operator.kind) {
    case "identity":
      return all;
    case "every":
      return all.filter((i) => i % operator.every === 0);
    case "indices":
      return [...operator.indices];
    case "random":
      return operator.everyStep ? null : drawn(operator.ratio, d, key);
    case "spaced": {
      const m = countOf(operator.ratio, d);
      return Array.from({ length: m }, (_, j) => Math.floor((j * d) / m));
    }
    case "matrix":
      return [];
  }
}
