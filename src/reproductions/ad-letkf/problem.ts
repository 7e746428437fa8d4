/** Lorenz-96 observed in part, and the LETKF through which half-width and inflation are learned. */
import { add, expandDims, index, mul, scope, slice, type Tensor } from "../../engine/index.js";
import { gridPositions, letkf, type MethodRecord, neighbours } from "../../filters/index.js";
import {
  type LearningProblem,
  type NamedTensors,
  type ParameterDefinition,
  recordOf,
  type Window,
  windowsOf,
} from "../../learn/index.js";
import { bindModel, lorenz96, propagateThrough } from "../../models/index.js";
import { observeComponents } from "../../observe/index.js";
import { learned, type Use } from "../../parts/index.js";
import { plus, positive } from "../../prob/index.js";
import {
  learnableMethod,
  stateSpace,
  type WindowProblem,
  windowProblem,
} from "../../problem/index.js";
import { type Key, key, normal, split } from "../../random/index.js";

/** The numbers that are learned. */
export interface Pair {
  /** The inflation λ of the anomalies after the analysis. */
  readonly inflation: number;
  /** The half-width c. */
  readonly halfWidth: number;
  /** The forcing F of the model; absent: F is that of the truth, 8, and is not learned. */
  readonly forcing?: number;
}

export interface Twin {
  readonly seed: number;
  /** The number of variables d. */
  readonly dimension: number;
  /** The number of members N. */
  readonly members: number;
  /** The distance between observed components; R = 1. */
  readonly every: number;
  /** Cycles to learn from, the cycles after them to test on, and how many of the latter do not count. */
  readonly training: number;
  readonly test: number;
  readonly spinup: number;
  /** The number of cycles of a window. */
  readonly window: number;
  /** Observations at this distance or farther do not count, for any c. */
  readonly reach: number;
}

export const trueForcing = 8;
const interval = 0.05;
/** Steps from a state near rest to the attractor. */
const transient = 400;

const everyOf = (n: number, every = 1): number[] =>
  Array.from({ length: Math.ceil(n / every) }, (_, i) => i * every);

interface TwinData {
  /** The true states at all cycles, [T, d]. */
  readonly truth: Tensor;
  readonly record: Window;
  /** Members at the first time, as far from the truth as observations are, [1, N, d]. */
  readonly ensemble: Tensor;
}

export function twinOf({ seed, dimension: d, members: N, every, training, test }: Twin): TwinData {
  const [forStart, forNoise, forMembers, forCycles] = split(key(seed), 4) as Key[];
  const transition = bindModel(lorenz96, { dimension: d, forcing: trueForcing }).step(interval);
  const T = training + test;
  const propagations = everyOf(transient + T).map(() => ({ transition, steps: 1 }));
  return scope(() => {
    const states = propagateThrough(
      add(trueForcing, normal(forStart!, [d])),
      propagations,
      key(seed),
    );
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

export interface LetkfProblem extends LearningProblem<unknown>, Pick<WindowProblem, "series"> {
  readonly test: { readonly start: NamedTensors; readonly windows: readonly Window[] };
  /** The true states of the test record, [T, d]. */
  readonly truth: Tensor;
  readonly spinup: number;
}

export function problemOf(twin: Twin, start: Pair): LetkfProblem {
  const { dimension: d, training, test, spinup, window } = twin;
  const { truth, record, ensemble } = twinOf(twin);
  const forcing = start.forcing === undefined ? trueForcing : learned(start.forcing);
  const space = stateSpace({
    ...{ model: lorenz96, parameters: { dimension: d, forcing } },
    ...{ observe: everyOf(d, twin.every), noise: 1, step: interval },
  });
  const definitions: ParameterDefinition[] = [
    { name: "excess", start: start.inflation - 1, bijection: positive(0.05), group: "filter" },
    { name: "halfWidth", start: start.halfWidth, bijection: positive(4), group: "filter" },
    ...(start.forcing === undefined ? [] : [forcingFrom(start.forcing)]),
  ];
  // Without a restart a window that fails is tried again with lower rates.
  const { run, series } = windowProblem(methodOf(twin, start), space, definitions);
  return {
    ...{ definitions, run, series, bound: 1e3 },
    initial: (_, given) => given.ensemble!,
    ...{ truth: slice(truth, 0, training, training + test), spinup },
    training: { start: { ensemble }, windows: windowsOf(record, window, 0, training) },
    validation: { start: null, windows: [] },
    test: {
      // The members of the start are moved to where the test begins.
      start: { ensemble: atTest(ensemble, truth, training) },
      windows: windowsOf(record, window, training, training + test),
    },
  };
}

/** The LETKF; it learns c, and λ by its excess over 1, λ = 1 + excess. */
function methodOf({ dimension: d, members, every, reach }: Twin, start: Pair): Use<MethodRecord> {
  const domain = { kind: "ring", length: d } as const;
  const near = neighbours(gridPositions(d, everyOf(d, every)), { domain, reach });
  const first = (value: number) => learned(value, { positive: true });
  return learnableMethod(
    { excess: first(start.inflation - 1), halfWidth: first(start.halfWidth) },
    ({ excess, halfWidth }) =>
      letkf({ members, neighbours: near, halfWidth, inflation: plus(1, excess), rotate: true }),
  );
}

const forcingFrom = (start: number): ParameterDefinition => ({
  ...{ name: "forcing", start, bijection: positive(), group: "dynamics" },
});

/** The ensemble moved so that it lies about the truth at the beginning of the test. */
const atTest = (ensemble: Tensor, truth: Tensor, training: number): Tensor =>
  scope(() => add(ensemble, add(index(truth, 0, training), mul(-1, index(truth, 0, 0)))));
