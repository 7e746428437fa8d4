/**
 * Circular convolution as matrix products, one item of the batch after the other so that it stays
 * in the cache. `out x w batch inputs outputs n k scratch scratchBytes`
 *
 * With few inputs the item is unrolled into columns, one product each. With many, the item is
 * continued round the circle, and each of the k places of the kernel is a product with the same
 * rows, shifted:  out = Σ_j W_j x̃[:, j : j + n]. Width five with enough channels: filtering.ts.
 */
import { address, bytesOf, DONE, word } from "./abi";
import { continued, shiftOf } from "./circle";
import { filteredConv, filteredWeights, filteringScratch, filters } from "./filtering";
import { gemm, gemmScratch, gemmWithin, withinScratch } from "./gemm";
import { PLUS, SET } from "./micro";
import { copyRun } from "./simd";

/** Row (i, j) is x[i, (t + j − c) mod n] over t: [inputs·k, n], at `space`, or x itself where k is 1. */
function columnsOf<T extends number>(space: usize, x: usize, inputs: i32, n: i32, k: i32): usize {
  if (k === 1) return x;
  let to = space;
  const row = bytesOf<T>(n);
  for (let i: i32 = 0; i < inputs; i++, x += row) {
    for (let j: i32 = 0; j < k; j++, to += row) {
      const shift = bytesOf<T>(shiftOf(j, k, n));
      copyRun<T>(to, x + shift, row - shift);
      copyRun<T>(to + (row - shift), x, shift);
    }
  }
  return space;
}

/** Inputs from which shifted products, k of depth `inputs`, beat one of depth inputs·k. */
const MANY: i32 = 16;

/** W_j [outputs, inputs], j after j, from w [outputs, inputs, k] with outputs·inputs = size. */
function byPlace<T extends number>(to: usize, w: usize, size: i32, k: i32): void {
  for (let j: i32 = 0; j < k; j++) {
    for (let i: i32 = 0; i < size; i++, to += sizeof<T>()) {
      store<T>(to, load<T>(w + bytesOf<T>(i * k + j)));
    }
  }
}

/** A multiple of 16, so that what follows is aligned. */
function aligned<T>(elements: i32): i32 {
  return ((bytesOf<T>(elements) as i32) + 15) & -16;
}

/** Bytes of scratch for either kernel: the columns of one item, or its shifts, and the product's. */
export function convScratch<T extends number>(
  batch: i32,
  inputs: i32,
  outputs: i32,
  n: i32,
  k: i32,
): i32 {
  if (filters(inputs, outputs, n, k)) return filteringScratch<T>(batch, inputs, outputs, n);
  const forward = gemmScratch<T>(outputs, inputs * k, n, false);
  const weights = gemmScratch<T>(outputs, n, inputs * k, true);
  const byColumns = columnBytes<T>(inputs, n, k) + max<i32>(forward, weights);
  const shifted = withinScratch<T>(outputs, inputs);
  const own = aligned<T>(inputs * outputs * k) + aligned<T>(inputs * (n + k - 1));
  return max<i32>(byColumns, own + shifted);
}

function columnBytes<T extends number>(inputs: i32, n: i32, k: i32): i32 {
  return aligned<T>(inputs * k * n);
}

/** Whether the convolution goes by shifted products. */
function shifts(inputs: i32, outputs: i32): bool {
  return inputs >= MANY && outputs > 1;
}

/** out = Σ_j W_j x̃[:, j : j + n], item by item. */
function convolveShifted<T extends number>(args: usize): void {
  let out = address(args, 0);
  let x = address(args, 1);
  const batch = word(args, 3);
  const inputs = word(args, 4);
  const outputs = word(args, 5);
  const n = word(args, 6);
  const k = word(args, 7);
  const W = address(args, 8);
  const item = W + aligned<T>(inputs * outputs * k);
  const rest = item + aligned<T>(inputs * (n + k - 1));
  const wide = n + k - 1;
  byPlace<T>(W, address(args, 2), outputs * inputs, k);
  for (let b: i32 = 0; b < batch; b++) {
    for (let i: i32 = 0; i < inputs; i++) {
      continued<T>(item + bytesOf<T>(i * wide), x + bytesOf<T>(i * n), n, k, wide);
    }
    for (let j: i32 = 0; j < k; j++) {
      const Wj = W + bytesOf<T>(j * outputs * inputs);
      const mode = j === 0 ? SET : PLUS;
      const shifted = item + bytesOf<T>(j);
      gemmWithin<T>(out, n, Wj, inputs, shifted, wide, outputs, inputs, n, false, mode, rest);
    }
    out += bytesOf<T>(outputs * n);
    x += bytesOf<T>(inputs * n);
  }
}

/** out[b,o,t] = Σ_{i,j} w[o,i,j] x[b,i,(t+j−c) mod n]: W times the columns. */
export function circularConv<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let x = address(args, 1);
  const w = address(args, 2);
  const batch = word(args, 3);
  const inputs = word(args, 4);
  const outputs = word(args, 5);
  const n = word(args, 6);
  const k = word(args, 7);
  const space = address(args, 8);
  const used = columnBytes<T>(inputs, n, k);
  const rest = word(args, 9) - used;
  if (n === 0) return DONE;
  if (filters(inputs, outputs, n, k)) {
    filteredConv<T>(args);
    return DONE;
  }
  if (shifts(inputs, outputs)) {
    convolveShifted<T>(args);
    return DONE;
  }
  for (let b: i32 = 0; b < batch; b++) {
    const matrix = columnsOf<T>(space, x, inputs, n, k);
    gemm<T>(out, w, matrix, outputs, inputs * k, n, false, false, SET, space + used, rest);
    out += bytesOf<T>(outputs * n);
    x += bytesOf<T>(inputs * n);
  }
  return DONE;
}

/** out[o,i,j] = Σ_{b,t} g[b,o,t] x[b,i,(t+j−c) mod n]: G times the columns, transposed. */
export function circularConvWeights<T extends number>(args: usize): i32 {
  const out = address(args, 0);
  let x = address(args, 1);
  let g = address(args, 2);
  const batch = word(args, 3);
  const inputs = word(args, 4);
  const outputs = word(args, 5);
  const n = word(args, 6);
  const k = word(args, 7);
  const space = address(args, 8);
  const used = columnBytes<T>(inputs, n, k);
  const rest = word(args, 9) - used;
  const taps = inputs * k;
  if (n === 0 || batch === 0) memory.fill(out, 0, bytesOf<T>(outputs * taps));
  if (n === 0 || batch === 0) return DONE;
  if (filters(inputs, outputs, n, k)) {
    filteredWeights<T>(args);
    return DONE;
  }
  for (let b: i32 = 0; b < batch; b++) {
    const mode = b === 0 ? SET : PLUS;
    const matrix = columnsOf<T>(space, x, inputs, n, k);
    gemm<T>(out, g, matrix, outputs, n, taps, false, true, mode, space + used, rest);
    g += bytesOf<T>(outputs * n);
    x += bytesOf<T>(inputs * n);
  }
  return DONE;
}
