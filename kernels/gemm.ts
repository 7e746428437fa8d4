/**
 * The matrix product C ∘= op(A) op(B) of one pair of matrices, all row-major and contiguous.
 *
 * Small or thin products read A and B where they lie; larger ones go by blocks, with B (and A where
 * it is read often) packed into panels that the microkernels pass through contiguously.
 */
import { bytesOf, readablePast } from "./abi";
import { doneByHost } from "./host";
import { productVector, vectorProduct } from "./matvec";
import { MINUS, microStrip, PLUS, ROWS, SET, tileColumns, WIDTH } from "./micro";
import { packContiguous, packTransposed } from "./pack";

/** Blocks: KC deep, MC rows of A, NC columns of B. MC is a multiple of ROWS. */
const KC: i32 = 256;
const MC: i32 = 64;
const NC: i32 = 512;
/** Bytes of B up to which it is read in place: it stays in the first cache. */
const SMALL_B: usize = 16384;
/** Columns of C from which packing A pays: read by rows, it takes four addresses. */
const PACK_A: i32 = 32;

function roundUp(n: i32, unit: i32): i32 {
  return ((n + unit - 1) / unit) * unit;
}

function readsInPlace<T>(k: i32, n: i32, transposeB: bool): bool {
  return !transposeB && bytesOf<T>(k * n) <= SMALL_B;
}

function packedB<T>(k: i32, n: i32): usize {
  return bytesOf<T>(min<i32>(k, KC) * roundUp(min<i32>(n, NC), tileColumns<T>()));
}

function packedA<T>(m: i32, k: i32): usize {
  return bytesOf<T>(min<i32>(k, KC) * roundUp(min<i32>(m, MC), ROWS));
}

/** Bytes of scratch that `gemm` needs. */
export function gemmScratch<T extends number>(m: i32, k: i32, n: i32, transposeB: bool): i32 {
  if (m <= 1 || n <= 1 || k === 0) return 0;
  if (!readsInPlace<T>(k, n, transposeB)) return (packedB<T>(k, n) + packedA<T>(m, k)) as i32;
  return n >= PACK_A ? (packedA<T>(m, k) as i32) : 0;
}

/** Plain loops, for when the scratch is missing and reading in place would leave the memory. */
function plain<T extends number>(
  c: usize,
  a: usize,
  b: usize,
  m: i32,
  k: i32,
  n: i32,
  transposeA: bool,
  transposeB: bool,
  mode: i32,
): void {
  const sa = transposeA ? bytesOf<T>(m) : sizeof<T>();
  const sb = transposeB ? sizeof<T>() : bytesOf<T>(n);
  for (let i: i32 = 0; i < m; i++) {
    for (let j: i32 = 0; j < n; j++, c += sizeof<T>()) {
      let p = a + (transposeA ? bytesOf<T>(i) : bytesOf<T>(i * k));
      let q = b + (transposeB ? bytesOf<T>(j * k) : bytesOf<T>(j));
      let sum: T = 0 as T;
      for (let l: i32 = 0; l < k; l++, p += sa, q += sb) sum = (sum + load<T>(p) * load<T>(q)) as T;
      if (mode === PLUS) sum = (load<T>(c) + sum) as T;
      else if (mode === MINUS) sum = (load<T>(c) - sum) as T;
      store<T>(c, sum);
    }
  }
}

/** A block of C by strips; in B, the strips are bPanel bytes apart and rows ldb. */
function tiles<T extends number>(
  c: usize,
  ldc: usize,
  a: usize,
  lda: usize,
  aByColumns: bool,
  aPanel: usize,
  b: usize,
  ldb: usize,
  bPanel: usize,
  m: i32,
  k: i32,
  n: i32,
  mode: i32,
): void {
  const N = tileColumns<T>();
  for (let j: i32 = 0; j < n; j += N, b += bPanel, c += WIDTH) {
    const columns = min<i32>(N, n - j);
    microStrip<T>(aByColumns, k, a, lda, aPanel, b, ldb, c, ldc, m, columns, mode);
  }
}

/** All panels of a block of B, k × n from (p, j) = (0, 0) at b. */
function packB<T extends number>(
  to: usize,
  b: usize,
  ld: usize,
  transposed: bool,
  k: i32,
  n: i32,
): void {
  const N = tileColumns<T>();
  for (let j: i32 = 0; j < n; j += N, to += bytesOf<T>(k * N)) {
    const count = min<i32>(N, n - j);
    if (transposed) packTransposed<T>(to, N, b + (j as usize) * ld, ld, count, k);
    else packContiguous<T>(to, N, b + bytesOf<T>(j), ld, count, k);
  }
}

/** All panels of a block of A, m × k. */
function packA<T extends number>(
  to: usize,
  a: usize,
  ld: usize,
  transposed: bool,
  m: i32,
  k: i32,
): void {
  for (let i: i32 = 0; i < m; i += ROWS, to += bytesOf<T>(k * ROWS)) {
    const count = min<i32>(ROWS, m - i);
    if (transposed) packContiguous<T>(to, ROWS, a + bytesOf<T>(i), ld, count, k);
    else packTransposed<T>(to, ROWS, a + (i as usize) * ld, ld, count, k);
  }
}

/** Rows of C by blocks of A, packed at `space`, times what `tiles` takes as B; k ≤ KC. */
function packedRows<T extends number>(
  c: usize,
  ldc: usize,
  a: usize,
  lda: usize,
  transposeA: bool,
  space: usize,
  b: usize,
  ldb: usize,
  bPanel: usize,
  m: i32,
  k: i32,
  n: i32,
  mode: i32,
): void {
  const step = bytesOf<T>(ROWS);
  const aPanel = bytesOf<T>(k * ROWS);
  const next = transposeA ? bytesOf<T>(MC) : (MC as usize) * lda;
  for (let i: i32 = 0; i < m; i += MC, a += next, c += (MC as usize) * ldc) {
    const rows = min<i32>(MC, m - i);
    packA<T>(space, a, lda, transposeA, rows, k);
    tiles<T>(c, ldc, space, step, true, aPanel, b, ldb, bPanel, rows, k, n, mode);
  }
}

/** C by blocks: B packed, A packed where it is transposed or read for many columns. */
function blocked<T extends number>(
  c: usize,
  columnsC: i32,
  a: usize,
  columnsA: i32,
  b: usize,
  columnsB: i32,
  m: i32,
  k: i32,
  n: i32,
  transposeA: bool,
  transposeB: bool,
  mode: i32,
  scratch: usize,
): void {
  const lda = bytesOf<T>(columnsA);
  const ldb = bytesOf<T>(columnsB);
  const ldc = bytesOf<T>(columnsC);
  const aSpace = scratch + packedB<T>(k, n);
  const packs = transposeA || n >= PACK_A;
  for (let j: i32 = 0; j < n; j += NC) {
    const nb = min<i32>(NC, n - j);
    for (let p: i32 = 0; p < k; p += KC) {
      const kb = min<i32>(KC, k - p);
      const pMode = p === 0 ? mode : mode === MINUS ? MINUS : PLUS;
      packB<T>(
        scratch,
        b + bytesOf<T>(transposeB ? j * columnsB + p : p * columnsB + j),
        ldb,
        transposeB,
        kb,
        nb,
      );
      const to = c + bytesOf<T>(j);
      const from = a + bytesOf<T>(transposeA ? p * columnsA : p);
      const panel = bytesOf<T>(kb * tileColumns<T>());
      if (packs) {
        packedRows<T>(
          to,
          ldc,
          from,
          lda,
          transposeA,
          aSpace,
          scratch,
          WIDTH,
          panel,
          m,
          kb,
          nb,
          pMode,
        );
      } else tiles<T>(to, ldc, from, lda, false, 4 * lda, scratch, WIDTH, panel, m, kb, nb, pMode);
    }
  }
}

/** C ∘= op(A) op(B): op(A) m×k, op(B) k×n; `bytes` of scratch, 0 if there is none. */
export function gemm<T extends number>(
  c: usize,
  a: usize,
  b: usize,
  m: i32,
  k: i32,
  n: i32,
  transposeA: bool,
  transposeB: bool,
  mode: i32,
  scratch: usize,
  bytes: i32,
): void {
  if (m === 0 || n === 0) return;
  if (k === 0) {
    if (mode === SET) memory.fill(c, 0, bytesOf<T>(m * n));
    return;
  }
  if (n === 1) {
    productVector<T>(c, a, b, m, k, transposeA, mode);
    return;
  }
  if (m === 1) {
    vectorProduct<T>(c, a, b, k, n, transposeB, mode);
    return;
  }
  const lda = transposeA ? m : k;
  const ldb = transposeB ? k : n;
  if (doneByHost<T>(c, n, a, lda, b, ldb, m, k, n, transposeA, transposeB, mode)) return;
  const small = readsInPlace<T>(k, n, transposeB);
  if (!small && bytes >= gemmScratch<T>(m, k, n, transposeB)) {
    blocked<T>(c, n, a, lda, b, ldb, m, k, n, transposeA, transposeB, mode, scratch);
    return;
  }
  const inside = readablePast(a + bytesOf<T>(m * k)) && readablePast(b + bytesOf<T>(k * n));
  if (transposeB || !inside) {
    plain<T>(c, a, b, m, k, n, transposeA, transposeB, mode);
    return;
  }
  const rowA = bytesOf<T>(lda);
  const row = bytesOf<T>(n);
  if (small && !transposeA && n >= PACK_A && bytes >= gemmScratch<T>(m, k, n, false)) {
    packedRows<T>(c, row, a, rowA, false, scratch, b, row, WIDTH, m, k, n, mode);
    return;
  }
  const aPanel = transposeA ? bytesOf<T>(ROWS) : 4 * rowA;
  tiles<T>(c, row, a, rowA, transposeA, aPanel, b, row, WIDTH, m, k, n, mode);
}

/** Bytes of scratch that `gemmWithin` needs. */
export function withinScratch<T extends number>(m: i32, k: i32): i32 {
  return packedA<T>(m, k) as i32;
}

/**
 * C ∘= op(A) B for matrices that lie in larger ones, their rows `ld` elements apart: B is read where it lies,
 * and so is A if it is transposed. Up to 64 bytes after each are read, too.
 */
export function gemmWithin<T extends number>(
  c: usize,
  ldc: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  m: i32,
  k: i32,
  n: i32,
  transposeA: bool,
  mode: i32,
  scratch: usize,
): void {
  if (doneByHost<T>(c, ldc, a, lda, b, ldb, m, k, n, transposeA, false, mode)) return;
  const rowA = bytesOf<T>(lda);
  const rowB = bytesOf<T>(ldb);
  const rowC = bytesOf<T>(ldc);
  if (transposeA) {
    tiles<T>(c, rowC, a, rowA, true, bytesOf<T>(ROWS), b, rowB, WIDTH, m, k, n, mode);
    return;
  }
  for (let p: i32 = 0; p < k; p += KC, a += bytesOf<T>(KC), b += (KC as usize) * rowB) {
    const depth = min<i32>(KC, k - p);
    const pMode = p === 0 ? mode : mode === MINUS ? MINUS : PLUS;
    packedRows<T>(c, rowC, a, rowA, false, scratch, b, rowB, WIDTH, m, depth, n, pMode);
  }
}
