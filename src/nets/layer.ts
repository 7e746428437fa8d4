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
  ShapeError,
  squeeze,
  sub,
  type Tensor,
  UsageError,
  zeros,
} from "../engine/index.js";
import { checkCount, describeValue } from "../parts/index.js";
import { expectAxis, expectKey, expectParts, expectRank, expectTensor } from "../prob/index.js";
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

/** The most channels and widths of a layer. */
export const mostChannels = 1e5;

/** Throws a UsageError unless it is the name and the shape of a layer. */
function checkLayer(who: string, name: string, shape: readonly number[]): void {
  if (typeof name !== "string") {
    throw new UsageError(`${who}: the name is ${describeValue(name)}; need a text.`);
  }
  if (!Array.isArray(shape) || shape.length < 2 || shape.length > 3) {
    throw new UsageError(
      `${who}: the shape of "${name}" is ${describeValue(shape)}; need [outputs, inputs], or [outputs, inputs, width].`,
    );
  }
  for (const n of shape) checkCount(who, `an axis of "${name}"`, n, 1, mostChannels);
}

/** Throws a UsageError unless it is the shape of a layer and the bounds of its first weights. */
function checkShape(who: string, given: LayerShape): void {
  expectParts(who, "the layer", given, ["name", "shape", "bounds"]);
  checkLayer(who, given.name, given.shape);
  expectParts(who, "the bounds", given.bounds, ["weights", "bias"]);
  for (const [what, bound] of Object.entries(given.bounds)) {
    if (Number.isFinite(bound) && bound >= 0) continue;
    throw new UsageError(
      `${who}: the bound of the ${what} of "${given.name}" is ${describeValue(bound)}; need a finite number, 0 or more.`,
    );
  }
}

/** Throws unless it is a layer, W [outputs, inputs, …] and β [outputs], for an input with `inputs` in its axis. */
function expectLayer(who: string, layer: Layer, rank: number, x: Tensor, axis: number): void {
  expectParts(who, "the layer", layer, ["weights", "bias"]);
  const form = rank === 2 ? "[outputs, inputs]" : "[outputs, inputs, width]";
  const { weights, bias } = layer;
  expectTensor(who, "weights", weights, form);
  const [outputs, inputs] = weights.shape;
  if (weights.shape.length !== rank) {
    throw new ShapeError(`${who}: weights is [${weights.shape}]; need ${form}.`);
  }
  expectTensor(who, "bias", bias, "[outputs]");
  if (bias.shape.length !== 1 || bias.shape[0] !== outputs) {
    throw new ShapeError(
      `${who}: bias is [${bias.shape}]; need [${outputs}], one for each output.`,
    );
  }
  expectRank(who, "the input", x, -axis, axis === -1 ? "[..., inputs]" : "[..., inputs, d]");
  expectAxis(who, "the input", x, axis, inputs!, "as many as the layer has inputs");
  const width = weights.shape[2] ?? 1;
  const d = x.shape.at(-1)!;
  if (rank === 3 && (width % 2 === 0 || width > d)) {
    throw new ShapeError(
      `${who}: weights is [${weights.shape}] for an input [${x.shape}]; need an odd width, at most ${d}.`,
    );
  }
  const other = [bias, x].find(({ dtype }) => dtype !== weights.dtype);
  if (other === undefined) return;
  throw new ShapeError(
    `${who}: weights are ${weights.dtype}, and ${other === x ? "the input" : "bias"} is ${other.dtype}; need one dtype.`,
  );
}

const fanIn = (shape: readonly number[]): number => shape.slice(1).reduce((n, axis) => n * axis, 1);

/** A layer whose weights and bias start uniform on ±1/√(fan-in), as PyTorch has it. @see he2015, with a = √5 */
export function uniformLayer(name: string, shape: readonly number[]): LayerShape {
  checkLayer("uniformLayer", name, shape);
  const bound = 1 / Math.sqrt(fanIn(shape));
  return { name, shape, bounds: { weights: bound, bias: bound } };
}

/** What the input of a layer is. */
const inputs: readonly string[] = ["silu", "linear"];

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
  checkLayer("variancePreservingLayer", name, shape);
  if (!inputs.includes(of)) {
    throw new UsageError(
      `variancePreservingLayer: of is ${describeValue(of)}; need "silu" or "linear".`,
    );
  }
  const mean = of === "silu" ? meanSquareOfSilu : 1;
  return { name, shape, bounds: { weights: Math.sqrt(3 / (mean * fanIn(shape))), bias: 0 } };
}

/** A layer whose weights and bias start at 0, such as the last of a residual branch. @see zhang2019 */
export function zeroLayer(name: string, shape: readonly number[]): LayerShape {
  checkLayer("zeroLayer", name, shape);
  return { name, shape, bounds: { weights: 0, bias: 0 } };
}

/** Draws the first weights of one layer. */
export function initialLayer(key: Key, layer: LayerShape, dtype: FloatType): Layer {
  expectKey("initialLayer", key);
  checkShape("initialLayer", layer);
  checkDtype("initialLayer", dtype);
  const { shape, bounds } = layer;
  const [forWeights, forBias] = split(key) as [Key, Key];
  const draw = (from: Key, bound: number, of: readonly number[]) =>
    bound === 0 ? zeros(of, dtype) : mul(2 * bound, sub(uniform(from, of, dtype), 0.5));
  return {
    weights: draw(forWeights, bounds.weights, shape),
    bias: draw(forBias, bounds.bias, shape.slice(0, 1)),
  };
}

function checkDtype(who: string, dtype: FloatType): void {
  if (dtype === "f64" || dtype === "f32") return;
  throw new UsageError(`${who}: dtype is ${describeValue(dtype)}; need "f64" or "f32".`);
}

/** Draws the first weights of layers; each layer has a key of its own, split from the given one. */
export function initialLayers(
  key: Key,
  shapes: readonly LayerShape[],
  dtype: FloatType = "f64",
): Layers {
  expectKey("initialLayers", key);
  checkDtype("initialLayers", dtype);
  if (!Array.isArray(shapes)) {
    throw new UsageError(`initialLayers: the layers are ${describeValue(shapes)}; need a list.`);
  }
  for (const shape of shapes) checkShape("initialLayers", shape);
  const keys = split(key, shapes.length);
  return Object.fromEntries(
    shapes.map((shape, i) => [shape.name, initialLayer(keys[i]!, shape, dtype)]),
  );
}

/** The arrays of layers by name, such as `input.weights` and `input.bias`, in the form for learning. */
export function layerArrays(layers: Layers): Record<string, Tensor> {
  expectParts("layerArrays", "the map of layers", layers, Object.keys(layers ?? {}));
  return Object.fromEntries(
    Object.entries(layers).flatMap(([name, layer]) => {
      expectParts("layerArrays", `the layer "${name}"`, layer, ["weights", "bias"]);
      for (const [what, part] of Object.entries(layer)) {
        expectTensor("layerArrays", `${what} of "${name}"`, part, "[outputs, …]");
      }
      return [
        [`${name}.weights`, layer.weights],
        [`${name}.bias`, layer.bias],
      ];
    }),
  );
}

/** Returns W ⋆ x + β with a circular convolution, [..., inputs, d] → [..., outputs, d]. */
export function convolve(layer: Layer, x: Tensor): Tensor {
  expectLayer("convolve", layer, 3, x, -2);
  const { weights, bias } = layer;
  return add(circularConv(x, weights), reshape(bias, [-1, 1]));
}

/** Returns W x + β for vectors in rows, [..., inputs] → [..., outputs]. */
export function dense(layer: Layer, x: Tensor): Tensor {
  expectLayer("dense", layer, 2, x, -1);
  const { weights, bias } = layer;
  return add(
    x.shape.length === 1
      ? squeeze(matmul(expandDims(x, 0), weights, { transposeB: true }), 0)
      : matmul(x, weights, { transposeB: true }),
    bias,
  );
}

/** Returns a layer of a network by its name. @throws UsageError where there is none. */
export function layerOf(who: string, layers: Layers, name: string): Layer {
  const layer: Layer | undefined = layers?.[name];
  if (layer !== undefined) return layer;
  throw new UsageError(
    `${who}: there is no layer "${name}"; need one for each of the network's, as initialLayers gives.`,
  );
}
