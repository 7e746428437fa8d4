import { add, ShapeError, type Tensor, UsageError } from "../engine/index.js";
import { checkCount, checkOptions, mostRepeated } from "../parts/index.js";
import { expectRank } from "../prob/index.js";
import {
  convolve,
  type LayerShape,
  type Layers,
  layerOf,
  mostChannels,
  variancePreservingLayer,
  zeroLayer,
} from "./layer.js";
import type { Network } from "./network.js";
import { silu } from "./silu.js";

/** The size of a residual convolutional network. */
export interface ResidualCnnParams {
  /** C: channels of the input. */
  readonly inputs: number;
  /** O: channels of the output. */
  readonly outputs: number;
  /** N_f: channels inside. */
  readonly filters: number;
  /** N_b */
  readonly blocks: number;
  /** N_sb: convolutions of a block. */
  readonly subBlocks: number;
  /** f: width of the convolutions, odd. */
  readonly kernel: number;
}

/** The least and the most of each number. */
const bounds: Readonly<Record<keyof ResidualCnnParams, readonly [number, number]>> = {
  inputs: [1, mostChannels],
  outputs: [1, mostChannels],
  filters: [1, mostChannels],
  blocks: [0, mostRepeated],
  subBlocks: [1, mostRepeated],
  kernel: [1, mostChannels],
};

/**
 * A residual convolutional network on a ring, [..., C, d] → [..., O, d], d ≥ f:
 *
 *     h₀ = W₀ ⋆ z + β₀                                               [..., N_f, d]
 *     h_b = h_{b−1} + S_{N_sb} ∘ … ∘ S₁ (h_{b−1}),   S(r) = W ⋆ silu(r) + β,   b = 1 … N_b
 *     output = W ⋆ silu(h_{N_b}) + β                                 [..., O, d]
 *
 * All convolutions are circular, of width f. The weights do not depend on d, so a network that was learned on one
 * ring works on any other. The last convolution of each block and that of the output start at 0: at first every
 * block is the identity, and the output 0. The others keep the variance (`variancePreservingLayer`).
 *
 * @throws ShapeError when the ring has fewer variables than the convolutions are wide.
 * @see bocquet2024 for N_b blocks of N_sb sub-blocks; he2016 for the order within a block
 */
export function residualCnn(params: ResidualCnnParams): Network {
  checkOptions("residualCnn", params, Object.keys(bounds));
  for (const [name, [least, most]] of Object.entries(bounds)) {
    checkCount("residualCnn", name, params[name as keyof ResidualCnnParams], least, most);
  }
  const { inputs, outputs, filters, blocks, subBlocks, kernel } = params;
  if (kernel % 2 === 0) {
    throw new UsageError(
      `residualCnn: kernel is ${kernel}; need an odd number, so that it has a middle.`,
    );
  }
  const nameOf = (b: number, s: number) => `block${b + 1}.${s + 1}`;
  const counted = (n: number) => Array.from({ length: n }, (_, i) => i);
  const inner = counted(blocks).flatMap((b) =>
    counted(subBlocks).map((s): LayerShape => {
      const shape = [filters, filters, kernel];
      const last = s === subBlocks - 1;
      return last ? zeroLayer(nameOf(b, s), shape) : variancePreservingLayer(nameOf(b, s), shape);
    }),
  );
  const block = (layers: Layers, b: number, h: Tensor): Tensor =>
    counted(subBlocks).reduce(
      (r, s) => convolve(layerOf("residualCnn", layers, nameOf(b, s)), silu(r)),
      h,
    );
  return {
    layers: [
      variancePreservingLayer("input", [filters, inputs, kernel], "linear"),
      ...inner,
      zeroLayer("output", [outputs, filters, kernel]),
    ],
    apply: (layers, z) => {
      expectRank("residualCnn", "the input", z, 2, `[..., ${inputs}, d]`);
      const d = z.shape.at(-1) ?? 0;
      if (d < kernel) {
        throw new ShapeError(
          `residualCnn: the input is [${z.shape}]; need [..., ${inputs}, d] with d ≥ ${kernel}, the width of the convolutions.`,
        );
      }
      const first = convolve(layerOf("residualCnn", layers, "input"), z); // [..., N_f, d]
      const h = counted(blocks).reduce((at, b) => add(at, block(layers, b, at)), first);
      return convolve(layerOf("residualCnn", layers, "output"), silu(h)); // [..., O, d]
    },
  };
}
