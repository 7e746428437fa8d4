/**
 * The microkernels of the matrix product: a tile of C in registers, 4 rows of 2 vectors.
 *
 *     C[0..4, 0..N] ∘= Σ_p A[0..4, p] B[p, 0..N],  N = 32 bytes of elements
 *
 * They read whole vectors of B even where the tile is narrower (`columns` < N): the caller makes
 * sure that this stays inside the memory; what is beyond is never written. At the edges of C,
 * smaller tiles save work: a type parameter gives the shape, so each is a function of its own.
 */
import { Simd } from "./simd";

/** Shapes of a tile, rows × vectors, told apart by their size. */
type Full = i64;
type Narrow = i32;
type Low = i16;
type Corner = i8;

/** Rows of a full tile. */
export const ROWS: i32 = 4;
/** Bytes of a row of a full tile. */
export const WIDTH: usize = 32;

/** What becomes of a tile: C = AB, C += AB or C −= AB. */
export const SET: i32 = 0;
export const PLUS: i32 = 1;
export const MINUS: i32 = 2;

/** Columns of a full tile. */
export function tileColumns<T>(): i32 {
  return (WIDTH as i32) / (sizeof<T>() as i32);
}

/** Static methods, so that they may be inlined by force. */
class Tile {
  /** Two vectors a row, not one? */
  @inline
  static wide<S>(): bool {
    return sizeof<S>() === 8 || sizeof<S>() === 2;
  }

  /** Four rows, not two? */
  @inline
  static high<S>(): bool {
    return sizeof<S>() >= 4;
  }

  @inline
  static merge<T extends number>(c: usize, x: v128, mode: i32): v128 {
    if (mode === PLUS) return v128.add<T>(v128.load(c), x);
    if (mode === MINUS) return v128.sub<T>(v128.load(c), x);
    return x;
  }

  /** One row of a tile into C. */
  @inline
  static put<T extends number, S>(c: usize, x0: v128, x1: v128, columns: i32, mode: i32): void {
    if (columns < (Tile.wide<S>() ? tileColumns<T>() : Simd.lanes<T>())) {
      putPart<T>(c, x0, x1, columns, mode);
    } else {
      v128.store(c, Tile.merge<T>(c, x0, mode));
      if (Tile.wide<S>()) v128.store(c + 16, Tile.merge<T>(c + 16, x1, mode));
    }
  }
}

function putOne<T extends number>(c: usize, x: T, mode: i32): void {
  if (mode === PLUS) x = (load<T>(c) + x) as T;
  else if (mode === MINUS) x = (load<T>(c) - x) as T;
  store<T>(c, x);
}

/** The first `columns` elements of a row. */
function putPart<T extends number>(c: usize, x0: v128, x1: v128, columns: i32, mode: i32): void {
  if (columns >= Simd.lanes<T>()) {
    v128.store(c, Tile.merge<T>(c, x0, mode));
    c += 16;
    columns -= Simd.lanes<T>();
    x0 = x1;
  }
  if (columns > 0) putOne<T>(c, v128.extract_lane<T>(x0, 0), mode);
  if (sizeof<T>() === 4) {
    if (columns > 1) putOne<f32>(c + 4, f32x4.extract_lane(x0, 1), mode);
    if (columns > 2) putOne<f32>(c + 8, f32x4.extract_lane(x0, 2), mode);
  }
}

/** A by rows: A[i, p] at a + min(i, rows−1)·lda + p·size. Strides in bytes. */
function tileOfRows<T extends number, S>(
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
  let a0 = a;
  let a1 = rows > 1 ? a + lda : a;
  let a2 = rows > 2 ? a + 2 * lda : a;
  let a3 = rows > 3 ? a + 3 * lda : a;
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
    const b1 = Tile.wide<S>() ? v128.load(b, 16) : zero;
    let x = Simd.loadSplat<T>(a0);
    c00 = Simd.madd<T>(x, b0, c00);
    if (Tile.wide<S>()) c01 = Simd.madd<T>(x, b1, c01);
    x = Simd.loadSplat<T>(a1);
    c10 = Simd.madd<T>(x, b0, c10);
    if (Tile.wide<S>()) c11 = Simd.madd<T>(x, b1, c11);
    a0 += sizeof<T>();
    a1 += sizeof<T>();
    if (Tile.high<S>()) {
      x = Simd.loadSplat<T>(a2);
      c20 = Simd.madd<T>(x, b0, c20);
      if (Tile.wide<S>()) c21 = Simd.madd<T>(x, b1, c21);
      x = Simd.loadSplat<T>(a3);
      c30 = Simd.madd<T>(x, b0, c30);
      if (Tile.wide<S>()) c31 = Simd.madd<T>(x, b1, c31);
      a2 += sizeof<T>();
      a3 += sizeof<T>();
    }
  }
  Tile.put<T, S>(c, c00, c01, columns, mode);
  if (rows > 1) Tile.put<T, S>(c + ldc, c10, c11, columns, mode);
  if (!Tile.high<S>()) return;
  Tile.put<T, S>(c + 2 * ldc, c20, c21, columns, mode);
  if (rows > 3) Tile.put<T, S>(c + 3 * ldc, c30, c31, columns, mode);
}

/** A by columns: A[i, p] at a + p·lda + i·size; reads four (or two) rows whatever `rows` is. */
function tileOfColumns<T extends number, S>(
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
    const b1 = Tile.wide<S>() ? v128.load(b, 16) : zero;
    let x = Simd.loadSplat<T>(a);
    c00 = Simd.madd<T>(x, b0, c00);
    if (Tile.wide<S>()) c01 = Simd.madd<T>(x, b1, c01);
    x = Simd.loadSplat<T>(a + sizeof<T>());
    c10 = Simd.madd<T>(x, b0, c10);
    if (Tile.wide<S>()) c11 = Simd.madd<T>(x, b1, c11);
    if (Tile.high<S>()) {
      x = Simd.loadSplat<T>(a + 2 * sizeof<T>());
      c20 = Simd.madd<T>(x, b0, c20);
      if (Tile.wide<S>()) c21 = Simd.madd<T>(x, b1, c21);
      x = Simd.loadSplat<T>(a + 3 * sizeof<T>());
      c30 = Simd.madd<T>(x, b0, c30);
      if (Tile.wide<S>()) c31 = Simd.madd<T>(x, b1, c31);
    }
  }
  Tile.put<T, S>(c, c00, c01, columns, mode);
  if (rows > 1) Tile.put<T, S>(c + ldc, c10, c11, columns, mode);
  if (!Tile.high<S>()) return;
  Tile.put<T, S>(c + 2 * ldc, c20, c21, columns, mode);
  if (rows > 3) Tile.put<T, S>(c + 3 * ldc, c30, c31, columns, mode);
}

/** A column of tiles, rows of C from the first to the last; `Tall` and `Short` are shapes. */
function strip<T extends number, Tall, Short>(
  byColumns: bool,
  k: i32,
  a: usize,
  lda: usize,
  panel: usize,
  b: usize,
  ldb: usize,
  c: usize,
  ldc: usize,
  m: i32,
  columns: i32,
  mode: i32,
): void {
  let rows = m;
  if (byColumns) {
    for (; rows > 2; rows -= ROWS, a += panel, c += 4 * ldc) {
      tileOfColumns<T, Tall>(k, a, lda, b, ldb, c, ldc, min<i32>(ROWS, rows), columns, mode);
    }
    if (rows > 0) tileOfColumns<T, Short>(k, a, lda, b, ldb, c, ldc, rows, columns, mode);
  } else {
    for (; rows > 2; rows -= ROWS, a += panel, c += 4 * ldc) {
      tileOfRows<T, Tall>(k, a, lda, b, ldb, c, ldc, min<i32>(ROWS, rows), columns, mode);
    }
    if (rows > 0) tileOfRows<T, Short>(k, a, lda, b, ldb, c, ldc, rows, columns, mode);
  }
}

/**
 * C[0..m, 0..columns] ∘= A B[:, 0..columns], columns ≤ N, by the smallest tiles that hold it.
 * A by rows is at a + i·lda + p·size, A by columns at a + p·lda + i·size; its four rows from i on
 * begin at a + (i/4)·panel.
 */
export function microStrip<T extends number>(
  byColumns: bool,
  k: i32,
  a: usize,
  lda: usize,
  panel: usize,
  b: usize,
  ldb: usize,
  c: usize,
  ldc: usize,
  m: i32,
  columns: i32,
  mode: i32,
): void {
  if (columns > Simd.lanes<T>()) {
    strip<T, Full, Low>(byColumns, k, a, lda, panel, b, ldb, c, ldc, m, columns, mode);
  } else strip<T, Narrow, Corner>(byColumns, k, a, lda, panel, b, ldb, c, ldc, m, columns, mode);
}
