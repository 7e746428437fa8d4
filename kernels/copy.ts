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

/** out[r,c] = x[r + c·sx]: tiles of a transpose, out contiguous with `columns` a row. */
function transpose<T extends number>(out: usize, x: usize, rows: i32, columns: i32, sx: i32): void {
  for (let r0: i32 = 0; r0 < rows; r0 += TILE) {
    const r1 = min<i32>(r0 + TILE, rows);
    for (let c0: i32 = 0; c0 < columns; c0 += TILE) {
      const width = min<i32>(TILE, columns - c0);
      for (let r = r0; r < r1; r++) {
        const to = out + bytesOf<T>(r * columns + c0);
        move<T>(to, sizeof<T>(), x + bytesOf<T>(r + c0 * sx), bytesOf<T>(sx), width);
      }
    }
  }
}

/** `out x offset rank dims strideX`: out contiguous, x strided. */
export function copy<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  const x = address(args, 1) + bytesOf<T>(word(args, 2));
  const rows = open(args + 16, word(args, 3), 1);
  if (rows === 0) return DONE;
  const n = lengthFromEnd(0);
  const s = strideFromEnd(0, 0);
  if (mergedRank() > 1 && s !== 1 && strideFromEnd(0, 1) === 1) {
    const height = lengthFromEnd(1);
    for (let row: i32 = 0; row < rows; row += height, out += bytesOf<T>(height * n)) {
      transpose<T>(out, x + bytesOf<T>(offsetOf(0)), height, n, s);
      advance(2);
    }
    return DONE;
  }
  for (let row: i32 = 0; row < rows; row++, out += bytesOf<T>(n)) {
    const from = x + bytesOf<T>(offsetOf(0));
    if (s === 1) copyRun<T>(out, from, bytesOf<T>(n));
    else move<T>(out, sizeof<T>(), from, bytesOf<T>(s), n);
    advance();
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
  for (let row: i32 = 0; row < rows; row++, x += bytesOf<T>(n)) {
    const to = out + bytesOf<T>(offsetOf(0));
    if (s === 1) copyRun<T>(to, x, bytesOf<T>(n));
    else move<T>(to, bytesOf<T>(s), x, sizeof<T>(), n);
    advance();
  }
  return DONE;
}
