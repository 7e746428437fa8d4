import type { Tensor } from "../engine/index.js";
import type { LayerShape, Layers } from "./layer.js";

/** A network as a pure function of its weights and its input. */
export interface Network {
  /** The layers that it has, with the range of their first weights. */
  readonly layers: readonly LayerShape[];
  /** Returns its output. */
  apply(layers: Layers, x: Tensor): Tensor;
}
