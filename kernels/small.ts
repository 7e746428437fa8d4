/**
 * Products of many small matrices, read where they lie: each tile of C passes over the whole batch
 * before the next one, so that nothing but the tile's own work is done for each matrix.
 *
 * A tile is up to 4 rows of 1 or 2 vectors in registers. Where vectors do not fill the width of C
 * evenly, the last overlaps the one before and computes the same elements again. A C that is narrower
 * than a vector has the sums of what follows B's rows in the lanes left over, which are not stored.
 */
import { bytesOf, readablePast, WORK_BYTES, workAddress } from "./abi";
import { packTransposed } from "./pack";
import { Simd } from "./simd";

/** Numbers as types: a tile of 1, 2, 3 or 4 rows, of 1, 2 or (three) a part of one vector. */
type One = i8;
type Two = i16;
type Three = i32;
type Four = i64;

/** The largest side of a small B. */
const SIDE: i32 = 32;

/** Bytes of the work space for transposed matrices; a vector may go over their end. */
const ROOM: usize = (WORK_BYTES as usize) - 16;

/** Is a product one for `smallProducts`? The last B ends at `endB`: narrow rows are read past it. */
export function isSmall<T>(m: i32, k: i32, n: i32, transposeB: bool, endB: usize): bool {
  if (m === 1 && transposeB) return false;
  if (bytesOf<T>(n) < 16 && !transposeB && !readablePast(endB)) return false;
  return n > 1 && n <= SIDE && k <= SIDE && k > 0;
}

class Row {
  /** Stores a vector, or its first `size` bytes: 8 or 12. */
  @inline
  static store<Vectors>(to: usize, x: v128, size: usize): void {
    if (sizeof<Vectors>() < 4) v128.store(to, x);
    else {
      v128.store64_lane(to, x, 0);
      if (size > 8) v128.store32_lane(to + 8, x, 2);
    }
  }
}

/**
 * Rows of the tile at c for each matrix: A[i,p] at a + i·rowA + p·stepA, B[p,:] at b + p·rowB (C's rows
 * are as far apart), the second vector `second` bytes after the first; matrices are nextA, nextB,
 * nextC bytes apart. Of a part of a vector, `second` is its bytes.
 */
function tile<T extends number, Rows, Vectors>(
  batch: i32,
  k: i32,
  a: usize,
  rowA: usize,
  stepA: usize,
  nextA: usize,
  b: usize,
  rowB: usize,
  second: usize,
  nextB: usize,
  c: usize,
  nextC: usize,
): void {
  const two = sizeof<Rows>() >= 2;
  const three = sizeof<Rows>() >= 4;
  const four = sizeof<Rows>() >= 8;
  const wide = sizeof<Vectors>() === 2;
  const zero = v128.splat<T>(0 as T);
  for (let i: i32 = 0; i < batch; i++, a += nextA, b += nextB, c += nextC) {
    let c00 = zero;
    let c01 = zero;
    let c10 = zero;
    let c11 = zero;
    let c20 = zero;
    let c21 = zero;
    let c30 = zero;
    let c31 = zero;
    let p = a;
    let q = b;
    for (let l = k; l > 0; l--, p += stepA, q += rowB) {
      const b0 = v128.load(q);
      const b1 = wide ? v128.load(q + second) : zero;
      let x = Simd.loadSplat<T>(p);
      c00 = Simd.madd<T>(x, b0, c00);
      if (wide) c01 = Simd.madd<T>(x, b1, c01);
      if (two) {
        x = Simd.loadSplat<T>(p + rowA);
        c10 = Simd.madd<T>(x, b0, c10);
        if (wide) c11 = Simd.madd<T>(x, b1, c11);
      }
      if (three) {
        x = Simd.loadSplat<T>(p + 2 * rowA);
        c20 = Simd.madd<T>(x, b0, c20);
        if (wide) c21 = Simd.madd<T>(x, b1, c21);
      }
      if (four) {
        x = Simd.loadSplat<T>(p + 3 * rowA);
        c30 = Simd.madd<T>(x, b0, c30);
        if (wide) c31 = Simd.madd<T>(x, b1, c31);
      }
    }
    Row.store<Vectors>(c, c00, second);
    if (wide) v128.store(c + second, c01);
    if (two) {
      Row.store<Vectors>(c + rowB, c10, second);
      if (wide) v128.store(c + rowB + second, c11);
    }
    if (three) {
      Row.store<Vectors>(c + 2 * rowB, c20, second);
      if (wide) v128.store(c + 2 * rowB + second, c21);
    }
    if (four) {
      Row.store<Vectors>(c + 3 * rowB, c30, second);
      if (wide) v128.store(c + 3 * rowB + second, c31);
    }
  }
}

/** All rows of the columns at b and c. */
function strip<T extends number, Vectors>(
  batch: i32,
  m: i32,
  k: i32,
  a: usize,
  rowA: usize,
  stepA: usize,
  nextA: usize,
  b: usize,
  rowB: usize,
  second: usize,
  nextB: usize,
  c: usize,
  nextC: usize,
): void {
  let left = m;
  // the last 5 rows are 3 + 2
  for (; left > 5 || left === 4; left -= 4, a += 4 * rowA, c += 4 * rowB) {
    tile<T, Four, Vectors>(batch, k, a, rowA, stepA, nextA, b, rowB, second, nextB, c, nextC);
  }
  if (left > 2) {
    tile<T, Three, Vectors>(batch, k, a, rowA, stepA, nextA, b, rowB, second, nextB, c, nextC);
    left -= 3;
    a += 3 * rowA;
    c += 3 * rowB;
  }
  if (left === 2) {
    tile<T, Two, Vectors>(batch, k, a, rowA, stepA, nextA, b, rowB, second, nextB, c, nextC);
  } else if (left === 1) {
    tile<T, One, Vectors>(batch, k, a, rowA, stepA, nextA, b, rowB, second, nextB, c, nextC);
  }
}

/** C = op(A) B for each matrix; B as it stands. */
function straight<T extends number>(
  batch: i32,
  c: usize,
  a: usize,
  b: usize,
  m: i32,
  k: i32,
  n: i32,
  transposeA: bool,
  nextA: usize,
  nextB: usize,
): void {
  const rowA = transposeA ? sizeof<T>() : bytesOf<T>(k);
  const stepA = transposeA ? bytesOf<T>(m) : sizeof<T>();
  const row = bytesOf<T>(n);
  const nextC = bytesOf<T>(m * n);
  if (row < 16) {
    strip<T, Three>(batch, m, k, a, rowA, stepA, nextA, b, row, row, nextB, c, nextC);
    return;
  }
  let at: usize = 0;
  for (; at + 16 < row; at += 32) {
    const second = min<usize>(16, row - 16 - at);
    const to = c + at;
    strip<T, Two>(batch, m, k, a, rowA, stepA, nextA, b + at, row, second, nextB, to, nextC);
  }
  if (at < row) {
    at = row - 16;
    strip<T, One>(batch, m, k, a, rowA, stepA, nextA, b + at, row, 0, nextB, c + at, nextC);
  }
}

/**
 * f32: k × n numbers at `to` from their transpose at b, n 2 or 3 and k at least 4. Four rows at a
 * time are written as whole vectors, each over the end of the one before; 16 − 4n bytes too many.
 */
function turnNarrow(to: usize, b: usize, k: i32, n: i32): void {
  const row = bytesOf<f32>(n);
  const last = bytesOf<f32>(k - 4);
  const second = b + bytesOf<f32>(k);
  const third = n === 3 ? second + bytesOf<f32>(k) : second;
  for (let p: usize = 0; ; p = min<usize>(p + 16, last)) {
    const x = v128.load(b + p);
    const y = v128.load(second + p);
    const z = v128.load(third + p);
    const at = to + p * (n as usize);
    v128.store(at, Simd.low(Simd.zipLow(x, y), Simd.zipLow(z, z)));
    v128.store(at + row, Simd.high(Simd.zipLow(x, y), Simd.zipLow(z, z)));
    v128.store(at + 2 * row, Simd.low(Simd.zipHigh(x, y), Simd.zipHigh(z, z)));
    v128.store(at + 3 * row, Simd.high(Simd.zipHigh(x, y), Simd.zipHigh(z, z)));
    if (p === last) return;
  }
}

/** B transposed into the work space, for each matrix. */
function turn<T extends number>(batch: i32, b: usize, k: i32, n: i32, nextB: usize): void {
  let to = workAddress();
  const narrow = sizeof<T>() === 4 && n < 4 && k >= 4;
  for (let i: i32 = 0; i < batch; i++, b += nextB, to += bytesOf<T>(k * n)) {
    if (narrow) turnNarrow(to, b, k, n);
    else packTransposed<T>(to, n, b, bytesOf<T>(k), n, k);
  }
}

/** C = op(A) op(B) for each matrix of the batch; those of A and B are nextA and nextB bytes apart. */
export function smallProducts<T extends number>(
  batch: i32,
  c: usize,
  a: usize,
  b: usize,
  m: i32,
  k: i32,
  n: i32,
  transposeA: bool,
  transposeB: bool,
  nextA: usize,
  nextB: usize,
): void {
  if (!transposeB) {
    straight<T>(batch, c, a, b, m, k, n, transposeA, nextA, nextB);
    return;
  }
  const size = bytesOf<T>(k * n);
  const most = nextB === 0 ? max<i32>(batch, 1) : ((ROOM / size) as i32);
  for (let done: i32 = 0; done < batch; done += most) {
    const count = min<i32>(most, batch - done);
    turn<T>(nextB === 0 ? 1 : count, b, k, n, nextB);
    const step = nextB === 0 ? 0 : size;
    straight<T>(count, c, a, workAddress(), m, k, n, transposeA, nextA, step);
    a += (count as usize) * nextA;
    b += (count as usize) * nextB;
    c += (count as usize) * bytesOf<T>(m * n);
  }
}
