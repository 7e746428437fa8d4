import {
  add,
  concat,
  type FloatType,
  mul,
  relu,
  reshape,
  ShapeError,
  slice,
  type Tensor,
} from "../engine/index.js";
import { convolve, initialLayers, type Layer, layerArrays, uniformLayer } from "../nets/index.js";
import type { Key } from "../random/index.js";
import type { Tendency } from "./rk4.js";
import type { StateMap, Transition } from "./transition.js";

/** Weights of the residual network. */
export interface ResidualNetworkParams {
  /** 1 → 72 channels, width 5. */
  readonly features: Layer;
  /** 48 → 37 channels, width 5. */
  readonly mixing: Layer;
  /** 37 → 1 channel, width 1. */
  readonly output: Layer;
}

/** The number of channels of each of a, b and c. */
const group = 24;
/** The width of the widest convolution, and the least number of variables. */
const widest = 5;
const layers = [
  uniformLayer("features", [3 * group, 1, widest]),
  uniformLayer("mixing", [37, 2 * group, widest]),
  uniformLayer("output", [1, 37, 1]),
];

/** Draws initial weights and biases, uniform on ±1/√(inputs · width) (`uniformLayer`). */
export const residualNetworkParams = (
  key: Key,
  dtype: FloatType = "f64",
): ResidualNetworkParams => {
  const { features, mixing, output } = initialLayers(key, layers, dtype);
  return { features: features!, mixing: mixing!, output: output! };
};

/**
 * Returns the arrays of a network by name, from `features.weights` to `output.bias`, in the form for
 * learning.
 */
export const networkArrays = ({
  features,
  mixing,
  output,
}: ResidualNetworkParams): Record<string, Tensor> => layerArrays({ features, mixing, output });

/** Returns the weights of one of the three groups of output channels. */
const channels = ({ weights, bias }: Layer, i: number): Layer => ({
  weights: slice(weights, 0, i * group, (i + 1) * group),
  bias: slice(bias, 0, i * group, (i + 1) * group),
});

/**
 * Returns a circular convolutional network that corrects a model on a ring, G: [..., d] → [..., d], d ≥ 5.
 *
 *     (a, b, c) = relu(W₁ ⋆ x + β₁)            72 channels, three of 24     [..., 72, d]
 *     h = (a, b ∘ c)                           products of features         [..., 48, d]
 *     G(x) = W₃ ⋆ relu(W₂ ⋆ h + β₂) + β₃       37 channels, then one        [..., d]
 *
 * W₁ and W₂ have width five, W₃ width one. The 9,387 weights do not depend on d: they are the same at every
 * position. The products let the network form the quadratic terms of such systems.
 *
 * @throws ShapeError when a state has fewer than five variables.
 * @see adrian2026, 4.2 and appendix D; bocquet2020 for the architecture
 */
export function residualNetwork({
  features,
  mixing,
  output,
}: ResidualNetworkParams): (x: Tensor) => Tensor {
  return (x) => {
    const d = x.shape.at(-1) ?? 0;
    if (d < widest) {
      throw new ShapeError(
        `residualNetwork: the state is [${x.shape}]; need [..., d] with d ≥ ${widest}, the width of the convolutions.`,
      );
    }
    const rows = reshape(x, [-1, 1, d]);
    const [a, b, c] = [0, 1, 2].map((i) => relu(convolve(channels(features, i), rows))); // [n, 24, d]
    const h = concat([a!, mul(b!, c!)], 1); // [n, 48, d]
    return reshape(convolve(output, relu(convolve(mixing, h))), x.shape);
  };
}

/**
 * Adds a correction G to the map of a whole step, F(x) = F₀(x) + G(x). Noise and support stay as they are.
 *
 * @see adrian2026
 */
export function withResidual(transition: Transition, G: StateMap): Transition {
  const { map: F0, noise, support } = transition;
  const map: StateMap = (x) => add(F0(x), G(x));
  return support === undefined ? { map, noise } : { map, noise, support };
}

/** Adds a correction G to a tendency, f(x) = f₀(x) + G(x). @see chen2022 */
export const withResidualTendency =
  (f0: Tendency, G: StateMap): Tendency =>
  (x) =>
    add(f0(x), G(x));
