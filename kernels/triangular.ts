/** Triangular systems. `out L b batch n m transpose strideL strideB` */
import { address, bytesOf, DONE, fail, readablePast, SINGULAR, word } from "./abi";
import { fitsLanes, groupOf, loadFactors, solveLanes } from "./interleaved";
import { MINUS, microStrip, ROWS, tileColumns, WIDTH } from "./micro";
import { axpy, dot } from "./simd";

/** x /= d over n contiguous elements. */
function divide<T extends number>(x: usize, d: T, n: i32): void {
  const ds = v128.splat<T>(d);
  const end = x + bytesOf<T>(n);
  for (; x + 16 <= end; x += 16) v128.store(x, v128.div<T>(v128.load(x), ds));
  for (; x < end; x += sizeof<T>()) store<T>(x, (load<T>(x) / d) as T);
}

/** Rows i0 … i0+rows of L X = B over `columns` columns, the rows before them being done. */
function forwardBlock<T extends number>(
  l: usize,
  n: i32,
  x: usize,
  ldx: usize,
  i0: i32,
  rows: i32,
  columns: i32,
): void {
  for (let i = i0; i < i0 + rows; i++) {
    const row = l + bytesOf<T>(i * n);
    const xi = x + (i as usize) * ldx;
    for (let j = i0; j < i; j++) {
      axpy<T>(-load<T>(row + bytesOf<T>(j)) as T, x + (j as usize) * ldx, xi, columns);
    }
    divide<T>(xi, load<T>(row + bytesOf<T>(i)), columns);
  }
}

/** Rows i0 … i0+rows of Lᵀ X = B over `columns` columns, the rows after them being done. */
function backwardBlock<T extends number>(
  l: usize,
  n: i32,
  x: usize,
  ldx: usize,
  i0: i32,
  rows: i32,
  columns: i32,
): void {
  for (let i = i0 + rows - 1; i >= i0; i--) {
    const row = l + bytesOf<T>(i * n);
    const xi = x + (i as usize) * ldx;
    divide<T>(xi, load<T>(row + bytesOf<T>(i)), columns);
    for (let j = i0; j < i; j++) {
      axpy<T>(-load<T>(row + bytesOf<T>(j)) as T, xi, x + (j as usize) * ldx, columns);
    }
  }
}

/** One right-hand side. */
function solveVector<T extends number>(l: usize, n: i32, x: usize, transpose: bool): void {
  for (let step: i32 = 0; step < n; step++) {
    const i = transpose ? n - 1 - step : step;
    const row = l + bytesOf<T>(i * n);
    const at = x + bytesOf<T>(i);
    const d = load<T>(row + bytesOf<T>(i));
    if (transpose) {
      const xi: T = (load<T>(at) / d) as T;
      store<T>(at, xi);
      axpy<T>(-xi as T, row, x, i);
    } else {
      store<T>(at, ((load<T>(at) - dot<T>(row, x, i)) / d) as T);
    }
  }
}

/** Many right-hand sides: strips of columns, in each of which the tiles of a product do the work. */
function solveStrips<T extends number>(l: usize, n: i32, x: usize, m: i32, transpose: bool): void {
  const N = tileColumns<T>();
  const ldx = bytesOf<T>(m);
  const ldl = bytesOf<T>(n);
  for (let j: i32 = 0; j < m; j += N, x += WIDTH) {
    const columns = min<i32>(N, m - j);
    for (let block: i32 = 0; block < n; block += ROWS) {
      const i0 = transpose ? ((n - 1) / ROWS) * ROWS - block : block;
      const rows = min<i32>(ROWS, n - i0);
      const c = x + (i0 as usize) * ldx;
      if (transpose) {
        const p = i0 + rows;
        const a = l + bytesOf<T>(p * n + i0);
        const b = x + (p as usize) * ldx;
        if (p < n) microStrip<T>(true, n - p, a, ldl, 0, b, ldx, c, ldx, rows, columns, MINUS);
        backwardBlock<T>(l, n, x, ldx, i0, rows, columns);
      } else {
        const a = l + bytesOf<T>(i0 * n);
        if (i0 > 0) microStrip<T>(false, i0, a, ldl, 0, x, ldx, c, ldx, rows, columns, MINUS);
        forwardBlock<T>(l, n, x, ldx, i0, rows, columns);
      }
    }
  }
}

/** The system of number i in the batch. */
function solveOne<T extends number>(
  x: usize,
  l: usize,
  b: usize,
  i: i32,
  n: i32,
  m: i32,
  transpose: bool,
): i32 {
  const size = bytesOf<T>(n * m);
  for (let j: i32 = 0; j < n; j++) {
    const pivot = load<T>(l + bytesOf<T>(j * n + j));
    if (pivot === (0 as T)) return fail(SINGULAR, i, j, pivot as f64);
  }
  memory.copy(x, b, size);
  if (m === 1) solveVector<T>(l, n, x, transpose);
  else if (readablePast(x + size)) solveStrips<T>(l, n, x, m, transpose);
  else if (transpose) backwardBlock<T>(l, n, x, bytesOf<T>(m), 0, n, m);
  else forwardBlock<T>(l, n, x, bytesOf<T>(m), 0, n, m);
  return DONE;
}

/** L X = B or Lᵀ X = B, L lower n×n, B n×m. */
export function triangularSolve<T extends number>(args: usize): i32 {
  const x = address(args, 0);
  const l = address(args, 1);
  const b = address(args, 2);
  const batch = word(args, 3);
  const n = word(args, 4);
  const m = word(args, 5);
  const transpose = word(args, 6) !== 0;
  const strideL = bytesOf<T>(word(args, 7));
  const strideB = bytesOf<T>(word(args, 8));
  const size = bytesOf<T>(n * m);
  // For one long vector the lanes lose more by loading L than they save.
  const inLanes = fitsLanes<T>(n, batch) && (m > 1 || n <= 16);
  const group = inLanes ? groupOf<T>(batch) : 1;
  for (let i: i32 = 0; i < batch; i += group) {
    const first = min<i32>(i, batch - group);
    const at = first as usize;
    if (inLanes && loadFactors<T>(l + at * strideL, n, group > 1 ? strideL : 0, transpose)) {
      const nextX = group > 1 ? size : 0;
      const nextB = group > 1 ? strideB : 0;
      solveLanes<T>(x + at * size, b + at * strideB, n, m, transpose, nextX, nextB);
      continue;
    }
    for (let j = first; j < first + group; j++) {
      const to = j as usize;
      const from = b + to * strideB;
      const status = solveOne<T>(x + to * size, l + to * strideL, from, j, n, m, transpose);
      if (status !== DONE) return status;
    }
  }
  return DONE;
}
