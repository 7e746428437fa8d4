/**
 * Circular convolution of width five by minimal filtering: eight products of matrices, one for each
 * place ξ of the transforms, instead of five four times as wide.
 *
 *     M_ξ = U_ξ V_ξ   [outputs, inputs] [inputs, tiles],    W̄_ξ = Σ P_ξ V_ξᵀ   [outputs, tiles] [tiles, inputs]
 *
 * A block of the batch at a time, so that its transforms stay in the cache. The words are those of
 * convolution.ts.
 */
import { address, bytesOf, word } from "./abi";
import { continued } from "./circle";
import { gemmScratch, gemmWithin } from "./gemm";
import { PLUS, SET } from "./micro";
import {
  filtersOf,
  OUTPUTS,
  outputsOf,
  PLACES,
  TAPS,
  transformCotangents,
  transformFilters,
  transformInputs,
} from "./minimal";
import { copyRun, Simd } from "./simd";

/** Channels on either side, and places of the circle, from which the transforms pay. */
const LEAST: i32 = 8;
/** Bytes of the transforms of a block. */
const BLOCK: i32 = 262144;

/** Does a convolution go by minimal filtering? */
export function filters(inputs: i32, outputs: i32, n: i32, k: i32): bool {
  return k === TAPS && min<i32>(n, min<i32>(inputs, outputs)) >= LEAST;
}

/** Tiles of an item, whole vectors of them. */
function tilesOf<T>(n: i32): i32 {
  const lanes = Simd.lanes<T>();
  const tiles = (n + OUTPUTS - 1) / OUTPUTS;
  return ((tiles + lanes - 1) / lanes) * lanes;
}

/** Items of a block. */
function itemsOf<T>(batch: i32, inputs: i32, outputs: i32, n: i32): i32 {
  const bytes = bytesOf<T>(PLACES * (inputs + outputs) * tilesOf<T>(n)) as i32;
  return max<i32>(1, min<i32>(batch, BLOCK / max<i32>(1, bytes)));
}

/** Elements of a row continued round the circle, from two places before its first. */
function rowOf<T>(n: i32): i32 {
  return OUTPUTS * (tilesOf<T>(n) + 1);
}

/** Elements before the products' scratch: filters, transforms of a block, a row. */
function elementsOf<T>(batch: i32, inputs: i32, outputs: i32, n: i32): i32 {
  const tiles = itemsOf<T>(batch, inputs, outputs, n) * tilesOf<T>(n);
  return PLACES * (inputs * outputs + (inputs + outputs) * tiles) + rowOf<T>(n);
}

/** Bytes of scratch. */
export function filteringScratch<T>(batch: i32, inputs: i32, outputs: i32, n: i32): i32 {
  const tiles = itemsOf<T>(batch, inputs, outputs, n) * tilesOf<T>(n);
  const forward = gemmScratch<T>(outputs, inputs, tiles, true);
  const weights = gemmScratch<T>(outputs, tiles, inputs, true);
  const own = bytesOf<T>(elementsOf<T>(batch, inputs, outputs, n)) as i32;
  return own + max<i32>(forward, weights);
}

/** Transforms of the rows of `items` items: place ξ of row i of item b at ξ·plane + (i·items + b)·count. */
function spread<T>(
  to: usize,
  plane: usize,
  x: usize,
  items: i32,
  channels: i32,
  n: i32,
  row: usize,
): void {
  const count = tilesOf<T>(n);
  const length = bytesOf<T>(n);
  for (let b: i32 = 0; b < items; b++) {
    for (let i: i32 = 0; i < channels; i++, x += length) {
      continued<T>(row, x, n, TAPS, rowOf<T>(n));
      transformInputs<T>(to + bytesOf<T>((i * items + b) * count), plane, row, count);
    }
  }
}

/** The same for cotangents; beyond n they are 0. */
function spreadCotangents<T>(
  to: usize,
  plane: usize,
  g: usize,
  items: i32,
  channels: i32,
  n: i32,
  row: usize,
): void {
  const count = tilesOf<T>(n);
  const length = bytesOf<T>(n);
  memory.fill(row + length, 0, bytesOf<T>(count * OUTPUTS) - length);
  for (let b: i32 = 0; b < items; b++) {
    for (let o: i32 = 0; o < channels; o++, g += length) {
      copyRun<T>(row, g, length);
      transformCotangents<T>(to + bytesOf<T>((o * items + b) * count), plane, row, count);
    }
  }
}

/** The outputs of `items` items from their transforms. */
function collect<T>(
  out: usize,
  from: usize,
  plane: usize,
  items: i32,
  channels: i32,
  n: i32,
  row: usize,
): void {
  const count = tilesOf<T>(n);
  const length = bytesOf<T>(n);
  for (let b: i32 = 0; b < items; b++) {
    for (let o: i32 = 0; o < channels; o++, out += length) {
      outputsOf<T>(row, from + bytesOf<T>((o * items + b) * count), plane, count);
      copyRun<T>(out, row, length);
    }
  }
}

/** out[b,o,t] = Σ_{i,j} w[o,i,j] x[b,i,(t+j−2) mod n] */
export function filteredConv<T extends number>(args: usize): void {
  let out = address(args, 0);
  let x = address(args, 1);
  const batch = word(args, 3);
  const inputs = word(args, 4);
  const outputs = word(args, 5);
  const n = word(args, 6);
  const most = itemsOf<T>(batch, inputs, outputs, n);
  const size = inputs * outputs;
  const U = address(args, 8);
  const V = U + bytesOf<T>(PLACES * size);
  const M = V + bytesOf<T>(PLACES * inputs * most * tilesOf<T>(n));
  const row = M + bytesOf<T>(PLACES * outputs * most * tilesOf<T>(n));
  const rest = row + bytesOf<T>(rowOf<T>(n));
  transformFilters<T>(U, address(args, 2), size);
  for (let done: i32 = 0; done < batch; done += most) {
    const items = min<i32>(most, batch - done);
    const tiles = items * tilesOf<T>(n);
    const planeV = bytesOf<T>(inputs * tiles);
    const planeM = bytesOf<T>(outputs * tiles);
    spread<T>(V, planeV, x, items, inputs, n, row);
    for (let place: i32 = 0; place < PLACES; place++) {
      const u = U + bytesOf<T>(place * size);
      const v = V + (place as usize) * planeV;
      const m = M + (place as usize) * planeM;
      gemmWithin<T>(m, tiles, u, inputs, v, tiles, outputs, inputs, tiles, false, SET, rest);
    }
    collect<T>(out, M, planeM, items, outputs, n, row);
    x += bytesOf<T>(items * inputs * n);
    out += bytesOf<T>(items * outputs * n);
  }
}

/** out[o,i,j] = Σ_{b,t} g[b,o,t] x[b,i,(t+j−2) mod n] */
export function filteredWeights<T extends number>(args: usize): void {
  let x = address(args, 1);
  let g = address(args, 2);
  const batch = word(args, 3);
  const inputs = word(args, 4);
  const outputs = word(args, 5);
  const n = word(args, 6);
  const most = itemsOf<T>(batch, inputs, outputs, n);
  const size = inputs * outputs;
  const W = address(args, 8);
  const V = W + bytesOf<T>(PLACES * size);
  const P = V + bytesOf<T>(PLACES * inputs * most * tilesOf<T>(n));
  const row = P + bytesOf<T>(PLACES * outputs * most * tilesOf<T>(n));
  const rest = row + bytesOf<T>(rowOf<T>(n));
  for (let done: i32 = 0; done < batch; done += most) {
    const items = min<i32>(most, batch - done);
    const tiles = items * tilesOf<T>(n);
    const planeV = bytesOf<T>(inputs * tiles);
    const planeP = bytesOf<T>(outputs * tiles);
    spread<T>(V, planeV, x, items, inputs, n, row);
    spreadCotangents<T>(P, planeP, g, items, outputs, n, row);
    const mode = done === 0 ? SET : PLUS;
    for (let place: i32 = 0; place < PLACES; place++) {
      const w = W + bytesOf<T>(place * size);
      const v = V + (place as usize) * planeV;
      const p = P + (place as usize) * planeP;
      gemmWithin<T>(w, inputs, p, tiles, v, tiles, outputs, tiles, inputs, true, mode, rest);
    }
    x += bytesOf<T>(items * inputs * n);
    g += bytesOf<T>(items * outputs * n);
  }
  filtersOf<T>(address(args, 0), W, size);
}
