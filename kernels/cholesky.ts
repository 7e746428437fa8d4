/** Cholesky factors of symmetric positive definite matrices. `out a batch n` */
import { address, bytesOf, DONE, fail, NOT_POSITIVE_DEFINITE, word } from "./abi";
import { choleskyLanes, fitsLanes, groupOf } from "./interleaved";
import { dot, Simd } from "./simd";

/** The lower triangle of a, zeros above. */
function copyLower<T extends number>(out: usize, a: usize, n: i32): void {
  const row = bytesOf<T>(n);
  for (let i: i32 = 0; i < n; i++, out += row, a += row) {
    const used = bytesOf<T>(i + 1);
    memory.copy(out, a, used);
    memory.fill(out + used, 0, row - used);
  }
}

/** One row of a tile: subtracts (s0, s1) from (x₀, x₁) and solves for the two new elements of L. */
function finish<T extends number>(x: usize, s0: T, s1: T, d0: T, d1: T, lower: T): void {
  const x0: T = ((load<T>(x) - s0) / d0) as T;
  store<T>(x, x0);
  store<T>(x + sizeof<T>(), ((load<T>(x + sizeof<T>()) - s1 - x0 * lower) / d1) as T);
}

/**
 * Columns j, j+1 of four rows of L below the diagonal block, at x (row stride ld, `rows` of them):
 *     x[r,j] = (a[r,j] − Σ_{p<j} x[r,p] L[j,p]) / L[j,j]
 */
function tile<T extends number>(x: usize, rows: i32, l: usize, ld: usize, j: i32): void {
  const last = rows - 1;
  const x1 = x + (min<i32>(1, last) as usize) * ld;
  const x2 = x + (min<i32>(2, last) as usize) * ld;
  const x3 = x + (min<i32>(3, last) as usize) * ld;
  const m = l + ld;
  const zero = v128.splat<T>(0 as T);
  let s00 = zero;
  let s01 = zero;
  let s10 = zero;
  let s11 = zero;
  let s20 = zero;
  let s21 = zero;
  let s30 = zero;
  let s31 = zero;
  const end = bytesOf<T>(j);
  let p: usize = 0;
  for (; p + 16 <= end; p += 16) {
    const l0 = v128.load(l + p);
    const l1 = v128.load(m + p);
    let v = v128.load(x + p);
    s00 = Simd.madd<T>(v, l0, s00);
    s01 = Simd.madd<T>(v, l1, s01);
    v = v128.load(x1 + p);
    s10 = Simd.madd<T>(v, l0, s10);
    s11 = Simd.madd<T>(v, l1, s11);
    v = v128.load(x2 + p);
    s20 = Simd.madd<T>(v, l0, s20);
    s21 = Simd.madd<T>(v, l1, s21);
    v = v128.load(x3 + p);
    s30 = Simd.madd<T>(v, l0, s30);
    s31 = Simd.madd<T>(v, l1, s31);
  }
  if (sizeof<T>() === 4 && p < end) {
    // j is even: two elements are left, in the lower half of a vector.
    const l0 = v128.load64_zero(l + p);
    const l1 = v128.load64_zero(m + p);
    let v = v128.load64_zero(x + p);
    s00 = Simd.madd<T>(v, l0, s00);
    s01 = Simd.madd<T>(v, l1, s01);
    v = v128.load64_zero(x1 + p);
    s10 = Simd.madd<T>(v, l0, s10);
    s11 = Simd.madd<T>(v, l1, s11);
    v = v128.load64_zero(x2 + p);
    s20 = Simd.madd<T>(v, l0, s20);
    s21 = Simd.madd<T>(v, l1, s21);
    v = v128.load64_zero(x3 + p);
    s30 = Simd.madd<T>(v, l0, s30);
    s31 = Simd.madd<T>(v, l1, s31);
  }
  const d0 = load<T>(l + end);
  const lower = load<T>(m + end);
  const d1 = load<T>(m + end + sizeof<T>());
  finish<T>(x + end, Simd.total<T>(s00), Simd.total<T>(s01), d0, d1, lower);
  if (rows > 1) finish<T>(x1 + end, Simd.total<T>(s10), Simd.total<T>(s11), d0, d1, lower);
  if (rows > 2) finish<T>(x2 + end, Simd.total<T>(s20), Simd.total<T>(s21), d0, d1, lower);
  if (rows > 3) finish<T>(x3 + end, Simd.total<T>(s30), Simd.total<T>(s31), d0, d1, lower);
}

/** L over the lower triangle in place, four rows at a time. */
function factor<T extends number>(l: usize, n: i32, batch: i32): i32 {
  const ld = bytesOf<T>(n);
  for (let i0: i32 = 0; i0 < n; i0 += 4) {
    const rows = min<i32>(4, n - i0);
    const block = l + (i0 as usize) * ld;
    for (let j: i32 = 0; j < i0; j += 2) tile<T>(block, rows, l + (j as usize) * ld, ld, j);
    for (let i = i0; i < i0 + rows; i++) {
      const row = l + (i as usize) * ld;
      for (let j = i0; j < i; j++) {
        const other = l + (j as usize) * ld;
        const at = bytesOf<T>(j);
        const x: T = (load<T>(row + at) - dot<T>(row, other, j)) as T;
        store<T>(row + at, (x / load<T>(other + at)) as T);
      }
      const at = row + bytesOf<T>(i);
      const pivot: T = (load<T>(at) - dot<T>(row, row, i)) as T;
      if (!(pivot > (0 as T))) return fail(NOT_POSITIVE_DEFINITE, batch, i, pivot as f64);
      store<T>(at, sqrt<T>(pivot));
    }
  }
  return DONE;
}

/** One matrix after the other, `count` of them from number `first` on. */
function oneByOne<T extends number>(out: usize, a: usize, n: i32, first: i32, count: i32): i32 {
  for (let b = first; b < first + count; b++) {
    const from = bytesOf<T>(b * n * n);
    copyLower<T>(out + from, a + from, n);
    const status = factor<T>(out + from, n, b);
    if (status !== DONE) return status;
  }
  return DONE;
}

/** a = L Lᵀ, L lower with zeros above; the lower triangle of a is read. */
export function cholesky<T extends number>(args: usize): i32 {
  const out = address(args, 0);
  const a = address(args, 1);
  const batch = word(args, 2);
  const n = word(args, 3);
  if (!fitsLanes<T>(n, batch)) return oneByOne<T>(out, a, n, 0, batch);
  const group = groupOf<T>(batch);
  const size = bytesOf<T>(n * n);
  for (let b: i32 = 0; b < batch; b += group) {
    const first = min<i32>(b, batch - group);
    const from = (first as usize) * size;
    if (choleskyLanes<T>(out + from, a + from, n, group > 1 ? size : 0)) continue;
    // One of the group fails: which, is found one by one.
    const status = oneByOne<T>(out, a, n, first, group);
    if (status !== DONE) return status;
  }
  return DONE;
}
