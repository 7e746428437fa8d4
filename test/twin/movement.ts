import { type Call, eachIndex, type Kernel, type Kernels, modulo, place, status } from "./call.js";

const copy: Kernel = ({ word, words, numbers }) => {
  const [out, x, offset, rank] = [numbers(0), numbers(1), word(2), word(3)];
  const strides = words(4 + rank, rank);
  eachIndex(words(4, rank), (index, flat) => {
    out[flat] = x[offset + place(index, strides)]!;
  });
  return status.done;
};

const scatter: Kernel = ({ word, words, numbers }) => {
  const [out, x, size, offset, rank] = [numbers(0), numbers(1), word(2), word(3), word(4)];
  const strides = words(5 + rank, rank);
  out.fill(0, 0, size);
  eachIndex(words(5, rank), (index, flat) => {
    out[offset + place(index, strides)] = x[flat]!;
  });
  return status.done;
};

const concat: Kernel = ({ word, numbers }) => {
  const [out, outer, count] = [numbers(0), word(1), word(2)];
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (let piece = 0; piece < count; piece++) {
      const [x, inner] = [numbers(3 + 2 * piece), word(4 + 2 * piece)];
      for (let i = 0; i < inner; i++) out[at++] = x[o * inner + i]!;
    }
  }
  return status.done;
};

const roll: Kernel = ({ words, numbers }) => {
  const [out, x] = [numbers(0), numbers(1)];
  const [outer, n, inner, shift] = words(2, 4) as [number, number, number, number];
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < n; j++) {
      const to = o * n + modulo(j + shift, n);
      for (let i = 0; i < inner; i++) out[to * inner + i] = x[(o * n + j) * inner + i]!;
    }
  }
  return status.done;
};

type IndexSizes = [number, number, number, number, number, number];

/** Calls `visit` with the position on the axis of n and the one on the axis of m. */
function eachIndexed(
  { words, numbers, fail }: Call,
  visit: (long: number, short: number) => void,
): number {
  const indices = numbers(2, "i32");
  const [batch, indexStride, outer, n, m, inner] = words(3, 6) as IndexSizes;
  for (let b = 0; b < batch; b++) {
    for (let j = 0; j < m; j++) {
      const position = b * indexStride + j;
      const index = indices[position]!;
      if (index < 0 || index >= n) return fail(status.outOfRange, 0, position, index);
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          const row = b * outer + o;
          visit((row * n + index) * inner + i, (row * m + j) * inner + i);
        }
      }
    }
  }
  return status.done;
}

const gather: Kernel = (call) => {
  const [out, x] = [call.numbers(0), call.numbers(1)];
  return eachIndexed(call, (long, short) => {
    out[short] = x[long]!;
  });
};

/** Sums in double precision, rounded once. */
const scatterAdd: Kernel = (call) => {
  const [out, x] = [call.numbers(0), call.numbers(1)];
  const [batch, outer, n, inner] = [3, 5, 6, 8].map(call.word) as [number, number, number, number];
  const sums = new Float64Array(batch * outer * n * inner);
  const code = eachIndexed(call, (long, short) => {
    sums[long]! += x[short]!;
  });
  if (code === status.done) out.set(sums);
  return code;
};

export const movement: Kernels = { copy, scatter, concat, roll, gather };
/** Sums in double precision, each rounded once. */
const cumsum: Kernel = ({ words, numbers }) => {
  const [out, x] = [numbers(0), numbers(1)];
  const [outer, n, inner, reverse] = words(2, 4) as [number, number, number, number];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let total = 0;
      for (let j = 0; j < n; j++) {
        const at = (o * n + (reverse ? n - 1 - j : j)) * inner + i;
        total += x[at]!;
        out[at] = total;
      }
    }
  }
  return status.done;
};

export const accumulation: Kernels = { scatterAdd, cumsum };
