/** Movement kernels of the twin. */
import { type Call, type DType, indicesOf, type Kernel, offsetOf, status } from "./call.js";

const copy =
  (dtype: DType): Kernel =>
  (call) => {
    const rank = call.word(3);
    const x = call.array(1, dtype);
    const out = call.array(0, dtype);
    let i = 0;
    for (const index of indicesOf(call.words(4, rank))) {
      out[i++] = x[call.word(2) + offsetOf(index, call.words(4 + rank, rank))]!;
    }
  };

const scatter =
  (dtype: DType): Kernel =>
  (call) => {
    const rank = call.word(4);
    const x = call.array(1, dtype);
    const out = call.array(0, dtype);
    out.fill(0, 0, call.word(2));
    let i = 0;
    for (const index of indicesOf(call.words(5, rank))) {
      out[call.word(3) + offsetOf(index, call.words(5 + rank, rank))] = x[i++]!;
    }
  };

const concat =
  (dtype: DType): Kernel =>
  (call) => {
    const out = call.array(0, dtype);
    let at = 0;
    for (let o = 0; o < call.word(1); o++) {
      for (let p = 0; p < call.word(2); p++) {
        const x = call.array(3 + 2 * p, dtype);
        const inner = call.word(4 + 2 * p);
        for (let i = 0; i < inner; i++) out[at++] = x[o * inner + i]!;
      }
    }
  };

const roll =
  (dtype: DType): Kernel =>
  (call) => {
    const out = call.array(0, dtype);
    const x = call.array(1, dtype);
    const [outer, n, inner, shift] = call.words(2, 4) as [number, number, number, number];
    for (const [o, j, i] of indicesOf([outer, n, inner]) as Iterable<[number, number, number]>) {
      out[(o * n + ((j + shift) % n)) * inner + i] = x[(o * n + j) * inner + i]!;
    }
  };

/** Position in the list and value of the first index outside the axis. */
function badIndex(call: Call): [position: number, index: number] | null {
  const [batch, indexStride, , n, m] = call.words(3, 5) as [number, number, number, number, number];
  const list = call.array(2, "i32");
  for (let b = 0; b < batch; b++) {
    for (let j = 0; j < m; j++) {
      const position = b * indexStride + j;
      if (list[position]! < 0 || list[position]! >= n) return [position, list[position]!];
    }
  }
  return null;
}

/** gather, or its adjoint: element `short` of the indexed side belongs to `long` of the other. */
const indexed =
  (dtype: DType, adjoint: boolean): Kernel =>
  (call) => {
    const out = call.array(0, dtype);
    const x = call.array(1, dtype);
    const list = call.array(2, "i32");
    const sizes = call.words(3, 6) as [number, number, number, number, number, number];
    const [batch, indexStride, outer, n, m, inner] = sizes;
    const bad = badIndex(call);
    if (bad) return call.fail(status.outOfRange, 0, bad[0], bad[1]);
    if (adjoint) out.fill(0, 0, batch * outer * n * inner);
    for (const index of indicesOf([batch, outer, m, inner])) {
      const [b, o, j, i] = index as [number, number, number, number];
      const long = ((b * outer + o) * n + list[b * indexStride + j]!) * inner + i;
      const short = ((b * outer + o) * m + j) * inner + i;
      if (adjoint) out[long]! += x[short]!;
      else out[short] = x[long]!;
    }
  };

export const movement = (dtype: DType): Record<string, Kernel> => ({
  copy: copy(dtype),
  scatter: scatter(dtype),
  concat: concat(dtype),
  roll: roll(dtype),
  gather: indexed(dtype, false),
  ...(dtype === "i32" ? {} : { scatterAdd: indexed(dtype, true) }),
});
