/** Matrix times vector and vector times matrix. */
import { bytesOf } from "./abi";
import { MINUS, SET } from "./micro";
import { axpy, dot, Simd } from "./simd";

/** y ∘= op(A) x, op(A) m×k. */
export function productVector<T extends number>(
  y: usize,
  a: usize,
  x: usize,
  m: i32,
  k: i32,
  transposeA: bool,
  mode: i32,
): void {
  if (transposeA) combineRows<T>(y, a, x, k, m, mode);
  else dotRows<T>(y, a, x, m, k, mode);
}

/** y ∘= xᵀ op(B), op(B) k×n. */
export function vectorProduct<T extends number>(
  y: usize,
  x: usize,
  b: usize,
  k: i32,
  n: i32,
  transposeB: bool,
  mode: i32,
): void {
  if (transposeB) dotRows<T>(y, b, x, n, k, mode);
  else combineRows<T>(y, b, x, k, n, mode);
}

/** yᵢ ∘= Σ_j A[i,j] xⱼ: a dot product a row, four rows at a time. */
function dotRows<T extends number>(
  y: usize,
  a: usize,
  x: usize,
  rows: i32,
  n: i32,
  mode: i32,
): void {
  const ld = bytesOf<T>(n);
  let i: i32 = 0;
  for (; i + 4 <= rows; i += 4, a += 4 * ld, y += 4 * sizeof<T>()) {
    let a0 = a;
    let a1 = a + ld;
    let a2 = a + 2 * ld;
    let a3 = a + 3 * ld;
    let s0 = v128.splat<T>(0 as T);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let p = x;
    const end = x + ld;
    for (; p + 16 <= end; p += 16, a0 += 16, a1 += 16, a2 += 16, a3 += 16) {
      const v = v128.load(p);
      s0 = Simd.madd<T>(v, v128.load(a0), s0);
      s1 = Simd.madd<T>(v, v128.load(a1), s1);
      s2 = Simd.madd<T>(v, v128.load(a2), s2);
      s3 = Simd.madd<T>(v, v128.load(a3), s3);
    }
    let t0: T = Simd.total<T>(s0);
    let t1: T = Simd.total<T>(s1);
    let t2: T = Simd.total<T>(s2);
    let t3: T = Simd.total<T>(s3);
    const w = sizeof<T>();
    for (; p < end; p += w, a0 += w, a1 += w, a2 += w, a3 += w) {
      const v = load<T>(p);
      t0 = (t0 + v * load<T>(a0)) as T;
      t1 = (t1 + v * load<T>(a1)) as T;
      t2 = (t2 + v * load<T>(a2)) as T;
      t3 = (t3 + v * load<T>(a3)) as T;
    }
    put<T>(y, t0, mode);
    put<T>(y + w, t1, mode);
    put<T>(y + 2 * w, t2, mode);
    put<T>(y + 3 * w, t3, mode);
  }
  for (; i < rows; i++, a += ld, y += sizeof<T>()) put<T>(y, dot<T>(a, x, n), mode);
}

function put<T extends number>(y: usize, x: T, mode: i32): void {
  if (mode === SET) store<T>(y, x);
  else store<T>(y, (mode === MINUS ? load<T>(y) - x : load<T>(y) + x) as T);
}

/** y ∘= Σ_p x_p A[p,:]: rows added up, four at a time. */
function combineRows<T extends number>(
  y: usize,
  a: usize,
  x: usize,
  rows: i32,
  n: i32,
  mode: i32,
): void {
  const ld = bytesOf<T>(n);
  if (mode === SET) memory.fill(y, 0, ld);
  const sign: T = (mode === MINUS ? -1 : 1) as T;
  const w = sizeof<T>();
  let p: i32 = 0;
  for (; p + 4 <= rows; p += 4, x += 4 * w, a += 4 * ld) {
    const x0 = v128.splat<T>((sign * load<T>(x)) as T);
    const x1 = v128.splat<T>((sign * load<T>(x + w)) as T);
    const x2 = v128.splat<T>((sign * load<T>(x + 2 * w)) as T);
    const x3 = v128.splat<T>((sign * load<T>(x + 3 * w)) as T);
    let q = a;
    let to = y;
    const end = y + ld;
    for (; to + 16 <= end; to += 16, q += 16) {
      let s = v128.load(to);
      s = Simd.madd<T>(x0, v128.load(q), s);
      s = Simd.madd<T>(x1, v128.load(q + ld), s);
      s = Simd.madd<T>(x2, v128.load(q + 2 * ld), s);
      v128.store(to, Simd.madd<T>(x3, v128.load(q + 3 * ld), s));
    }
    for (; to < end; to += w, q += w) {
      let s: T = load<T>(to);
      s = (s + sign * load<T>(x) * load<T>(q)) as T;
      s = (s + sign * load<T>(x + w) * load<T>(q + ld)) as T;
      s = (s + sign * load<T>(x + 2 * w) * load<T>(q + 2 * ld)) as T;
      store<T>(to, (s + sign * load<T>(x + 3 * w) * load<T>(q + 3 * ld)) as T);
    }
  }
  for (; p < rows; p++, x += w, a += ld) axpy<T>((sign * load<T>(x)) as T, a, y, n);
}
