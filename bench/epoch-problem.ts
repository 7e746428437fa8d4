/** The learning problem that `epoch` times: the corrected Lorenz-96 of the cases, and a twin. */
import {
  cast,
  concat,
  type FloatType,
  full,
  index,
  mul,
  scope,
  slice,
  type Tensor,
  tensor,
  transpose,
} from "kalmia/engine";
import { assimilate, enkf, gridPositions, observedTaper } from "kalmia/filters";
import {
  cyclesOf,
  type LearningProblem,
  type NamedTensors,
  type ParameterDefinition,
  trajectoryKeys,
  type Window,
  windowsOf,
} from "kalmia/learn";
import {
  bindModel,
  lorenz96,
  networkArrays,
  networkOfArrays,
  residualNetworkParams,
  withNoise,
} from "kalmia/models";
import { type Observation, observeComponents } from "kalmia/observe";
import { identity, positive, sampleGaussian, unitInterval } from "kalmia/prob";
import { foldIn, type Key, key, normal, split } from "kalmia/random";
import { observe, simulate } from "kalmia/twin";
import { corrected } from "./cases.js";

export interface EpochSizes {
  readonly dimension: number;
  readonly members: number;
  readonly trajectories: number;
  /** Steps of each trajectory. */
  readonly cycles: number;
  readonly window: number;
  readonly dtype: FloatType;
  /** Keep the memory of one cycle, not of the window. */
  readonly recompute: boolean;
}

const step = 0.05;

/** Steps that are simulated together, so that their memory can be given back. */
const together = 50;

/** True states [steps, B, d] from x₀ [B, d]. */
function truthFrom(x0: Tensor, steps: number): Tensor {
  const transition = bindModel(lorenz96, { dimension: x0.shape[1]!, forcing: 8 }).step(step);
  const parts: Tensor[] = [];
  for (let from = x0, done = 0; done < steps; done += together) {
    const count = Math.min(together, steps - done);
    const crossing = Array.from({ length: count }, () => ({ transition, steps: 1 }));
    const states = scope(() => simulate(from, crossing, key(0)));
    from = index(states, 0, count - 1);
    parts.push(states);
  }
  return concat(parts, 0);
}

/** Observations of true trajectories on the attractor. */
function recordOf(
  { dimension: d, trajectories: B, cycles, dtype }: EpochSizes,
  observed: readonly number[],
): Window {
  const [start, noise, keys] = split(key(1), 3) as [Key, Key, Key];
  return scope(() => {
    const spinup = 500;
    const states = truthFrom(mul(5, normal(start, [B, d])), spinup + cycles);
    const instrument = { operator: observeComponents(observed), variance: 1 };
    const observations = observe(slice(states, 0, spinup, spinup + cycles), instrument, noise);
    const y = transpose(observations, [1, 0, 2]); // [B, K, m]
    return {
      intervals: Array.from({ length: cycles }, () => step),
      trajectories: { y: cast(y, dtype), mask: null, keys: trajectoryKeys(split(keys, B), cycles) },
      shared: {},
    };
  });
}

export function lorenzProblem(sizes: EpochSizes): LearningProblem<Tensor> {
  const { dimension: d, members, trajectories: B, window, dtype, recompute } = sizes;
  const { observed, transition, halfWidth } = corrected("epoch", { ...sizes });
  const operator = observeComponents(observed);
  const domain = { kind: "ring", length: d } as const;
  const taper = observedTaper(gridPositions(d, observed), { domain, halfWidth: halfWidth! }, dtype);
  const network = residualNetworkParams(key(2), dtype);
  const definitions: ParameterDefinition[] = [
    ...Object.entries(networkArrays(network)).map(
      ([name, start]): ParameterDefinition => ({
        ...{ name, start, bijection: identity, group: "dynamics" },
      }),
    ),
    { name: "noise", start: full([d], 2, dtype), bijection: positive(), group: "dynamics" },
    { name: "inflation", start: 0.1, bijection: unitInterval, group: "filter" },
  ];
  const filterAt = ({ inflation }: NamedTensors) =>
    enkf({ members, covarianceInflation: inflation!, taper });
  const first = (_: NamedTensors, { keys }: NamedTensors) => {
    const mean = full([keys!.shape[0]!, d], 0, dtype);
    const prior = { mean, covariance: { kind: "diagonal", variance: 25 } } as const;
    return sampleGaussian(prior, members, keys!);
  };
  const observation = (seen: Pick<Observation, "y" | "mask">): Observation => ({
    ...{ y: seen.y, mask: seen.mask, operator, variance: 1 },
  });
  const keys = split(key(3), B).flatMap((each) => [...each.data()]);
  return {
    definitions,
    dtype,
    bound: 1e4,
    initial: first,
    run: (values, before, part) => {
      const cycles = cyclesOf(part);
      const noisy = withNoise(transition(networkOfArrays(values)), values.noise!);
      return assimilate(
        filterAt(values),
        before,
        cycles.map(({ trajectories }) => ({
          ...{ transition: noisy, steps: 1, observation: observation(trajectories) },
        })),
        cycles.map((cycle) => cycle.key),
        { recompute },
      );
    },
    restart: (values, start, part) => {
      const [cycle] = cyclesOf(part);
      const entryKey = foldIn(cycle!.key, 0);
      const seen = observation(cycle!.trajectories);
      return filterAt(values).analyse(first(values, start), seen, entryKey).state;
    },
    training: {
      start: { keys: tensor(keys, { shape: [B, 2], dtype: "i32" }) },
      windows: windowsOf(recordOf(sizes, observed), window),
    },
    validation: { start: null, windows: [] },
  };
}
