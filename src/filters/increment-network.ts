/** The networks a_θ of `analysisNetwork`: increments of all members from the forecast and the innovation. */
import { add, broadcastTo, concat, expandDims, reshape, type Tensor } from "../engine/index.js";
import {
  dense,
  type LayerShape,
  type Layers,
  mlp,
  type ResidualCnnParams,
  residualCnn,
  zeroLayer,
} from "../nets/index.js";

/** a_θ: its layers, and the increments [..., N, d] of members E [..., N, d], given ζ = Hᵀ R⁻¹ δ [..., d]. */
export interface IncrementNetwork {
  readonly layers: readonly LayerShape[];
  apply(layers: Layers, E: Tensor, zeta: Tensor): Tensor;
}

/** The size of the residual network: N_f, N_b, N_sb and the width of the convolutions. */
export type ConvolutionalSize = Omit<ResidualCnnParams, "inputs" | "outputs">;

/**
 * The residual network of `residualCnn` for variables on a ring: the members and ζ are its N + 1 channels, the
 * increments its N outputs. It works on rings of any length.
 *
 * @see bocquet2024
 */
export function convolutionalIncrement(members: number, size: ConvolutionalSize): IncrementNetwork {
  const { layers, apply } = residualCnn({ ...size, inputs: members + 1, outputs: members });
  return {
    layers,
    apply: (weights, E, zeta) => apply(weights, concat([E, expandDims(zeta, -2)], -2)),
  };
}

/** The same network, which is not told the forecast: one increment â_θ(ζ) for all members. @see bocquet2024, eq. 6 */
export function stateBlindIncrement(size: ConvolutionalSize): IncrementNetwork {
  const { layers, apply } = residualCnn({ ...size, inputs: 1, outputs: 1 });
  return {
    layers,
    apply: (weights, E, zeta) => broadcastTo(apply(weights, expandDims(zeta, -2)), E.shape),
  };
}

/** A network of dense layers, for variables that are on no ring: N d + d inputs, N d outputs. */
export function denseIncrement(
  members: number,
  dimension: number,
  hidden: readonly number[],
): IncrementNetwork {
  const outputs = members * dimension;
  const { layers, apply } = mlp({ inputs: outputs + dimension, outputs, hidden });
  return {
    layers,
    apply: (weights, E, zeta) => {
      const all = reshape(E, [...E.shape.slice(0, -2), outputs]);
      return reshape(apply(weights, concat([all, zeta], -1)), E.shape);
    },
  };
}

/**
 * A linear a_θ, the same for each member x:
 *
 *     a = A x + B ζ + β        A, B [d, d], β [d]
 *
 * With A = 0, β = 0 and B = Pᵃ, the covariance of the analysis of a Kalman filter in its steady state, B Hᵀ R⁻¹
 * is its gain. All begins at 0.
 */
export function linearIncrement(dimension: number): IncrementNetwork {
  const square = [dimension, dimension];
  return {
    layers: [zeroLayer("state", square), zeroLayer("innovation", square)],
    apply: ({ state, innovation }, E, zeta) =>
      add(dense(state!, E), expandDims(dense(innovation!, zeta), -2)),
  };
}
