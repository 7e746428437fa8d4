/**
 * A small learning problem of several trajectories: Lorenz-96, eight variables, six seen, with a
 * dense matrix, a vector and a number to learn, of an EnKF.
 */
import {
  add,
  type FloatType,
  full,
  matmul,
  mul,
  scope,
  square,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "../../src/engine/index.js";
import { assimilate, enkf } from "../../src/filters/index.js";
import {
  cyclesOf,
  type LearningProblem,
  type NamedTensors,
  type ParameterDefinition,
  trajectoryKeys,
  type Window,
  windowsOf,
} from "../../src/learn/index.js";
import { bindModel, lorenz96, propagateThrough, type Transition } from "../../src/models/index.js";
import { drawObservations, type Observation, observeComponents } from "../../src/observe/index.js";
import { identity, positive, sampleGaussian, unitInterval } from "../../src/prob/index.js";
import { foldIn, key, normal, split } from "../../src/random/index.js";

export const [d, N, B, K] = [8, 12, 4, 24];
const seen = [0, 1, 3, 4, 6, 7];
const operator = observeComponents(seen);

export interface Case {
  readonly dtype?: FloatType;
  /** Cycles of a window. */
  readonly window?: number;
  /** Trajectories that validation has of its own; 0: the last third of each is for validation. */
  readonly apart?: number;
  /** What the map is multiplied by before it is corrected; beyond 1 it may explode. */
  readonly stretch?: number;
}

/** Records of trajectories of the true system, dtype and gaps and all. */
function recordFor(trajectories: number, seed: number, dtype: FloatType): Window {
  return scope(() => {
    const [start, noise] = split(key(seed)) as [Tensor, Tensor];
    const x0 = add(8, normal(start, [trajectories, d])); // off the fixed point
    const crossing = Array.from({ length: K }, () => ({
      transition: bindModel(lorenz96, { dimension: d, forcing: 8 }).step(0.05),
      steps: 4,
    }));
    const [truthKey, errorKey] = split(noise) as [Tensor, Tensor];
    const states = propagateThrough(x0, crossing, truthKey);
    const observations = drawObservations(states, { operator, variance: 0.5 }, errorKey);
    const y = transpose(observations, [1, 0, 2]); // [B, K, m]
    return {
      intervals: crossing.map(() => 0.2),
      trajectories: {
        y: tensor(y.data(), { shape: y.shape, dtype }),
        mask: null,
        keys: trajectoryKeys(split(key(seed + 1), trajectories), K),
      },
      shared: {},
    };
  });
}

const startOf = (trajectories: number, seed: number): NamedTensors => ({
  keys: tensor(
    split(key(seed), trajectories).flatMap((k) => [...k.data()]),
    { shape: [trajectories, 2], dtype: "i32" },
  ),
});

export function lorenzProblem({
  dtype = "f64",
  window = 8,
  apart = 2,
  stretch = 1,
}: Case = {}): LearningProblem<Tensor> {
  const definitions: ParameterDefinition[] = [
    {
      ...{ name: "correction", start: zeros([d, d], dtype) },
      ...{ bijection: identity, group: "dynamics" },
    },
    {
      ...{ name: "noise", start: full([d], 0.5, dtype) },
      ...{ bijection: positive(), group: "dynamics" },
    },
    { name: "inflation", start: 0.2, bijection: unitInterval, group: "filter" },
  ];
  const first = (_: NamedTensors, { keys }: NamedTensors) =>
    sampleGaussian(
      {
        mean: full([keys!.shape[0]!, d], 2, dtype),
        covariance: { kind: "diagonal", variance: 4 },
      },
      N,
      keys!,
    );
  const filterAt = ({ inflation }: NamedTensors) =>
    enkf({ members: N, covarianceInflation: inflation! });
  const base = bindModel(lorenz96, { dimension: d, forcing: 8 }, { substeps: 4 }).step(0.2);
  const transitionAt = ({ correction, noise }: NamedTensors): Transition => ({
    map: (x) => add(mul(stretch, base.map(x)), matmul(x, correction!)),
    noise: square(noise!),
  });
  const observed = (trajectories: Pick<Observation, "y" | "mask">): Observation => ({
    ...trajectories,
    ...{ operator, variance: 0.5 },
  });
  const record = recordFor(B, 5, dtype);
  const split_ = apart > 0 ? K : (2 * K) / 3;
  return {
    definitions,
    dtype,
    initial: first,
    run: (values, before, part) => {
      const cycles = cyclesOf(part);
      const transition = transitionAt(values);
      return assimilate(
        filterAt(values),
        before,
        cycles.map(({ trajectories }) => ({
          ...{ transition, steps: 1, observation: observed(trajectories) },
        })),
        cycles.map(({ key: each }) => each),
      );
    },
    restart: (values, start, part) => {
      const [cycle] = cyclesOf(part);
      const observation = observed(cycle!.trajectories);
      return filterAt(values).analyse(first(values, start), observation, foldIn(cycle!.key, 0))
        .state;
    },
    training: { start: startOf(B, 9), windows: windowsOf(record, window, 0, split_) },
    validation:
      apart > 0
        ? { start: startOf(apart, 10), windows: windowsOf(recordFor(apart, 7, dtype), window) }
        : { start: null, windows: windowsOf(record, window, split_) },
  };
}
