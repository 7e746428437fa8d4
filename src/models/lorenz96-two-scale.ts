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
import {
  checkCount,
  checkOptions,
  count,
  grouped,
  inWords,
  mostCounted,
  real,
} from "../parts/index.js";
import { over, type Scalar, times } from "../prob/index.js";
import { checkScalars } from "./check-scalars.js";
import { continuousModel } from "./continuous.js";
import { lorenz96Tendency } from "./lorenz96.js";
import { defineModel, type Geometry } from "./record.js";
import { ringGeometry, upTo } from "./ring.js";
import type { Tendency } from "./rk4.js";

/** Parameters of the two-scale Lorenz-96 system. */
export interface Lorenz96TwoScaleParams {
  /** F: the forcing of each slow variable. */
  readonly forcing: Scalar;
  /** h: the strength of the coupling. */
  readonly coupling: Scalar;
  /** c: the ratio of the time scales, slow over fast. */
  readonly timeScale: Scalar;
  /** b: the ratio of the amplitudes, slow over fast. */
  readonly amplitude: Scalar;
}

/** Numbers of variables of the two-scale Lorenz-96 system. */
export interface Lorenz96TwoScaleSizes {
  /** K: the number of slow variables. */
  readonly slow: number;
  /** J: the number of fast variables for each slow one. */
  readonly fastPerSlow: number;
}

/** The parameters of Lorenz: fast variables are ten times smaller and ten times faster. @see lorenz1996 */
export const lorenz96TwoScaleDefaults = { coupling: 1, timeScale: 10, amplitude: 10 } as const;

/** Returns (Vⱼ₋₁ − Vⱼ₊₂) Vⱼ₊₁, [..., n], which is orthogonal to V. */
const fastAdvection = (V: Tensor): Tensor =>
  mul(sub(roll(V, 1, -1), roll(V, -2, -1)), roll(V, -1, -1));

/** Returns the tendency of the two-scale Lorenz-96 system, [..., K + K J] → [..., K + K J]. @see lorenz1996 */
export function lorenz96TwoScaleTendency(
  params: Lorenz96TwoScaleParams,
  sizes: Lorenz96TwoScaleSizes,
): Tendency {
  const who = "lorenz96TwoScaleTendency";
  checkScalars(who, params, ["forcing", "coupling", "timeScale", "amplitude"]);
  checkOptions(who, sizes, ["slow", "fastPerSlow"]);
  const { slow: K, fastPerSlow: J } = sizes;
  checkCount(who, "slow", K, 4, mostCounted);
  checkCount(who, "fastPerSlow", J, 1, mostCounted);
  const { forcing } = params;
  const { coupling: h, timeScale: c, amplitude: b } = params;
  const between = over(times(h, c), b); // h c/b
  const alone = lorenz96Tendency({ forcing });
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
 * Returns the positions: those of the J fast variables of a slow one are equally spaced about its position,
 * from half a unit before it to half a unit after it.
 */
const geometryOf = ({ slow: K, fastPerSlow: J }: Lorenz96TwoScaleSizes): Geometry =>
  ringGeometry(K, [...upTo(K), ...upTo(K * J).map((j) => (j + 0.5) / J - 0.5)]);

/**
 * The two-scale Lorenz-96 system: K slow variables U on a ring, each coupled to J of the K J fast variables
 * V, which are on a ring of their own,
 *
 *     U̇ₖ = (Uₖ₊₁ − Uₖ₋₂) Uₖ₋₁ − Uₖ + F − (h c/b) Σ_{j of k} Vⱼ
 *     V̇ⱼ = c b (Vⱼ₋₁ − Vⱼ₊₂) Vⱼ₊₁ − c Vⱼ + (h c/b) U_{k of j}
 *
 * The state is (U, V) [..., K + K J], V in the order of the ring. Fast variables are about b times smaller
 * and c times faster, and their waves move in the opposite direction. Both quadratic parts and the coupling
 * conserve the energy ½ (ΣU² + ΣV²).
 *
 * @see lorenz1996; wilks2005
 */
export const lorenz96TwoScale = defineModel({
  kind: "lorenz96-two-scale",
  title: "two-scale Lorenz-96: slow variables on a ring, each coupled to several fast ones",
  parameters: {
    slow: count(4, { symbol: "K", about: "number of slow variables on the ring" }),
    fastPerSlow: count(1, { symbol: "J", about: "number of fast variables for each slow one" }),
    forcing: real({
      symbol: "F",
      about: "forcing of each slow variable; the system is chaotic from 8 on",
    }),
    coupling: real({
      default: lorenz96TwoScaleDefaults.coupling,
      symbol: "h",
      about: "strength of the coupling between slow and fast variables; 0 for none",
    }),
    timeScale: real({
      default: lorenz96TwoScaleDefaults.timeScale,
      symbol: "c",
      about: "ratio of the time scales: fast variables are this many times faster",
    }),
    amplitude: real({
      default: lorenz96TwoScaleDefaults.amplitude,
      symbol: "b",
      about: "ratio of the amplitudes: fast variables are about this many times smaller",
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
    if (dimension > mostCounted) {
      throw new UsageError(
        `lorenz96-two-scale: ${K} slow variables with ${J} fast ones each are ${grouped(dimension)} variables; need at most ${grouped(mostCounted)}.`,
      );
    }
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
    "d {U}_{k} / dt = ({U}_{k+1} − {U}_{k−2}) {U}_{k−1} − {U}_{k} + forcing − {g} Σ {V} of {k}",
    "d {V}_{j} / dt = timeScale · amplitude · ({V}_{j−1} − {V}_{j+2}) {V}_{j+1} − timeScale · {V}_{j} + {g} {U} of {j}",
    "{g} = coupling · timeScale / amplitude",
  ],
});
