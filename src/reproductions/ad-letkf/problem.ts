/** Lorenz-96 observed in part, and the LETKF through which half-width and inflation are learned. */
import {
  add,
  expandDims,
  index,
  mean,
  mul,
  scope,
  slice,
  stack,
  type Tensor,
} from "../../engine/index.js";
import {
  assimilate,
  assimilateSeries,
  type Cycle,
  gridPositions,
  letkf,
  neighbours,
} from "../../filters/index.js";
import {
  cyclesOf,
  type Evaluated,
  type LearningProblem,
  type NamedTensors,
  type ParameterDefinition,
  recordOf,
  type Window,
  windowsOf,
} from "../../learn/index.js";
import { bindModel, lorenz96, propagateThrough } from "../../models/index.js";
import { observeComponents } from "../../observe/index.js";
import { positive } from "../../prob/index.js";
import { type Key, key, normal, split } from "../../random/index.js";

/** What is learned. */
export interface Pair {
  /** λ, on anomalies after the analysis. */
  readonly inflation: number;
  /** c */
  readonly halfWidth: number;
  /** F of the model; not given: that of the truth, 8, and not learned. */
  readonly forcing?: number;
}

export interface Twin {
  readonly seed: number;
  /** d */
  readonly dimension: number;
  /** N */
  readonly members: number;
  /** Every how many components one is observed, with R = 1. */
  readonly every: number;
  /** Cycles to learn from, those to test on after them, and how many of the latter do not count. */
  readonly training: number;
  readonly test: number;
  readonly spinup: number;
  /** Cycles of a window. */
  readonly window: number;
  /** Observations at this distance or farther do not count, whatever c becomes. */
  readonly reach: number;
}

export const trueForcing = 8;
const interval = 0.05;
/** Steps from near rest to the attractor. */
const transient = 400;

const everyOf = (n: number, every = 1): number[] =>
  Array.from({ length: Math.ceil(n / every) }, (_, i) => i * every);

interface TwinData {
  /** States at all cycles, [T, d]. */
  readonly truth: Tensor;
  readonly record: Window;
  /** Members at the first time, as far from the truth as observations are, [1, N, d]. */
  readonly ensemble: Tensor;
}

export function twinOf({ seed, dimension: d, members: N, every, training, test }: Twin): TwinData {
  const [forStart, forNoise, forMembers, forCycles] = split(key(seed), 4) as Key[];
  const transition = bindModel(lorenz96, { dimension: d, forcing: trueForcing }).step(interval);
  const T = training + test;
  const crossing = everyOf(transient + T).map(() => ({ transition, steps: 1 }));
  return scope(() => {
    const states = propagateThrough(add(trueForcing, normal(forStart!, [d])), crossing, key(seed));
    const truth = slice(states, 0, transient, transient + T);
    const seen = observeComponents(everyOf(d, every)).apply(truth); // [T, m]
    const y = add(seen, normal(forNoise!, seen.shape));
    const record = recordOf(
      { intervals: everyOf(T).map(() => interval), y, mask: null },
      forCycles!,
    );
    const first = add(index(truth, 0, 0), normal(forMembers!, [N, d]));
    return { truth, record, ensemble: expandDims(first, 0) };
  });
}

/** Of the analyses. */
interface Analyses {
  /** [1, L, d] */
  readonly means: Tensor;
  /** −ℓ a value observed, [1, L]. */
  readonly loss: Tensor;
}

export interface LetkfProblem extends LearningProblem<Tensor> {
  readonly test: { readonly start: NamedTensors; readonly windows: readonly Window[] };
  /** Of the test record, [T, d]. */
  readonly truth: Tensor;
  readonly spinup: number;
  through(values: NamedTensors, before: Tensor, window: Window): Evaluated<Tensor, Analyses>;
}

export function problemOf(twin: Twin, start: Pair): LetkfProblem {
  const { dimension: d, members, every, training, test, spinup, window, reach } = twin;
  const { truth, record, ensemble } = twinOf(twin);
  const observed = everyOf(d, every);
  const operator = observeComponents(observed);
  const near = neighbours(gridPositions(d, observed), {
    domain: { kind: "ring", length: d },
    reach,
  });
  const filterOf = ({ excess, halfWidth }: NamedTensors) =>
    letkf({
      ...{ members, neighbours: near, halfWidth: halfWidth! },
      ...{ inflation: add(1, excess!), rotate: true },
    });
  const crossing = (values: NamedTensors, part: Window) => {
    const forcing = values.forcing ?? trueForcing;
    const transition = bindModel(lorenz96, { dimension: d, forcing }).step(interval);
    const each = cyclesOf(part);
    const cycles = each.map(({ trajectories: { y } }): Cycle => {
      return { transition, steps: 1, observation: { y, operator, variance: 1, mask: null } };
    });
    return { cycles, keys: each.map((cycle) => cycle.key) };
  };
  const startsFrom = { ensemble };
  return {
    definitions: [
      // λ = 1 + excess
      { name: "excess", start: start.inflation - 1, bijection: positive(0.05), group: "filter" },
      { name: "halfWidth", start: start.halfWidth, bijection: positive(4), group: "filter" },
      ...(start.forcing === undefined ? [] : [forcingFrom(start.forcing)]),
    ],
    initial: (_, given) => given.ensemble!,
    run: (values, before, part) => {
      const { cycles, keys } = crossing(values, part);
      return assimilate(filterOf(values), before, cycles, keys);
    },
    through: (values, before, part) => {
      const { cycles, keys } = crossing(values, part);
      const { state, series } = assimilateSeries(filterOf(values), before, cycles, keys);
      const means = series.map(({ analysis }) => mean(analysis, -2));
      const losses = series.map(({ evidence }) => mul(-1 / observed.length, evidence!.logEvidence));
      return { state, series: { means: stack(means, 1), loss: stack(losses, 1) } };
    },
    bound: 1e3,
    ...{ truth: slice(truth, 0, training, training + test), spinup },
    training: { start: startsFrom, windows: windowsOf(record, window, 0, training) },
    validation: { start: null, windows: [] },
    test: {
      // the members are those of the start, moved to where the test begins
      start: { ensemble: atTest(ensemble, truth, training) },
      windows: windowsOf(record, window, training, training + test),
    },
  };
}

const forcingFrom = (start: number): ParameterDefinition => ({
  ...{ name: "forcing", start, bijection: positive(), group: "dynamics" },
});

/** The same deviations about the truth at the beginning of the test. */
const atTest = (ensemble: Tensor, truth: Tensor, training: number): Tensor =>
  scope(() => add(ensemble, add(index(truth, 0, training), mul(-1, index(truth, 0, 0)))));
