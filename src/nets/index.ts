/** Networks: their layers, their first weights, and residual convolutional and dense networks. */
export {
  convolve,
  dense,
  initialLayer,
  initialLayers,
  type Layer,
  type LayerShape,
  type Layers,
  layerArrays,
  uniformLayer,
  variancePreservingLayer,
  zeroLayer,
} from "./layer.js";
export { type MlpParams, mlp } from "./mlp.js";
export type { Network } from "./network.js";
export { type ResidualCnnParams, residualCnn } from "./residual-cnn.js";
export { silu } from "./silu.js";
