/**
 * Circular convolution of width five by minimal filtering: eight products of matrices, one for each
 * place ξ of the transforms, instead of five four times as wide.
 *
 *     M_ξ = U_ξ V_ξ   [outputs, inputs] [inputs, tiles],    W̄_ξ = Σ P_ξᵀ V_ξ   [outputs, tiles] [tiles, inputs]
 *
 * The tiles of all items of a block stand side by side, so that none is empty. A block of the batch at a
 * time, so that its transforms stay in the cache. Transforms are written as the products read them: V by
 * rows of tiles for the one, V and P by rows of channels for the other. The words are those of convolution.ts.
 */
import { address, bytesOf, word } from "./abi";
import { continuedByTwo } from "./circle";
import { gemmWithin, withinScratch } from "./gemm";
import { PLUS, SET, tileColumns } from "./micro";
import {
  filtersOf,
  OUTPUTS,
  outputsOf,
  PLACES,
  TAPS,
  transformCotangentsOfRows,
  transformFilters,
  transformInputs,
  transformInputsOfRows,
} from "./minimal";
import { copyVectors, Simd } from "./simd";

/** Channels on either side, and places of the circle, from which the transforms pay. */
const LEAST: i32 = 8;
/** Bytes of the transforms of a block. */
const BLOCK: i32 = 262144;
/** Elements that may be read or written past what is used: a vector less one, and a row of a product's tile. */
const BEYOND: i32 = 16;

/** Does a convolution go by minimal filtering? */
export function filters(inputs: i32, outputs: i32, n: i32, k: i32): bool {
  return k === TAPS && min<i32>(n, min<i32>(inputs, outputs)) >= LEAST;
}

/** Tiles of an item. */
function tilesOf(n: i32): i32 {
  return (n + OUTPUTS - 1) / OUTPUTS;
}

/** n in whole vectors. */
function wholeVectors<T>(n: i32): i32 {
  const lanes = Simd.lanes<T>();
  return ((n + lanes - 1) / lanes) * lanes;
}

/** Items of a block: as many as the cache takes, and if it takes enough, so many that their tiles fill those of a product. */
function itemsOf<T>(batch: i32, inputs: i32, outputs: i32, n: i32): i32 {
  const bytes = bytesOf<T>(PLACES * (inputs + outputs) * tilesOf(n)) as i32;
  const most = max<i32>(1, min<i32>(batch, BLOCK / max<i32>(1, bytes)));
  let unit: i32 = 1;
  while ((unit * tilesOf(n)) % tileColumns<T>() !== 0) unit *= 2;
  return most < unit ? most : most - (most % unit);
}

/** Columns of a product of so many tiles, all of them in whole vectors, and the last in one, two or the most. */
function columnsOf<T>(tiles: i32): i32 {
  const widest = tileColumns<T>();
  const left = tiles % widest;
  return left > 2 * Simd.lanes<T>() ? tiles + widest - left : wholeVectors<T>(tiles);
}

/** Elements of a row continued round the circle, from two places before its first. */
function rowOf<T>(n: i32): i32 {
  return OUTPUTS * (wholeVectors<T>(tilesOf(n)) + 1);
}

/** Elements of one place of the transforms of a block. */
function planeOf<T>(channels: i32, tiles: i32): i32 {
  return wholeVectors<T>(channels) * wholeVectors<T>(tiles) + BEYOND;
}

/** Bytes of scratch: filters, transforms of a block, rows, and the products' own. */
export function filteringScratch<T>(batch: i32, inputs: i32, outputs: i32, n: i32): i32 {
  const tiles = columnsOf<T>(itemsOf<T>(batch, inputs, outputs, n) * tilesOf(n));
  const planes = inputs * outputs + planeOf<T>(inputs, tiles) + planeOf<T>(outputs, tiles);
  const rows = max<i32>(Simd.lanes<T>() * rowOf<T>(n), OUTPUTS * wholeVectors<T>(tiles));
  return (bytesOf<T>(PLACES * planes + rows) as i32) + withinScratch<T>(outputs, inputs);
}

/** Transforms of the rows of `items` items: place ξ of row i of item b at ξ·plane + i·ld + b·tiles. */
function spread<T>(
  to: usize,
  ld: usize,
  plane: usize,
  x: usize,
  items: i32,
  channels: i32,
  n: i32,
  row: usize,
): void {
  const vectors = wholeVectors<T>(tilesOf(n)) / Simd.lanes<T>();
  const item = bytesOf<T>(tilesOf(n));
  const used = OUTPUTS * (tilesOf(n) + 1);
  for (let i: i32 = 0; i < channels; i++, to += ld) {
    // The last vector of an item may reach into the next one, which is written after it.
    for (let b: i32 = 0; b < items; b++) {
      continuedByTwo<T>(row, x + bytesOf<T>((b * channels + i) * n), n, used);
      transformInputs<T>(to + (b as usize) * item, plane, row, vectors);
    }
  }
}

/**
 * The same by rows of channels: place ξ of tile τ of item b at ξ·plane + (b·tiles + τ)·channels, in whole vectors;
 * of inputs, or of cotangents, which are 0 beyond n.
 */
function spreadByChannels<T>(
  to: usize,
  plane: usize,
  x: usize,
  cotangents: bool,
  items: i32,
  channels: i32,
  n: i32,
  rows: usize,
): void {
  const tiles = tilesOf(n);
  const used = OUTPUTS * (tiles + 1);
  const length = bytesOf<T>(n);
  const step = bytesOf<T>(wholeVectors<T>(channels));
  const ld = bytesOf<T>(rowOf<T>(n));
  const lanes = Simd.lanes<T>();
  if (cotangents) memory.fill(rows, 0, (lanes as usize) * ld);
  for (let b: i32 = 0; b < items; b++, to += (tiles as usize) * step) {
    for (let i: i32 = 0; i < channels; i += lanes) {
      for (let lane: i32 = 0; lane < min<i32>(lanes, channels - i); lane++, x += length) {
        const row = rows + (lane as usize) * ld;
        if (cotangents) copyVectors(row, x, length);
        else continuedByTwo<T>(row, x, n, used);
      }
      const first = to + bytesOf<T>(i);
      if (cotangents) transformCotangentsOfRows<T>(first, step, plane, rows, ld, tiles);
      else transformInputsOfRows<T>(first, step, plane, rows, ld, tiles);
    }
  }
}

/** The outputs of `items` items from their transforms: those of a channel into `space`, then each to its item. */
function collect<T>(
  out: usize,
  from: usize,
  ld: usize,
  plane: usize,
  items: i32,
  channels: i32,
  n: i32,
  space: usize,
): void {
  const vectors = wholeVectors<T>(items * tilesOf(n)) / Simd.lanes<T>();
  const row = bytesOf<T>(OUTPUTS * tilesOf(n));
  for (let o: i32 = 0; o < channels; o++, from += ld, out += bytesOf<T>(n)) {
    outputsOf<T>(space, from, plane, vectors);
    let to = out;
    let y = space;
    for (let b: i32 = 0; b < items; b++, y += row, to += bytesOf<T>(channels * n)) {
      copyVectors(to, y, bytesOf<T>(n));
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
  const ld = columnsOf<T>(most * tilesOf(n));
  const stride = bytesOf<T>(ld);
  const planeV = bytesOf<T>(planeOf<T>(inputs, ld));
  const planeM = bytesOf<T>(planeOf<T>(outputs, ld));
  const U = address(args, 8);
  const V = U + bytesOf<T>(PLACES * size);
  const M = V + PLACES * planeV;
  const row = M + PLACES * planeM;
  const rest = row + bytesOf<T>(max<i32>(rowOf<T>(n), OUTPUTS * ld));
  transformFilters<T>(U, address(args, 2), size);
  for (let done: i32 = 0; done < batch; done += most) {
    const items = min<i32>(most, batch - done);
    const columns = columnsOf<T>(items * tilesOf(n));
    spread<T>(V, stride, planeV, x, items, inputs, n, row);
    for (let place: i32 = 0; place < PLACES; place++) {
      const u = U + bytesOf<T>(place * size);
      const v = V + (place as usize) * planeV;
      const m = M + (place as usize) * planeM;
      gemmWithin<T>(m, ld, u, inputs, v, ld, outputs, inputs, columns, false, SET, rest);
    }
    collect<T>(out, M, stride, planeM, items, outputs, n, row);
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
  const ldV = wholeVectors<T>(inputs);
  const ldP = wholeVectors<T>(outputs);
  const planeV = bytesOf<T>(planeOf<T>(inputs, most * tilesOf(n)));
  const planeP = bytesOf<T>(planeOf<T>(outputs, most * tilesOf(n)));
  const W = address(args, 8);
  const V = W + bytesOf<T>(PLACES * size);
  const P = V + PLACES * planeV;
  const rows = P + PLACES * planeP;
  for (let done: i32 = 0; done < batch; done += most) {
    const items = min<i32>(most, batch - done);
    const tiles = items * tilesOf(n);
    spreadByChannels<T>(V, planeV, x, false, items, inputs, n, rows);
    spreadByChannels<T>(P, planeP, g, true, items, outputs, n, rows);
    const mode = done === 0 ? SET : PLUS;
    for (let place: i32 = 0; place < PLACES; place++) {
      const w = W + bytesOf<T>(place * size);
      const v = V + (place as usize) * planeV;
      const p = P + (place as usize) * planeP;
      gemmWithin<T>(w, inputs, p, ldP, v, ldV, outputs, tiles, inputs, true, mode, 0);
    }
    x += bytesOf<T>(items * inputs * n);
    g += bytesOf<T>(items * outputs * n);
  }
  filtersOf<T>(address(args, 0), W, size);
}
