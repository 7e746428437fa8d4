/**
 * The microkernels of the matrix product: a tile of C in registers: 2 rows of 4 vectors where A
 * lies by columns, 4 rows of 2 or 1 where it lies by rows or C is narrow.
 *
 *     C[0..rows, 0..columns] ∘= Σ_p A[0..rows, p] B[p, 0..columns]
 *
 * They read whole vectors of B even where the tile is narrower: the caller makes sure that this stays
 * inside the memory; what is beyond is never written.
 *
 * What V8 makes of the loops over p decides the speed. It begins all loads of a turn first: two turns
 * in one, or a larger tile, and the sums leave the registers (half the speed). A function called
 * after the loop has them stored at every turn (three quarters). So there is neither.
 */
import { bytesOf, workAddress } from "./abi";
import { Simd } from "./simd";

/** Numbers as types: vectors of a row. */
type One = i8;
type Two = i16;

/** Rows of a panel of A. */
export const ROWS: i32 = 4;
/** Bytes of a row of a panel of B, the width of the widest tile. */
export const WIDTH: usize = 64;

/** What becomes of a tile: C = AB, C += AB or C −= AB. */
export const SET: i32 = 0;
export const PLUS: i32 = 1;
export const MINUS: i32 = 2;

/** Columns of a panel. */
export function tileColumns<T>(): i32 {
  return (WIDTH as i32) / (sizeof<T>() as i32);
}

/** Static methods, so that they may be inlined by force. */
class Tile {
  @inline
  static put<T extends number>(c: usize, x: v128, mode: i32): void {
    if (mode === PLUS) x = v128.add<T>(v128.load(c), x);
    else if (mode === MINUS) x = v128.sub<T>(v128.load(c), x);
    v128.store(c, x);
  }

  /** Four vectors of a row; `mode` is asked once. */
  @inline
  static putRow<T extends number>(
    c: usize,
    x0: v128,
    x1: v128,
    x2: v128,
    x3: v128,
    mode: i32,
  ): void {
    if (mode === SET) {
      v128.store(c, x0);
      v128.store(c, x1, 16);
      v128.store(c, x2, 32);
      v128.store(c, x3, 48);
      return;
    }
    Tile.put<T>(c, x0, mode);
    Tile.put<T>(c + 16, x1, mode);
    Tile.put<T>(c + 32, x2, mode);
    Tile.put<T>(c + 48, x3, mode);
  }
}

/** A tile that is wider than what C takes of it, from the work space into C. */
function putPart<T extends number>(c: usize, ldc: usize, rows: i32, columns: i32, mode: i32): void {
  let from = workAddress();
  for (let i: i32 = 0; i < rows; i++, from += WIDTH, c += ldc) {
    for (let j: usize = 0; j < bytesOf<T>(columns); j += sizeof<T>()) {
      let x = load<T>(from + j);
      if (mode === PLUS) x = (load<T>(c + j) + x) as T;
      else if (mode === MINUS) x = (load<T>(c + j) - x) as T;
      store<T>(c + j, x);
    }
  }
}

/**
 * A strip of C of four vectors, two rows at a time, A by columns: A[i, p] at a + p·lda + i·size, its four rows from
 * i on at a + (i/4)·panel; both rows of a pair are read, whether C has them or not.
 */
function longOfColumns<T extends number>(
  k: i32,
  a: usize,
  lda: usize,
  panel: usize,
  b: usize,
  ldb: usize,
  c: usize,
  ldc: usize,
  rows: i32,
  mode: i32,
): void {
  const zero = v128.splat<T>(0 as T);
  let next: usize = 2 * sizeof<T>();
  for (;;) {
    let p = a;
    let q = b;
    let left = k;
    let c00 = zero;
    let c01 = zero;
    let c02 = zero;
    let c03 = zero;
    let c10 = zero;
    let c11 = zero;
    let c12 = zero;
    let c13 = zero;
    do {
      const b0 = v128.load(q);
      const b1 = v128.load(q, 16);
      const b2 = v128.load(q, 32);
      const b3 = v128.load(q, 48);
      let x = Simd.loadSplat<T>(p);
      c00 = Simd.madd<T>(x, b0, c00);
      c01 = Simd.madd<T>(x, b1, c01);
      c02 = Simd.madd<T>(x, b2, c02);
      c03 = Simd.madd<T>(x, b3, c03);
      x = Simd.loadSplatAt<T>(p, 1);
      c10 = Simd.madd<T>(x, b0, c10);
      c11 = Simd.madd<T>(x, b1, c11);
      c12 = Simd.madd<T>(x, b2, c12);
      c13 = Simd.madd<T>(x, b3, c13);
      q += ldb;
      p += lda;
    } while (--left !== 0);
    Tile.putRow<T>(c, c00, c01, c02, c03, mode);
    if (rows < 2) return;
    c += ldc;
    Tile.putRow<T>(c, c10, c11, c12, c13, mode);
    rows -= 2;
    if (rows === 0) return;
    c += ldc;
    // The other two rows of the panel, and the first two of the next, by turns.
    a += next;
    next = panel - next;
  }
}

/** Four rows of one or two vectors, A by rows: A[i, p] at a + min(i, rows − 1)·lda + p·size. */
function tallOfRows<T extends number, Vectors>(
  k: i32,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  c: usize,
  ldc: usize,
  rows: i32,
  mode: i32,
): void {
  const wide = sizeof<Vectors>() > 1;
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
  do {
    const b0 = v128.load(b);
    const b1 = wide ? v128.load(b, 16) : zero;
    let x = Simd.loadSplat<T>(a);
    c00 = Simd.madd<T>(x, b0, c00);
    if (wide) c01 = Simd.madd<T>(x, b1, c01);
    x = Simd.loadSplat<T>(a1);
    c10 = Simd.madd<T>(x, b0, c10);
    if (wide) c11 = Simd.madd<T>(x, b1, c11);
    x = Simd.loadSplat<T>(a2);
    c20 = Simd.madd<T>(x, b0, c20);
    if (wide) c21 = Simd.madd<T>(x, b1, c21);
    x = Simd.loadSplat<T>(a3);
    c30 = Simd.madd<T>(x, b0, c30);
    if (wide) c31 = Simd.madd<T>(x, b1, c31);
    b += ldb;
    a += sizeof<T>();
    a1 += sizeof<T>();
    a2 += sizeof<T>();
    a3 += sizeof<T>();
  } while (--k !== 0);
  Tile.put<T>(c, c00, mode);
  if (wide) Tile.put<T>(c + 16, c01, mode);
  if (rows <= 1) return;
  c += ldc;
  Tile.put<T>(c, c10, mode);
  if (wide) Tile.put<T>(c + 16, c11, mode);
  if (rows <= 2) return;
  c += ldc;
  Tile.put<T>(c, c20, mode);
  if (wide) Tile.put<T>(c + 16, c21, mode);
  if (rows <= 3) return;
  c += ldc;
  Tile.put<T>(c, c30, mode);
  if (wide) Tile.put<T>(c + 16, c31, mode);
}

/** The same, A by columns. */
function tallOfColumns<T extends number, Vectors>(
  k: i32,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  c: usize,
  ldc: usize,
  rows: i32,
  mode: i32,
): void {
  const wide = sizeof<Vectors>() > 1;
  const zero = v128.splat<T>(0 as T);
  let c00 = zero;
  let c01 = zero;
  let c10 = zero;
  let c11 = zero;
  let c20 = zero;
  let c21 = zero;
  let c30 = zero;
  let c31 = zero;
  do {
    const b0 = v128.load(b);
    const b1 = wide ? v128.load(b, 16) : zero;
    let x = Simd.loadSplat<T>(a);
    c00 = Simd.madd<T>(x, b0, c00);
    if (wide) c01 = Simd.madd<T>(x, b1, c01);
    x = Simd.loadSplatAt<T>(a, 1);
    c10 = Simd.madd<T>(x, b0, c10);
    if (wide) c11 = Simd.madd<T>(x, b1, c11);
    x = Simd.loadSplatAt<T>(a, 2);
    c20 = Simd.madd<T>(x, b0, c20);
    if (wide) c21 = Simd.madd<T>(x, b1, c21);
    x = Simd.loadSplatAt<T>(a, 3);
    c30 = Simd.madd<T>(x, b0, c30);
    if (wide) c31 = Simd.madd<T>(x, b1, c31);
    b += ldb;
    a += lda;
  } while (--k !== 0);
  Tile.put<T>(c, c00, mode);
  if (wide) Tile.put<T>(c + 16, c01, mode);
  if (rows <= 1) return;
  c += ldc;
  Tile.put<T>(c, c10, mode);
  if (wide) Tile.put<T>(c + 16, c11, mode);
  if (rows <= 2) return;
  c += ldc;
  Tile.put<T>(c, c20, mode);
  if (wide) Tile.put<T>(c + 16, c21, mode);
  if (rows <= 3) return;
  c += ldc;
  Tile.put<T>(c, c30, mode);
  if (wide) Tile.put<T>(c + 16, c31, mode);
}

/** Up to four rows of C. */
function rowsOfTiles<T extends number>(
  byColumns: bool,
  k: i32,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  c: usize,
  ldc: usize,
  rows: i32,
  vectors: i32,
  mode: i32,
): void {
  if (!byColumns) {
    if (vectors === 1) tallOfRows<T, One>(k, a, lda, b, ldb, c, ldc, rows, mode);
    else tallOfRows<T, Two>(k, a, lda, b, ldb, c, ldc, rows, mode);
    if (vectors > 2) tallOfRows<T, Two>(k, a, lda, b + 32, ldb, c + 32, ldc, rows, mode);
  } else if (vectors === 1) tallOfColumns<T, One>(k, a, lda, b, ldb, c, ldc, rows, mode);
  else if (vectors === 2) tallOfColumns<T, Two>(k, a, lda, b, ldb, c, ldc, rows, mode);
  else longOfColumns<T>(k, a, lda, 0, b, ldb, c, ldc, rows, mode);
}

/**
 * C[0..m, 0..columns] ∘= A B[:, 0..columns], columns ≤ those of a panel, k > 0. A by rows is at
 * a + i·lda + p·size, A by columns at a + p·lda + i·size; its four rows from i on begin at a + (i/4)·panel.
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
  const lanes = Simd.lanes<T>();
  const vectors = (columns + lanes - 1) / lanes;
  const whole = columns === lanes * (vectors > 2 ? 4 : vectors);
  if (whole && byColumns && vectors > 2) {
    longOfColumns<T>(k, a, lda, panel, b, ldb, c, ldc, m, mode);
    return;
  }
  for (let left = m; left > 0; left -= ROWS, a += panel, c += 4 * ldc) {
    const rows = min<i32>(ROWS, left);
    if (whole) rowsOfTiles<T>(byColumns, k, a, lda, b, ldb, c, ldc, rows, vectors, mode);
    else {
      const to = workAddress();
      rowsOfTiles<T>(byColumns, k, a, lda, b, ldb, to, WIDTH, rows, vectors, SET);
      putPart<T>(c, ldc, rows, columns, mode);
    }
  }
}
