/** Batched matrix products. */
import { backend } from "../backend.js";
import type { FloatType } from "../dtype.js";
import { ShapeError } from "../errors.js";
import { allocate, type Block, promiseBlock } from "../memory.js";
import { apply, checkTensor, type Primitive } from "../primitive.js";
import { emit, isRecording } from "../program.js";
import { broadcastShapes, sameShape, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { broadcastTo, reshape, unbroadcast } from "./broadcast.js";
import { expandDims, squeeze } from "./movement.js";

export interface Transposes {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

interface Flags {
  readonly tA: boolean;
  readonly tB: boolean;
}

/** Working memory of a kernel: released like any tensor of the scope. */
export const scratch = (bytes: number): Block =>
  isRecording() ? promiseBlock(bytes) : allocate(bytes);

/** Rows and columns of op(x), the matrix in the last two axes, transposed or not. */
function sides(x: Tensor, transposed: boolean): readonly [number, number] {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

const product: Primitive<Flags> = {
  name: "matmul",
  infer: ([a, b], { tA, tB }) => {
    const shapes = `a is [${a!.shape}]${tA ? " transposed" : ""}, b is [${b!.shape}]${tB ? " transposed" : ""}`;
    if (a!.shape.length < 2 || b!.shape.length < 2) {
      throw new ShapeError(
        `matmul: ${shapes}; need matrices [..., m, k] and [..., k, n]; use matvec for a vector.`,
      );
    }
    if (a!.dtype !== b!.dtype || a!.dtype === "i32") {
      throw new ShapeError(`matmul: dtypes ${a!.dtype} and ${b!.dtype}; need f64 or f32 on both.`);
    }
    const [m, k] = sides(a!, tA);
    const [rows, n] = sides(b!, tB);
    if (k !== rows) {
      throw new ShapeError(`matmul: ${shapes}; the inner lengths ${k} and ${rows} differ.`);
    }
    const lead = broadcastShapes("matmul", a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    return { shape: [...lead, m, n], dtype: a!.dtype };
  },
  emit: ({ inputs: [a, b], out, params: { tA, tB } }, describe) => {
    const [m, k] = sides(a!, tA);
    const n = out.shape.at(-1)!;
    const batch = sizeOf(out.shape.slice(0, -2));
    const dtype = out.dtype as FloatType;
    const bytes = backend().matmulScratch(dtype, m, k, n, tA, tB);
    const flags = [Number(tA), Number(tB)];
    const strides = [strideOf(a!, batch), strideOf(b!, batch)];
    const sizes = [batch, m, k, n, ...flags, ...strides];
    emit(
      "matmul",
      dtype,
      [out.block, a!.block, b!.block, ...sizes, scratch(bytes), bytes],
      describe,
    );
  },
  vjp: (i, g, { inputs: [a, b], params: { tA, tB } }) => {
    if (i === 0) {
      const ga = tA
        ? matmul(b!, g, { transposeA: tB, transposeB: true })
        : matmul(g, b!, { transposeB: !tB });
      return unbroadcast(ga, a!.shape);
    }
    const gb = tB
      ? matmul(g, a!, { transposeA: true, transposeB: tA })
      : matmul(a!, g, { transposeA: !tA });
    return unbroadcast(gb, b!.shape);
  },
  jvp: (i, t, { inputs: [a, b], params: { tA, tB } }) =>
    i === 0
      ? matmul(t, b!, { transposeA: tA, transposeB: tB })
      : matmul(a!, t, { transposeA: tA, transposeB: tB }),
};

/** Elements from one matrix of the batch to the next; 0 when all share one. */
const strideOf = (x: Tensor, batch: number): number =>
  x.shape.length === 2 || batch <= 1 ? 0 : sizeOf(x.shape.slice(-2));

/** A matrix that is neither alone nor as many as the batch is stretched to the batch. */
function matchBatch(x: Tensor, lead: readonly number[]): Tensor {
  const own = x.shape.slice(0, -2);
  if (own.length === 0 || sameShape(own, lead)) return x;
  const matrix = x.shape.slice(-2);
  return sizeOf(own) === 1 ? reshape(x, matrix) : broadcastTo(x, [...lead, ...matrix]);
}

/**
 * Computes matrix products over the last two axes; the others broadcast.
 *
 *     C = op(A) op(B),  op(A) [..., m, k], op(B) [..., k, n] → [..., m, n]
 *     Ā = C̄ Bᵀ,  B̄ = Aᵀ C̄
 *
 * @throws ShapeError when the inner lengths or dtypes differ.
 */
export function matmul(a: Tensor, b: Tensor, options: Transposes = {}): Tensor {
  checkTensor("matmul", a);
  checkTensor("matmul", b);
  const flags = { tA: options.transposeA ?? false, tB: options.transposeB ?? false };
  const rank = Math.max(a.shape.length, b.shape.length);
  if (rank <= 2 || Math.min(a.shape.length, b.shape.length) < 2)
    return apply(product, [a, b], flags);
  if (b.shape.length === 2 && !flags.tA) {
    const rows = reshape(a, [sizeOf(a.shape.slice(0, -1)), a.shape.at(-1)!]);
    const flat = apply(product, [rows, b], flags);
    return reshape(flat, [...a.shape.slice(0, -1), flat.shape[1]!]);
  }
  const lead = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  const flat = apply(product, [matchBatch(a, lead), matchBatch(b, lead)], flags);
  return reshape(flat, [...lead, ...flat.shape.slice(-2)]);
}

/** Computes matrix–vector products, A [..., m, n], x [..., n] → [..., m]. @throws ShapeError when they do not fit. */
export function matvec(A: Tensor, x: Tensor): Tensor {
  checkTensor("matvec", A);
  checkTensor("matvec", x);
  if (A.shape.length === 2) {
    const rows = x.shape.length === 1 ? expandDims(x, 0) : x;
    const y = matmul(rows, A, { transposeB: true });
    return x.shape.length === 1 ? squeeze(y, 0) : y;
  }
  return squeeze(matmul(A, expandDims(x, -1)), -1);
}
