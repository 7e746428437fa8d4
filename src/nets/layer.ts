/**
 * Layers: affine maps of channels or of vectors, with their weights as plain tensors by name.
 *
 * A network states the layers that it has (`LayerShape`); `initialLayers` draws their weights, and
 * `layerArrays` gives each array a name of its own, so that it can be learned, saved and loaded.
 */
import {
  add,
  circularConv,
  expandDims,
  type FloatType,
  matmul,
  mul,
  reshape,
  squeeze,
  sub,
  type Tensor,
  zeros,
} from "../engine/index.js";
import { type Key, split, uniform } from "../random/index.js";

/** Weights and bias of an affine map. */
export interface Layer {
  /** W [outputs, inputs, width] of a convolution, [outputs, inputs] of a dense layer */
  readonly weights: Tensor;
  /** β [outputs] */
  readonly bias: Tensor;
}

/** The weights of a network: its layers by name. */
export type Layers = Readonly<Record<string, Layer>>;

/** The shape of a layer, and the range of its first weights. */
export interface LayerShape {
  readonly name: string;
  /** The shape of W: [outputs, inputs, width], or [outputs, inputs] */
  readonly shape: readonly number[];
  /** W and β start uniform within these distances of 0. */
  readonly bounds: { readonly weights: number; readonly bias: number };
}

const fanIn = (shape: readonly number[]): number => shape.slice(1).reduce((n, axis) => n * axis, 1);

/** A layer whose weights and bias start uniform on ±1/√(fan-in), as PyTorch has it. @see he2015, with a = √5 */
export function uniformLayer(name: string, shape: readonly number[]): LayerShape {
  const bound = 1 / Math.sqrt(fanIn(shape));
  return { name, shape, bounds: { weights: bound, bias: bound } };
}

/** E silu(z)² of a standard normal z. */
const meanSquareOfSilu = 0.3557;

/**
 * A layer that follows a SiLU and keeps the variance of its input, Var W = 1/(0.356 fan-in): its weights start
 * uniform on ±√(3/(0.356 fan-in)), its bias at 0. `of: "linear"` is for inputs that are not rectified, with
 * Var W = 1/fan-in.
 *
 * @see he2015
 */
export function variancePreservingLayer(
  name: string,
  shape: readonly number[],
  of: "silu" | "linear" = "silu",
): LayerShape {
  const mean = of === "silu" ? meanSquareOfSilu : 1;
  return { name, shape, bounds: { weights: Math.sqrt(3 / (mean * fanIn(shape))), bias: 0 } };
}

/** A layer whose weights and bias start at 0, such as the last of a residual branch. @see zhang2019 */
export const zeroLayer = (name: string, shape: readonly number[]): LayerShape => ({
  ...{ name, shape, bounds: { weights: 0, bias: 0 } },
});

/** Draws the first weights of one layer. */
export function initialLayer(key: Key, { shape, bounds }: LayerShape, dtype: FloatType): Layer {
  const [forWeights, forBias] = split(key) as [Key, Key];
  const draw = (from: Key, bound: number, of: readonly number[]) =>
    bound === 0 ? zeros(of, dtype) : mul(2 * bound, sub(uniform(from, of, dtype), 0.5));
  return {
    weights: draw(forWeights, bounds.weights, shape),
    bias: draw(forBias, bounds.bias, shape.slice(0, 1)),
  };
}

/** Draws the first weights of layers; each layer has a key of its own, split from the given one. */
export function initialLayers(
  key: Key,
  shapes: readonly LayerShape[],
  dtype: FloatType = "f64",
): Layers {
  const keys = split(key, shapes.length);
  return Object.fromEntries(
    shapes.map((shape, i) => [shape.name, initialLayer(keys[i]!, shape, dtype)]),
  );
}

/** The arrays of layers by name, such as `input.weights` and `input.bias`, in the form for learning. */
export const layerArrays = (layers: Layers): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(layers).flatMap(([name, { weights, bias }]) => [
      [`${name}.weights`, weights],
      [`${name}.bias`, bias],
    ]),
  );

/** Returns W ⋆ x + β with a circular convolution, [..., inputs, d] → [..., outputs, d]. */
export const convolve = ({ weights, bias }: Layer, x: Tensor): Tensor =>
  add(circularConv(x, weights), reshape(bias, [-1, 1]));

/** Returns W x + β for vectors in rows, [..., inputs] → [..., outputs]. */
export const dense = ({ weights, bias }: Layer, x: Tensor): Tensor =>
  add(
    x.shape.length === 1
      ? squeeze(matmul(expandDims(x, 0), weights, { transposeB: true }), 0)
      : matmul(x, weights, { transposeB: true }),
    bias,
  );
