/**
 * The six cases of the peer program torch_adfilter.py, in the words of the library: a window of a
 * differentiable filter over 8 trajectories, its loss (eq. 14) and the gradient of all that is
 * learned. The sizes are arguments, so that the same cases serve a comparison of gradients.
 */
import {
  add,
  eye,
  type FloatType,
  full,
  index,
  mul,
  neg,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
  zeros,
} from "kalmia/engine";
import {
  assimilate,
  type Cycle,
  cycleKeys,
  type EnkfInflation,
  enkf,
  type Filter,
  gridPositions,
  type ObservedTaper,
  observedTaper,
  threedvarC,
} from "kalmia/filters";
import {
  bindModel,
  clohessyWiltshire,
  lorenz96,
  lotkaVolterra,
  type ResidualNetworkParams,
  residualNetwork,
  residualNetworkParams,
  type Transition,
  withNoise,
  withResidual,
} from "kalmia/models";
import { type Observation, observeComponents } from "kalmia/observe";
import { type Key, key, keyBatch, normal, split, uniform } from "kalmia/random";

/** What is learned of a model, and beside it: latents of Q and φ, or B. */
export interface Learned<Dynamics> {
  readonly dynamics: Dynamics;
  /** √diag Q = softplus(noise), [d]; EnKF only. */
  readonly noise?: Tensor;
  /** 1 + φ = softplus(inflation), []; EnKF only. */
  readonly inflation?: Tensor;
  /** B of C = B Bᵀ, [d, d]; 3DVar-C only. */
  readonly factor?: Tensor;
}

export interface Sizes {
  /** d */
  readonly dimension: number;
  /** N; null: 3DVar-C, one state. */
  readonly members: number | null;
  /** L, steps of a window. */
  readonly cycles: number;
  readonly trajectories: number;
}

/** Everything that a window starts from. */
export interface Inputs<Dynamics> {
  readonly learned: Learned<Dynamics>;
  /** [trajectories, N, d], or [trajectories, d] of 3DVar-C */
  readonly initial: Tensor;
  /** [L, trajectories, m] */
  readonly values: Tensor;
  /** One for each trajectory, [trajectories, 2] */
  readonly keys: Key;
}

export interface StepCase<Dynamics> {
  readonly name: string;
  readonly sizes: Sizes;
  readonly observed: readonly number[];
  /** R, of every observation. */
  readonly variance: number;
  readonly transition: (dynamics: Dynamics) => Transition;
  /** Half-width of Gaspari and Cohn's taper on the ring of the state; null: none. */
  readonly halfWidth: number | null;
  readonly inputs: (dtype: FloatType) => Inputs<Dynamics>;
}

/** F(x) + √Q ξ */
export const noisyTransition = <D>(
  { transition }: StepCase<D>,
  { dynamics, noise }: Learned<D>,
): Transition =>
  noise === undefined
    ? transition(dynamics)
    : withNoise(transition(dynamics), square(softplus(noise)));

/** φ and ρ of the EnKF. */
export function gainParams<D>(
  { halfWidth, observed, sizes: { dimension: d } }: StepCase<D>,
  { inflation }: Learned<D>,
): EnkfInflation {
  const covarianceInflation = sub(softplus(inflation!), 1);
  if (halfWidth === null) return { covarianceInflation };
  const domain = { kind: "ring", length: d } as const;
  const dtype = inflation!.dtype as FloatType;
  const places = gridPositions(d, observed);
  const taper: ObservedTaper = observedTaper(places, { domain, halfWidth }, dtype);
  return { covarianceInflation, taper };
}

/** y_t for every t, all seen through one operator. */
export function observationsOf<D>(
  { observed, variance }: StepCase<D>,
  values: Tensor,
): Observation[] {
  const operator = observeComponents(observed);
  const at = (t: number) => index(values, 0, t);
  return Array.from({ length: values.shape[0]! }, (_, t) => ({
    ...{ y: at(t), operator, variance, mask: null },
  }));
}

export function filterOf<D>(
  each: StepCase<D>,
  learned: Learned<D>,
  { operator, variance }: Observation,
): Filter<Tensor> {
  const { members } = each.sizes;
  if (members !== null) return enkf({ members, ...gainParams(each, learned) });
  return threedvarC({
    covariance: { kind: "dense", factor: learned.factor! },
    observing: { operator, variance },
  });
}

/** J = −Σ log-evidence of a window, all trajectories together. */
export const windowLoss =
  <D>(each: StepCase<D>) =>
  (learned: Learned<D>, initial: Tensor, values: Tensor, from: Key): Tensor => {
    const transition = noisyTransition(each, learned);
    const observations = observationsOf(each, values);
    const cycles = observations.map(
      (observation): Cycle => ({ transition, steps: 1, observation }),
    );
    const filter = filterOf(each, learned, observations[0]!);
    const keys = cycleKeys(from, 0, cycles.length);
    return neg(sum(assimilate(filter, initial, cycles, keys).logEvidence));
  };

/** How states, observations and dynamics start: normal numbers but for the abundances. */
interface Start<Dynamics> {
  readonly dynamics: (dtype: FloatType, from: Key) => Dynamics;
  readonly draw: typeof normal;
}

function stepCase<D>(
  fixed: Omit<StepCase<D>, "inputs">,
  { dynamics, draw }: Start<D>,
): StepCase<D> {
  const { dimension: d, members: N, cycles, trajectories } = fixed.sizes;
  return {
    ...fixed,
    inputs: (dtype) => {
      const [forDynamics, forInitial, forValues, forNoise] = split(key(1), 4) as [
        ...[Key, Key, Key, Key],
      ];
      const latents =
        N === null
          ? { factor: eye(d, dtype) }
          : { noise: zeros([d], dtype), inflation: zeros([], dtype) };
      const state = N === null ? [trajectories, d] : [trajectories, N, d];
      return {
        learned: { dynamics: dynamics(dtype, forDynamics), ...latents },
        initial: draw(forInitial, state, dtype),
        values: draw(forValues, [cycles, trajectories, fixed.observed.length], dtype),
        keys: keyBatch(forNoise, trajectories),
      };
    },
  };
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

export const orbit = (name: string, sizes: Omit<Sizes, "dimension">): StepCase<Tensor> =>
  stepCase<Tensor>(
    {
      ...{ name, variance: 0.1, halfWidth: null, observed: upTo(3) },
      sizes: { ...sizes, dimension: 6 },
      transition: (meanMotion) => bindModel(clohessyWiltshire, { meanMotion }).step(10),
    },
    { dynamics: (dtype) => full([], 0.0013, dtype), draw: normal },
  );

export const forced = (
  name: string,
  sizes: Sizes,
  observed: readonly number[] = upTo(sizes.dimension),
): StepCase<Tensor> =>
  stepCase<Tensor>(
    {
      ...{ name, sizes, variance: 1, halfWidth: 5, observed },
      transition: (forcing) =>
        bindModel(lorenz96, { dimension: sizes.dimension, forcing }).step(0.05),
    },
    { dynamics: (dtype) => full([], 8, dtype), draw: normal },
  );

export const corrected = (name: string, sizes: Sizes): StepCase<ResidualNetworkParams> =>
  stepCase<ResidualNetworkParams>(
    {
      ...{ name, sizes, variance: 1, halfWidth: 5 },
      observed: upTo(sizes.dimension).filter((i) => i % 5 !== 1 && i % 5 !== 3),
      transition: (network) =>
        withResidual(
          bindModel(lorenz96, { dimension: sizes.dimension, forcing: 8 }).step(0.05),
          residualNetwork(network),
        ),
    },
    { dynamics: (dtype, from) => residualNetworkParams(from, dtype), draw: normal },
  );

export interface Community {
  readonly interactions: Tensor;
  readonly steadyState: Tensor;
}

export const community = (name: string, sizes: Sizes): StepCase<Community> => {
  const { dimension: d } = sizes;
  return stepCase<Community>(
    {
      ...{ name, sizes, variance: 0.05, halfWidth: null },
      observed: upTo(d).filter((i) => i % 2 === 0),
      // The peer lets noise make abundances negative.
      transition: (dynamics) => ({
        ...bindModel(lotkaVolterra, { coordinates: "abundance", ...dynamics }).step(0.05),
        support: "real",
      }),
    },
    {
      dynamics: (dtype, from) => ({
        interactions: add(mul(-0.5, eye(d, dtype)), mul(1e-3, normal(from, [d, d], dtype))),
        steadyState: full([d], 1, dtype),
      }),
      draw: uniform,
    },
  );
};

/** The cases as the peer times them. */
export function stepCases(): StepCase<unknown>[] {
  const trajectories = 8;
  const cases = [
    orbit("clohessy-wiltshire enkf N=25", { members: 25, cycles: 20, trajectories }),
    orbit("clohessy-wiltshire 3dvar-C", { members: null, cycles: 20, trajectories }),
    forced("lorenz96 d=40 enkf N=50, forcing only", {
      ...{ dimension: 40, members: 50, cycles: 10, trajectories },
    }),
    corrected("lorenz96 d=200 enkf N=25, residual net", {
      ...{ dimension: 200, members: 25, cycles: 4, trajectories },
    }),
    corrected("lorenz96 d=200 3dvar-C, residual net", {
      ...{ dimension: 200, members: null, cycles: 4, trajectories },
    }),
    community("lotka-volterra d=100 enkf N=100", {
      ...{ dimension: 100, members: 100, cycles: 5, trajectories },
    }),
  ];
  return cases as StepCase<unknown>[];
}
