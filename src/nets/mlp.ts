import { dense, variancePreservingLayer, zeroLayer } from "./layer.js";
import type { Network } from "./network.js";
import { silu } from "./silu.js";

/** The size of a network of dense layers. */
export interface MlpParams {
  readonly inputs: number;
  readonly outputs: number;
  /** Widths of the layers between, from the input on. */
  readonly hidden: readonly number[];
}

/**
 * A network of dense layers, [..., inputs] → [..., outputs]:
 *
 *     h₀ = x,   h_l = silu(W_l h_{l−1} + β_l),   output = W h_L + β
 *
 * The output starts at 0; the other layers keep the variance (`variancePreservingLayer`).
 */
export function mlp({ inputs, outputs, hidden }: MlpParams): Network {
  const widths = [inputs, ...hidden];
  const name = (l: number) => `hidden${l + 1}`;
  return {
    layers: [
      ...hidden.map((width, l) =>
        variancePreservingLayer(name(l), [width, widths[l]!], l === 0 ? "linear" : "silu"),
      ),
      zeroLayer("output", [outputs, widths.at(-1)!]),
    ],
    apply: (layers, x) =>
      dense(
        layers.output!,
        hidden.reduce((h, _, l) => silu(dense(layers[name(l)]!, h)), x),
      ),
  };
}
