/** Circular convolution along the last axis, and its adjoint in the weights. */
import { backend } from "../backend.js";
import type { FloatType } from "../dtype.js";
import { ShapeError } from "../errors.js";
import { apply, checkFloat, type Primitive } from "../primitive.js";
import { emit } from "../program.js";
import { sameShape, sizeOf } from "../shape.js";
import { indices, type Tensor } from "../tensor.js";
import { reshape } from "./broadcast.js";
import { gather } from "./gather.js";
import { scratch } from "./matmul.js";
import { transpose } from "./movement.js";

function emitConvolution(
  kernel: string,
  x: Tensor,
  other: Tensor,
  out: Tensor,
  outputs: number,
  k: number,
  describe: () => string,
): void {
  const [batch, inputs, n] = x.shape as [number, number, number];
  const bytes = backend().convScratch(x.dtype as FloatType, batch, inputs, outputs, n, k);
  const sizes = [batch, inputs, outputs, n, k];
  emit(
    kernel,
    out.dtype,
    [out.block, x.block, other.block, ...sizes, scratch(bytes), bytes],
    describe,
  );
}

/** The weights of the adjoint: w̃[i, o, j] = w[o, i, k − 1 − j]. */
function mirrored(w: Tensor): Tensor {
  const k = w.shape[2]!;
  const backwards = indices(Array.from({ length: k }, (_, j) => k - 1 - j));
  return transpose(gather(w, backwards, 2), [1, 0, 2]);
}

const convolution: Primitive<undefined> = {
  name: "circularConv",
  infer: ([x, w]) => {
    const [batch, inputs, n] = x!.shape as [number, number, number];
    const [outputs, channels, k] = w!.shape as [number, number, number];
    if (w!.shape.length !== 3 || channels !== inputs || k % 2 !== 1 || w!.dtype !== x!.dtype) {
      throw new ShapeError(
        `circularConv: x is ${x}, w is ${w}; need x [..., inputs, n] and w [outputs, inputs, k], k odd, of one dtype.`,
      );
    }
    return { shape: [batch, outputs, n], dtype: x!.dtype };
  },
  emit: ({ inputs: [x, w], out }, describe) =>
    emitConvolution("circularConv", x!, w!, out, w!.shape[0]!, w!.shape[2]!, describe),
  vjp: (i, g, { inputs: [x, w] }) =>
    i === 0 ? circularConv(g, mirrored(w!)) : weightsOf(x!, g, w!.shape[2]!),
  jvp: (i, t, { inputs: [x, w] }) => (i === 0 ? circularConv(t, w!) : circularConv(x!, t)),
};

const weights: Primitive<number> = {
  name: "circularConvWeights",
  infer: ([x, g], k) => {
    if (!sameShape(x!.shape.with(1, 0), g!.shape.with(1, 0))) {
      throw new ShapeError(
        `circularConvWeights: x is ${x}, g is ${g}; need equal batch and length.`,
      );
    }
    return { shape: [g!.shape[1]!, x!.shape[1]!, k], dtype: x!.dtype };
  },
  emit: ({ inputs: [x, g], out, params: k }, describe) =>
    emitConvolution("circularConvWeights", x!, g!, out, g!.shape[1]!, k, describe),
  vjp: (i, W, { inputs: [x, g] }) =>
    i === 0 ? circularConv(g!, mirrored(W)) : circularConv(x!, W),
  jvp: (i, t, { inputs: [x, g], params: k }) =>
    i === 0 ? weightsOf(t, g!, k) : weightsOf(x!, t, k),
};

/** Returns the cotangent of the weights, Σ over b and t of g[b, o, t] x[b, i, t + j − c]. */
const weightsOf = (x: Tensor, g: Tensor, k: number): Tensor => apply(weights, [x, g], k);

/**
 * Computes a circular convolution, x [..., inputs, n], w [outputs, inputs, k] → [..., outputs, n], k odd.
 *
 *     y[o, t] = Σᵢⱼ w[o, i, j] x[i, (t + j − c) mod n],  c = (k − 1)/2
 *
 * @throws ShapeError when x and w do not fit, or k is even.
 */
export function circularConv(x: Tensor, w: Tensor): Tensor {
  checkFloat("circularConv", x);
  if (x.shape.length < 2) {
    throw new ShapeError(`circularConv: x is ${x}; need [..., inputs, n].`);
  }
  const lead = x.shape.slice(0, -2);
  const flat = apply(convolution, [reshape(x, [sizeOf(lead), ...x.shape.slice(-2)]), w], undefined);
  return reshape(flat, [...lead, ...flat.shape.slice(-2)]);
}
