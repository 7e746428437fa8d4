import {
  add,
  concat,
  expandDims,
  mul,
  reshape,
  roll,
  slice,
  sub,
  sum,
  type Tensor,
  UsageError,
} from "../engine/index.js";
import { count, inWords, real } from "../parts/index.js";
import { over, type Scalar, times } from "../prob/index.js";
import { continuousModel } from "./continuous.js";
import { lorenz96Tendency } from "./lorenz96.js";
import { defineModel, type Geometry } from "./record.js";
import { ringGeometry, upTo } from "./ring.js";
import type { Tendency } from "./rk4.js";

export interface Lorenz96TwoScaleParams {
  /** F: what feeds each slow variable. */
  readonly forcing: Scalar;
  /** h */
  readonly coupling: Scalar;
  /** c: how much faster the fast variables are. */
  readonly timeScale: Scalar;
  /** b: how much smaller the fast variables are. */
  readonly amplitude: Scalar;
}

export interface Lorenz96TwoScaleSizes {
  /** K */
  readonly slow: number;
  /** J */
  readonly fastPerSlow: number;
}

/** The parameters that Lorenz took: fast variables ten times smaller and ten times faster. */
export const lorenz96TwoScaleDefaults = { coupling: 1, timeScale: 10, amplitude: 10 } as const;

/** (Vⱼ₋₁ − Vⱼ₊₂) Vⱼ₊₁, [..., n]; orthogonal to V. */
const fastAdvection = (V: Tensor): Tensor =>
  mul(sub(roll(V, 1, -1), roll(V, -2, -1)), roll(V, -1, -1));

/** The tendency of the two-scale system, [..., K + K J] → [..., K + K J]. @see lorenz1996 */
export function lorenz96TwoScaleTendency(
  params: Lorenz96TwoScaleParams,
  { slow: K, fastPerSlow: J }: Lorenz96TwoScaleSizes,
): Tendency {
  const { coupling: h, timeScale: c, amplitude: b } = params;
  const between = over(times(h, c), b); // h c/b
  const alone = lorenz96Tendency(params);
  return (x) => {
    const U = slice(x, -1, 0, K); // [..., K]
    const V = slice(x, -1, K, K + K * J); // [..., K J]
    const above = reshape(V, [...U.shape, J]); // [..., K, J]
    const dU = sub(alone(U), mul(between, sum(above, -1)));
    const own = sub(mul(times(c, b), fastAdvection(V)), mul(c, V));
    const dV = add(reshape(own, above.shape), expandDims(mul(between, U), -1)); // [..., K, J]
    return concat([dU, reshape(dV, V.shape)], -1);
  };
}

/**
 * A fast variable has the position of its slow one, give or take: the J of them lie evenly about it,
 * half of them to either side of its middle.
 */
const geometryOf = ({ slow: K, fastPerSlow: J }: Lorenz96TwoScaleSizes): Geometry =>
  ringGeometry(K, [...upTo(K), ...upTo(K * J).map((j) => (j + 0.5) / J - 0.5)]);

/**
 * The two-scale Lorenz-96 system: K slow variables U on a ring, and above each of them J of the
 * K J fast variables V, which lie on a ring of their own,
 *
 *     U̇ₖ = (Uₖ₊₁ − Uₖ₋₂) Uₖ₋₁ − Uₖ + F − (h c/b) Σ_{j above k} Vⱼ
 *     V̇ⱼ = c b (Vⱼ₋₁ − Vⱼ₊₂) Vⱼ₊₁ − c Vⱼ + (h c/b) U_{k below j}
 *
 * The state is (U, V) [..., K + K J], V in the order of the ring. Fast variables are about b times
 * smaller and c times faster, and their waves go the other way round. Both quadratic parts keep the
 * energy ½ (ΣU² + ΣV²), and so does the coupling.
 *
 * @see lorenz1996; wilks2005
 */
export const lorenz96TwoScale = defineModel({
  kind: "lorenz96-two-scale",
  title: "two-scale Lorenz-96: slow variables on a ring, then the fast ones above them",
  parameters: {
    slow: count(4, { symbol: "K", about: "number of slow variables, on a ring" }),
    fastPerSlow: count(1, { symbol: "J", about: "number of fast variables above each slow one" }),
    forcing: real({ symbol: "F", about: "forcing of each slow variable; chaotic from 8 on" }),
    coupling: real({
      default: lorenz96TwoScaleDefaults.coupling,
      symbol: "h",
      about: "strength of the coupling of slow and fast variables; 0 means none",
    }),
    timeScale: real({
      default: lorenz96TwoScaleDefaults.timeScale,
      symbol: "c",
      about: "how many times faster the fast variables are",
    }),
    amplitude: real({
      default: lorenz96TwoScaleDefaults.amplitude,
      symbol: "b",
      about: "how many times smaller the fast variables are",
    }),
  },
  hints: {
    dimension: () => `lorenz96-two-scale takes "slow" and "fastPerSlow", the numbers of variables`,
  },
  build: ({ slow: K, fastPerSlow: J, ...parameters }, options) => {
    if (!(Number.isInteger(K) && K >= 4 && Number.isInteger(J) && J >= 1)) {
      throw new UsageError(
        `lorenz96-two-scale: ${K} slow variables with ${J} fast ones each; need whole numbers, at least 4 slow and 1 fast.`,
      );
    }
    const sizes = { slow: K, fastPerSlow: J };
    const dimension = K + K * J;
    return continuousModel(
      {
        ...{ name: "lorenz96-two-scale", dimension, geometry: geometryOf(sizes) },
        tendency: lorenz96TwoScaleTendency(parameters, sizes),
        start: upTo(dimension).map((i) => (i < K ? 1 : 0)),
        decorrelationTime: 1, // that of the slow ring
      },
      options,
    );
  },
  phrase: ({ slow }, dimension) => {
    const K = slow as number;
    return `the two-scale Lorenz-96 model of ${inWords(K)} slow and ${inWords(dimension - K)} fast variables`;
  },
  formula: () => [
    "d {U}_{k} / dt = ({U}_{k+1} − {U}_{k−2}) {U}_{k−1} − {U}_{k} + forcing − {g} Σ {V} above",
    "d {V}_{j} / dt = timeScale · amplitude · ({V}_{j−1} − {V}_{j+2}) {V}_{j+1} − timeScale · {V}_{j} + {g} {U} below",
    "{g} = coupling · timeScale / amplitude",
  ],
});
