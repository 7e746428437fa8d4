/** Strided copies: transposes, slices, broadcasts, diagonals, and their adjoints. */
import { address, bytesOf, DONE, word } from "./abi";
import { copyRun } from "./simd";
import { advance, lengthFromEnd, mergedRank, offsetOf, open, strideFromEnd } from "./walk";

/** Side of the square tiles of a transpose: both sides of a tile fit the first cache. */
const TILE: i32 = 16;

/** out[i·so] = x[i·sx], strides in bytes. */
function move<T extends number>(out: usize, so: usize, x: usize, sx: usize, n: i32): void {
  for (let i: i32 = 0; i < n; i++, out += so, x += sx) store<T>(out, load<T>(x));
}

/** Rows of `length` contiguous bytes, `rowOut` apart in out and `row` apart in x. */
function moveRows<T extends number>(
  out: usize,
  rowOut: usize,
  x: usize,
  row: usize,
  height: i32,
  length: usize,
): void {
  if (length < 16) {
    const words = length & 8;
    for (; height > 0; height--, out += rowOut, x += row) {
      if (words !== 0) store<u64>(out, load<u64>(x));
      if (words < length) store<u32>(out + words, load<u32>(x + words));
    }
  } else if (length <= 32) {
    for (; height > 0; height--, out += rowOut, x += row) {
      v128.store(out, v128.load(x));
      v128.store(out + length - 16, v128.load(x + length - 16));
    }
  } else {
    for (; height > 0; height--, out += rowOut, x += row) copyRun<T>(out, x, length);
  }
}

/** out[r,c] = x[r + c·sx], sx in bytes: two by two where an element has 8 bytes. */
function transposeTile<T extends number>(
  out: usize,
  ld: usize,
  x: usize,
  rows: i32,
  columns: i32,
  sx: usize,
): void {
  let r: i32 = 0;
  if (sizeof<T>() === 8) {
    for (; r + 2 <= rows; r += 2, out += 2 * ld, x += 16) {
      let to = out;
      let from = x;
      let c: i32 = 0;
      for (; c + 2 <= columns; c += 2, to += 16, from += 2 * sx) {
        const first = v128.load(from);
        const second = v128.load(from + sx);
        v128.store(to, v128.shuffle<i64>(first, second, 0, 2));
        v128.store(to + ld, v128.shuffle<i64>(first, second, 1, 3));
      }
      if (c < columns) {
        store<T>(to, load<T>(from));
        store<T>(to + ld, load<T>(from + 8));
      }
    }
  }
  for (; r < rows; r++, out += ld, x += sizeof<T>()) {
    move<T>(out, sizeof<T>(), x, sx, columns);
  }
}

/** out[r,c] = x[r + c·sx], sx in bytes, by tiles; out contiguous with `columns` a row. */
function transpose<T extends number>(
  out: usize,
  x: usize,
  rows: i32,
  columns: i32,
  sx: usize,
): void {
  const ld = bytesOf<T>(columns);
  if (rows <= TILE || columns <= TILE) {
    transposeTile<T>(out, ld, x, rows, columns, sx);
    return;
  }
  for (let r: i32 = 0; r < rows; r += TILE) {
    const height = min<i32>(TILE, rows - r);
    for (let c: i32 = 0; c < columns; c += TILE) {
      const to = out + (r as usize) * ld + bytesOf<T>(c);
      const from = x + bytesOf<T>(r) + (c as usize) * sx;
      transposeTile<T>(to, ld, from, height, min<i32>(TILE, columns - c), sx);
    }
  }
}

/** `out x offset rank dims strideX`: out contiguous, x strided; by blocks of three merged axes. */
export function copy<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  const x = address(args, 1) + bytesOf<T>(word(args, 2));
  const rows = open(args + 16, word(args, 3), 1);
  if (rows === 0) return DONE;
  const axes = mergedRank();
  const n = lengthFromEnd(0);
  const s = strideFromEnd(0, 0);
  const height = axes > 1 ? lengthFromEnd(1) : 1;
  const row = axes > 1 ? strideFromEnd(0, 1) : 0;
  const depth = axes > 2 ? lengthFromEnd(2) : 1;
  const sheet = axes > 2 ? bytesOf<T>(strideFromEnd(0, 2)) : 0;
  const size = bytesOf<T>(height * n);
  for (let done: i32 = 0; done < rows; done += height * depth) {
    let from = x + bytesOf<T>(offsetOf(0));
    for (let i: i32 = 0; i < depth; i++, from += sheet, out += size) {
      const length = bytesOf<T>(n);
      if (s === 1) moveRows<T>(out, length, from, bytesOf<T>(row), height, length);
      else if (row === 1 && height > 1) transpose<T>(out, from, height, n, bytesOf<T>(s));
      else {
        for (let r: i32 = 0; r < height; r++) {
          const at = from + bytesOf<T>(r * row);
          move<T>(out + bytesOf<T>(r * n), sizeof<T>(), at, bytesOf<T>(s), n);
        }
      }
    }
    advance(3);
  }
  return DONE;
}

/** `out x size offset rank dims strideOut`: zeroes out, then x contiguous, out strided. */
export function scatter<T extends number>(args: usize): i32 {
  let x = address(args, 1);
  memory.fill(address(args, 0), 0, bytesOf<T>(word(args, 2)));
  const out = address(args, 0) + bytesOf<T>(word(args, 3));
  const rows = open(args + 20, word(args, 4), 1);
  if (rows === 0) return DONE;
  const n = lengthFromEnd(0);
  const s = strideFromEnd(0, 0);
  const height = mergedRank() > 1 ? lengthFromEnd(1) : 1;
  const row = mergedRank() > 1 ? bytesOf<T>(strideFromEnd(0, 1)) : 0;
  const length = bytesOf<T>(n);
  for (let done: i32 = 0; done < rows; done += height, x += (height as usize) * length) {
    const to = out + bytesOf<T>(offsetOf(0));
    if (s === 1) moveRows<T>(to, row, x, length, height, length);
    else {
      for (let r: i32 = 0; r < height; r++) {
        const from = x + (r as usize) * length;
        move<T>(to + (r as usize) * row, bytesOf<T>(s), from, sizeof<T>(), n);
      }
    }
    advance(2);
  }
  return DONE;
}
