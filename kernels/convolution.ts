/**
 * Circular convolution as a matrix product, one item of the batch after the other so that its
 * columns stay in the cache. `out x w batch inputs outputs n k scratch scratchBytes`
 */
import { address, bytesOf, DONE, word } from "./abi";
import { gemm, gemmScratch } from "./gemm";
import { PLUS, SET } from "./micro";
import { copyRun } from "./simd";

/** (j − c) mod n with c = (k − 1)/2 */
function shiftOf(j: i32, k: i32, n: i32): i32 {
  const s = (j - (k - 1) / 2) % n;
  return s < 0 ? s + n : s;
}

/** Row (i, j) is x[i, (t + j − c) mod n] over t: [inputs·k, n]. */
function columns<T extends number>(to: usize, x: usize, inputs: i32, n: i32, k: i32): void {
  const row = bytesOf<T>(n);
  for (let i: i32 = 0; i < inputs; i++, x += row) {
    for (let j: i32 = 0; j < k; j++, to += row) {
      const shift = bytesOf<T>(shiftOf(j, k, n));
      copyRun<T>(to, x + shift, row - shift);
      copyRun<T>(to + (row - shift), x, shift);
    }
  }
}

/** The transpose, row t is x[i, (t + j − c) mod n] over (i, j): [n, inputs·k]. */
function windows<T extends number>(to: usize, x: usize, inputs: i32, n: i32, k: i32): void {
  const row = bytesOf<T>(n);
  for (let t: i32 = 0; t < n; t++) {
    const first = bytesOf<T>(shiftOf(t, k, n));
    let xi = x;
    for (let i: i32 = 0; i < inputs; i++, xi += row) {
      let from = first;
      for (let j: i32 = 0; j < k; j++, to += sizeof<T>()) {
        store<T>(to, load<T>(xi + from));
        from += sizeof<T>();
        if (from === row) from = 0;
      }
    }
  }
}

/** Bytes of scratch for either kernel: the columns of one item, and the product's own. */
export function convScratch<T extends number>(
  _batch: i32,
  inputs: i32,
  outputs: i32,
  n: i32,
  k: i32,
): i32 {
  const forward = gemmScratch<T>(outputs, inputs * k, n, false);
  const weights = gemmScratch<T>(outputs, n, inputs * k, false);
  return columnBytes<T>(inputs, n, k) + max<i32>(forward, weights);
}

/** A multiple of 16, so that what follows is aligned. */
function columnBytes<T extends number>(inputs: i32, n: i32, k: i32): i32 {
  return ((bytesOf<T>(inputs * k * n) as i32) + 15) & -16;
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
  for (let b: i32 = 0; b < batch; b++) {
    columns<T>(space, x, inputs, n, k);
    gemm<T>(out, w, space, outputs, inputs * k, n, false, false, SET, space + used, rest);
    out += bytesOf<T>(outputs * n);
    x += bytesOf<T>(inputs * n);
  }
  return DONE;
}

/**
 * out[o,i,j] = Σ_{b,t} g[b,o,t] x[b,i,(t+j−c) mod n]: G times the windows, summed over the batch;
 * with one output, dot products with the columns.
 */
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
  if (n === 0 || batch === 0) memory.fill(out, 0, bytesOf<T>(outputs * inputs * k));
  if (n === 0) return DONE;
  for (let b: i32 = 0; b < batch; b++) {
    const mode = b === 0 ? SET : PLUS;
    const taps = inputs * k;
    if (outputs === 1) {
      columns<T>(space, x, inputs, n, k);
      gemm<T>(out, g, space, 1, n, taps, false, true, mode, space + used, rest);
    } else {
      windows<T>(space, x, inputs, n, k);
      gemm<T>(out, g, space, outputs, n, taps, false, false, mode, space + used, rest);
    }
    g += bytesOf<T>(outputs * n);
    x += bytesOf<T>(inputs * n);
  }
  return DONE;
}
