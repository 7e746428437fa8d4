/**
 * Cholesky factors and triangular systems of several small matrices at once, one in each lane:
 * every operation serves all of them, and nothing is summed across a vector.
 *
 * The matrices lie interleaved in the work space, n×n vectors; sides up to `SIDE` fit.
 */
import { bytesOf, workAddress } from "./abi";
import { Simd } from "./simd";

/** The largest side; SIDE² + 4 SIDE vectors are `WORK_BYTES` (abi.ts). */
const SIDE: i32 = 32;
/** The largest side for which the lanes pay even where a single matrix fills them all. */
const SIDE_ALONE: i32 = 12;

/** Are matrices of this side, so many of them, better taken in lanes? */
export function fitsLanes<T extends number>(n: i32, batch: i32): bool {
  return n <= (batch < Simd.lanes<T>() ? SIDE_ALONE : SIDE);
}

/**
 * Matrices to take at once: as many as there are lanes, or each by itself in all lanes (`next` 0).
 * The last group overlaps the one before, so that a result does not depend on the matrix's place.
 */
export function groupOf<T extends number>(batch: i32): i32 {
  return batch < Simd.lanes<T>() ? 1 : Simd.lanes<T>();
}

/** Address of an interleaved element. */
function at(n: i32, i: i32, j: i32): usize {
  return workAddress() + ((i * n + j) as usize) * 16;
}

/** Elements (i … i+3, j) less Σ_{p<j} L[i,p] L[j,p], over the diagonal element. */
function fourBelow<T extends number>(n: i32, i: i32, j: i32, inverse: v128): void {
  const step = (n as usize) * 16;
  let x = at(n, i, 0);
  let l = at(n, j, 0);
  const end = at(n, i, j);
  let s0 = v128.load(end);
  let s1 = v128.load(end + step);
  let s2 = v128.load(end + 2 * step);
  let s3 = v128.load(end + 3 * step);
  for (; x < end; x += 16, l += 16) {
    const y = v128.load(l);
    s0 = Simd.nmadd<T>(v128.load(x), y, s0);
    s1 = Simd.nmadd<T>(v128.load(x + step), y, s1);
    s2 = Simd.nmadd<T>(v128.load(x + 2 * step), y, s2);
    s3 = Simd.nmadd<T>(v128.load(x + 3 * step), y, s3);
  }
  v128.store(end, v128.mul<T>(s0, inverse));
  v128.store(end + step, v128.mul<T>(s1, inverse));
  v128.store(end + 2 * step, v128.mul<T>(s2, inverse));
  v128.store(end + 3 * step, v128.mul<T>(s3, inverse));
}

/** Element (i, j) less Σ_{p<j} L[i,p] L[j,p]. */
function reduced<T extends number>(n: i32, i: i32, j: i32): v128 {
  let x = at(n, i, 0);
  let l = at(n, j, 0);
  const end = at(n, i, j);
  let s = v128.load(end);
  for (; x < end; x += 16, l += 16) s = Simd.nmadd<T>(v128.load(x), v128.load(l), s);
  return s;
}

/** Lower triangles from a to factors at out, matrices `next` bytes apart; false where one fails. */
export function choleskyLanes<T extends number>(out: usize, a: usize, n: i32, next: usize): bool {
  const one = v128.splat<T>(1 as T);
  const zero = v128.splat<T>(0 as T);
  for (let i: i32 = 0; i < n; i++) {
    let from = a + bytesOf<T>(i * n);
    const end = at(n, i, i);
    for (let to = at(n, i, 0); to <= end; to += 16, from += sizeof<T>()) {
      v128.store(to, Simd.loadApart<T>(from, next));
    }
  }
  for (let j: i32 = 0; j < n; j++) {
    const pivot = reduced<T>(n, j, j);
    if (!allPositive<T>(pivot)) return false;
    const root = v128.sqrt<T>(pivot);
    v128.store(at(n, j, j), root);
    const inverse = v128.div<T>(one, root);
    let i = j + 1;
    for (; i + 4 <= n; i += 4) fourBelow<T>(n, i, j, inverse);
    for (; i < n; i++) v128.store(at(n, i, j), v128.mul<T>(reduced<T>(n, i, j), inverse));
  }
  for (let i: i32 = 0; i < n; i++) {
    let from = at(n, i, 0);
    let j: i32 = 0;
    for (; j <= i; j++, from += 16, out += sizeof<T>()) {
      Simd.storeApart<T>(out, v128.load(from), next);
    }
    for (; j < n; j++, out += sizeof<T>()) Simd.storeApart<T>(out, zero, next);
  }
  return true;
}

function allPositive<T extends number>(x: v128): bool {
  const positive = v128.gt<T>(x, v128.splat<T>(0 as T));
  return sizeof<T>() === 8 ? i64x2.all_true(positive) : i32x4.all_true(positive);
}

/**
 * L or Lᵀ interleaved, with the inverses of the diagonal; false where one of them is zero. Rows are
 * in the order of the solution, so that both systems are solved from the first row on: for Lᵀ, row
 * and column i become n − 1 − i.
 */
export function loadFactors<T extends number>(
  l: usize,
  n: i32,
  next: usize,
  transpose: bool,
): bool {
  const one = v128.splat<T>(1 as T);
  for (let i: i32 = 0; i < n; i++) {
    let from = l + bytesOf<T>(i * n);
    for (let j: i32 = 0; j < i; j++, from += sizeof<T>()) {
      const to = transpose ? at(n, n - 1 - j, n - 1 - i) : at(n, i, j);
      v128.store(to, Simd.loadApart<T>(from, next));
    }
    const pivot = Simd.loadApart<T>(from, next);
    if (v128.any_true(v128.eq<T>(pivot, v128.splat<T>(0 as T)))) return false;
    const place = transpose ? n - 1 - i : i;
    v128.store(at(n, place, place), v128.div<T>(one, pivot));
  }
  return true;
}

/** Solves for column b of each matrix, rows `row` bytes apart from the first in the order. */
function solveColumn<T extends number>(
  x: usize,
  b: usize,
  n: i32,
  row: usize,
  nextX: usize,
  nextB: usize,
): void {
  const solved = at(n, n, 0);
  for (let i: i32 = 0; i < n; i++, x += row, b += row) {
    let s = Simd.loadApart<T>(b, nextB);
    let l = at(n, i, 0);
    let p = solved;
    const end = solved + ((i as usize) << 4);
    for (; p < end; p += 16, l += 16) s = Simd.nmadd<T>(v128.load(l), v128.load(p), s);
    s = v128.mul<T>(s, v128.load(l));
    v128.store(p, s);
    Simd.storeApart<T>(x, s, nextX);
  }
}

/** The same for three columns. */
function solveThree<T extends number>(
  x: usize,
  b: usize,
  n: i32,
  row: usize,
  nextX: usize,
  nextB: usize,
): void {
  const solved = at(n, n, 0);
  const w = sizeof<T>();
  for (let i: i32 = 0; i < n; i++, x += row, b += row) {
    let s0 = Simd.loadApart<T>(b, nextB);
    let s1 = Simd.loadApart<T>(b + w, nextB);
    let s2 = Simd.loadApart<T>(b + 2 * w, nextB);
    let l = at(n, i, 0);
    let p = solved;
    const end = solved + (i as usize) * 48;
    for (; p < end; p += 48, l += 16) {
      const y = v128.load(l);
      s0 = Simd.nmadd<T>(y, v128.load(p), s0);
      s1 = Simd.nmadd<T>(y, v128.load(p + 16), s1);
      s2 = Simd.nmadd<T>(y, v128.load(p + 32), s2);
    }
    const inverse = v128.load(l);
    s0 = v128.mul<T>(s0, inverse);
    s1 = v128.mul<T>(s1, inverse);
    s2 = v128.mul<T>(s2, inverse);
    v128.store(p, s0);
    v128.store(p + 16, s1);
    v128.store(p + 32, s2);
    Simd.storeApart<T>(x, s0, nextX);
    Simd.storeApart<T>(x + w, s1, nextX);
    Simd.storeApart<T>(x + 2 * w, s2, nextX);
  }
}

/** X for the factors loaded last, B and X n×m and their matrices nextB and nextX bytes apart. */
export function solveLanes<T extends number>(
  x: usize,
  b: usize,
  n: i32,
  m: i32,
  transpose: bool,
  nextX: usize,
  nextB: usize,
): void {
  const row = bytesOf<T>(m);
  const last = transpose ? bytesOf<T>((n - 1) * m) : 0;
  const step = transpose ? (0 as usize) - row : row;
  x += last;
  b += last;
  let j: i32 = 0;
  for (; j + 3 <= m; j += 3, x += 3 * sizeof<T>(), b += 3 * sizeof<T>()) {
    solveThree<T>(x, b, n, step, nextX, nextB);
  }
  for (; j < m; j++, x += sizeof<T>(), b += sizeof<T>()) {
    solveColumn<T>(x, b, n, step, nextX, nextB);
  }
}
