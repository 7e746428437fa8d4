/**
 * The microkernels of the matrix product: a tile of C in registers, 4 rows of 2 vectors.
 *
 *     C[0..4, 0..N] ∘= Σ_p A[0..4, p] B[p, 0..N],  N = 32 bytes of elements
 *
 * They read whole vectors of B even where the tile is narrower (`columns` < N): the caller makes
 * sure that this stays inside the memory; what is beyond is never written.
 */
import { Simd } from "./simd";

/** Rows of a tile. */
export const ROWS: i32 = 4;
/** Bytes of a row of a tile. */
export const WIDTH: usize = 32;

/** What becomes of a tile: C = AB, C += AB or C −= AB. */
export const SET: i32 = 0;
export const PLUS: i32 = 1;
export const MINUS: i32 = 2;

const edge: usize = memory.data(32, 16);

/** Columns of a full tile. */
export function tileColumns<T>(): i32 {
  return (WIDTH as i32) / (sizeof<T>() as i32);
}

/** One row of a tile into C. */
class Row {
  @inline
  static put<T extends number>(c: usize, x0: v128, x1: v128, columns: i32, mode: i32): void {
    if (columns === tileColumns<T>()) {
      if (mode === PLUS) {
        x0 = v128.add<T>(v128.load(c), x0);
        x1 = v128.add<T>(v128.load(c, 16), x1);
      } else if (mode === MINUS) {
        x0 = v128.sub<T>(v128.load(c), x0);
        x1 = v128.sub<T>(v128.load(c, 16), x1);
      }
      v128.store(c, x0);
      v128.store(c, x1, 16);
    } else {
      putPart<T>(c, x0, x1, columns, mode);
    }
  }
}

/** The first `columns` elements of a row. */
function putPart<T extends number>(c: usize, x0: v128, x1: v128, columns: i32, mode: i32): void {
  v128.store(edge, x0);
  v128.store(edge, x1, 16);
  let from = edge;
  const end = edge + (columns as usize) * sizeof<T>();
  for (; from < end; from += sizeof<T>(), c += sizeof<T>()) {
    let x = load<T>(from);
    if (mode === PLUS) x = (load<T>(c) + x) as T;
    else if (mode === MINUS) x = (load<T>(c) - x) as T;
    store<T>(c, x);
  }
}

/** A by rows: A[i, p] at a + min(i, rows−1)·lda + p·size. Strides in bytes. */
export function microRows<T extends number>(
  k: i32,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  c: usize,
  ldc: usize,
  rows: i32,
  columns: i32,
  mode: i32,
): void {
  const last = rows - 1;
  let a0 = a;
  let a1 = a + (min<i32>(1, last) as usize) * lda;
  let a2 = a + (min<i32>(2, last) as usize) * lda;
  let a3 = a + (min<i32>(3, last) as usize) * lda;
  const zero = v128.splat<T>(0 as T);
  let c00 = zero;
  let c01 = zero;
  let c10 = zero;
  let c11 = zero;
  let c20 = zero;
  let c21 = zero;
  let c30 = zero;
  let c31 = zero;
  const end = a0 + (k as usize) * sizeof<T>();
  for (; a0 < end; b += ldb) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = Simd.loadSplat<T>(a0);
    c00 = Simd.madd<T>(x, b0, c00);
    c01 = Simd.madd<T>(x, b1, c01);
    x = Simd.loadSplat<T>(a1);
    c10 = Simd.madd<T>(x, b0, c10);
    c11 = Simd.madd<T>(x, b1, c11);
    x = Simd.loadSplat<T>(a2);
    c20 = Simd.madd<T>(x, b0, c20);
    c21 = Simd.madd<T>(x, b1, c21);
    x = Simd.loadSplat<T>(a3);
    c30 = Simd.madd<T>(x, b0, c30);
    c31 = Simd.madd<T>(x, b1, c31);
    a0 += sizeof<T>();
    a1 += sizeof<T>();
    a2 += sizeof<T>();
    a3 += sizeof<T>();
  }
  Row.put<T>(c, c00, c01, columns, mode);
  if (rows > 1) Row.put<T>(c + ldc, c10, c11, columns, mode);
  if (rows > 2) Row.put<T>(c + 2 * ldc, c20, c21, columns, mode);
  if (rows > 3) Row.put<T>(c + 3 * ldc, c30, c31, columns, mode);
}

/** A by columns: A[i, p] at a + p·lda + i·size; reads four rows whatever `rows` is. */
export function microColumns<T extends number>(
  k: i32,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  c: usize,
  ldc: usize,
  rows: i32,
  columns: i32,
  mode: i32,
): void {
  const zero = v128.splat<T>(0 as T);
  let c00 = zero;
  let c01 = zero;
  let c10 = zero;
  let c11 = zero;
  let c20 = zero;
  let c21 = zero;
  let c30 = zero;
  let c31 = zero;
  for (let p: i32 = 0; p < k; p++, a += lda, b += ldb) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = Simd.loadSplat<T>(a);
    c00 = Simd.madd<T>(x, b0, c00);
    c01 = Simd.madd<T>(x, b1, c01);
    x = Simd.loadSplat<T>(a + sizeof<T>());
    c10 = Simd.madd<T>(x, b0, c10);
    c11 = Simd.madd<T>(x, b1, c11);
    x = Simd.loadSplat<T>(a + 2 * sizeof<T>());
    c20 = Simd.madd<T>(x, b0, c20);
    c21 = Simd.madd<T>(x, b1, c21);
    x = Simd.loadSplat<T>(a + 3 * sizeof<T>());
    c30 = Simd.madd<T>(x, b0, c30);
    c31 = Simd.madd<T>(x, b1, c31);
  }
  Row.put<T>(c, c00, c01, columns, mode);
  if (rows > 1) Row.put<T>(c + ldc, c10, c11, columns, mode);
  if (rows > 2) Row.put<T>(c + 2 * ldc, c20, c21, columns, mode);
  if (rows > 3) Row.put<T>(c + 3 * ldc, c30, c31, columns, mode);
}
