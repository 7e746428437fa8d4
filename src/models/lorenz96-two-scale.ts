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
import { over, type Scalar, times } from "../prob/index.js";
import { continuousModel, type IntegrationOptions } from "./continuous.js";
import { lorenz96Tendency } from "./lorenz96.js";
import type { Model } from "./model.js";
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

/** Those of Lorenz: ten times smaller, ten times faster. */
export const lorenz96TwoScaleDefaults = { coupling: 1, timeScale: 10, amplitude: 10 } as const;

/** (Vⱼ₋₁ − Vⱼ₊₂) Vⱼ₊₁, [..., n]; orthogonal to V. */
const fastAdvection = (V: Tensor): Tensor =>
  mul(sub(roll(V, 1, -1), roll(V, -2, -1)), roll(V, -1, -1));

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

/** With its numbers of variables; the fewest for which the neighbours on a ring differ are four. */
export function lorenz96TwoScale(
  sizes: Lorenz96TwoScaleSizes,
  options: IntegrationOptions = {},
): Model<Lorenz96TwoScaleParams> {
  const { slow: K, fastPerSlow: J } = sizes;
  if (!(Number.isInteger(K) && K >= 4 && Number.isInteger(J) && J >= 1)) {
    throw new UsageError(
      `lorenz96TwoScale: ${K} slow variables with ${J} fast ones each; need whole numbers, at least 4 slow and 1 fast.`,
    );
  }
  const tendencyOf = (params: Lorenz96TwoScaleParams) => lorenz96TwoScaleTendency(params, sizes);
  return {
    ...continuousModel("lorenz96-two-scale", K + K * J, tendencyOf, options),
    start: Array.from({ length: K + K * J }, (_, i) => (i < K ? 1 : 0)),
    turnover: 1, // of the slow ring
  };
}
