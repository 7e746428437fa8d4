import { type Tensor, UsageError } from "../engine/index.js";
import { checkCount, checkOptions, describeValue } from "../parts/index.js";
import { dense, layerOf, mostChannels, variancePreservingLayer, zeroLayer } from "./layer.js";
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
export function mlp(params: MlpParams): Network {
  checkOptions("mlp", params, ["inputs", "outputs", "hidden"]);
  const { inputs, outputs, hidden } = params;
  checkCount("mlp", "inputs", inputs, 1, mostChannels);
  checkCount("mlp", "outputs", outputs, 1, mostChannels);
  if (!Array.isArray(hidden)) {
    throw new UsageError(
      `mlp: hidden is ${describeValue(hidden)}; need a list of widths, [] for none.`,
    );
  }
  for (const width of hidden) checkCount("mlp", "a width of hidden", width, 1, mostChannels);
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
        layerOf("mlp", layers, "output"),
        hidden.reduce((h: Tensor, _, l) => silu(dense(layerOf("mlp", layers, name(l)), h)), x),
      ),
  };
}
