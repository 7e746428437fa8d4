/** Triangular systems. `out L b batch n m transpose strideL strideB` */
import { address, bytesOf, DONE, fail, readablePast, SINGULAR, word } from "./abi";
import { fitsLanes, groupOf, loadFactors, solveLanes } from "./interleaved";
import { MINUS, microStrip, ROWS, tileColumns, WIDTH } from "./micro";
import { axpy, dot, Simd } from "./simd";

/** x /= d over n contiguous elements. */
function divide<T extends number>(x: usize, d: T, n: i32): void {
  const ds = v128.splat<T>(d);
  const end = x + bytesOf<T>(n);
  for (; x + 16 <= end; x += 16) v128.store(x, v128.div<T>(v128.load(x), ds));
  for (; x < end; x += sizeof<T>()) store<T>(x, (load<T>(x) / d) as T);
}

/** Rows i0 … i0+rows of L X = B over `columns` columns, the rows before them being done. */
export function forwardBlock<T extends number>(
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
export function backwardBlock<T extends number>(
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

/** Static, so that it may be inlined by force. */
class Row {
  /** x less l times y. */
  @inline
  static less<T extends number>(x: v128, l: usize, y: v128): v128 {
    return Simd.nmadd<T>(Simd.loadSplat<T>(l), y, x);
  }
}

/**
 * ROWS full rows of a strip in registers, at x and `step` apart, in the order of the solution; in
 * that order, the coefficient of row j in row i stands at l + i·down + j·along.
 */
function solveTile<T extends number>(
  l: usize,
  down: usize,
  along: usize,
  x: usize,
  step: usize,
): void {
  const l1 = l + down;
  const l2 = l1 + down;
  const l3 = l2 + down;
  const x1 = x + step;
  const x2 = x1 + step;
  const x3 = x2 + step;
  const d0 = v128.splat<T>(((1 as T) / load<T>(l)) as T);
  const d1 = v128.splat<T>(((1 as T) / load<T>(l1 + along)) as T);
  const d2 = v128.splat<T>(((1 as T) / load<T>(l2 + 2 * along)) as T);
  const d3 = v128.splat<T>(((1 as T) / load<T>(l3 + 3 * along)) as T);
  for (let at: usize = 0; at < WIDTH; at += 16) {
    const y0 = v128.mul<T>(v128.load(x + at), d0);
    let y1 = Row.less<T>(v128.load(x1 + at), l1, y0);
    y1 = v128.mul<T>(y1, d1);
    let y2 = Row.less<T>(v128.load(x2 + at), l2, y0);
    y2 = v128.mul<T>(Row.less<T>(y2, l2 + along, y1), d2);
    let y3 = Row.less<T>(v128.load(x3 + at), l3, y0);
    y3 = Row.less<T>(y3, l3 + along, y1);
    y3 = v128.mul<T>(Row.less<T>(y3, l3 + 2 * along, y2), d3);
    v128.store(x + at, y0);
    v128.store(x1 + at, y1);
    v128.store(x2 + at, y2);
    v128.store(x3 + at, y3);
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

/**
 * Rows `from` … n of a strip of columns, `from` a multiple of ROWS, the tiles of a product doing the
 * work; forwards, the rows before count as zeros.
 */
export function solveStrip<T extends number>(
  l: usize,
  n: i32,
  x: usize,
  ldx: usize,
  from: i32,
  columns: i32,
  transpose: bool,
): void {
  const ldl = bytesOf<T>(n);
  const last = ((n - 1) / ROWS) * ROWS;
  const whole = columns === tileColumns<T>();
  for (let done: i32 = 0; from + done < n; done += ROWS) {
    const i0 = transpose ? last - done : from + done;
    const rows = min<i32>(ROWS, n - i0);
    const c = x + (i0 as usize) * ldx;
    if (transpose) {
      const p = i0 + rows;
      const a = l + bytesOf<T>(p * n + i0);
      const b = x + (p as usize) * ldx;
      if (p < n) microStrip<T>(true, n - p, a, ldl, 0, b, ldx, c, ldx, rows, columns, MINUS);
      if (whole && rows === ROWS) {
        const end = l + (ROWS - 1) * (ldl + sizeof<T>()) + bytesOf<T>(i0 * n + i0);
        solveTile<T>(
          end,
          (0 as usize) - sizeof<T>(),
          (0 as usize) - ldl,
          c + 3 * ldx,
          (0 as usize) - ldx,
        );
      } else backwardBlock<T>(l, n, x, ldx, i0, rows, columns);
    } else {
      const a = l + bytesOf<T>(i0 * n + from);
      const b = x + (from as usize) * ldx;
      if (done > 0) microStrip<T>(false, done, a, ldl, 0, b, ldx, c, ldx, rows, columns, MINUS);
      if (whole && rows === ROWS) {
        solveTile<T>(l + bytesOf<T>(i0 * n + i0), ldl, sizeof<T>(), c, ldx);
      } else forwardBlock<T>(l, n, x, ldx, i0, rows, columns);
    }
  }
}

/** Many right-hand sides, strip by strip. */
function solveStrips<T extends number>(l: usize, n: i32, x: usize, m: i32, transpose: bool): void {
  const N = tileColumns<T>();
  for (let j: i32 = 0; j < m; j += N, x += WIDTH) {
    solveStrip<T>(l, n, x, bytesOf<T>(m), 0, min<i32>(N, m - j), transpose);
  }
}

/** DONE, or the first zero on the diagonal of L, of number i in the batch. */
export function checkPivots<T extends number>(l: usize, n: i32, i: i32): i32 {
  for (let j: i32 = 0; j < n; j++) {
    const pivot = load<T>(l + bytesOf<T>(j * n + j));
    if (pivot === (0 as T)) return fail(SINGULAR, i, j, pivot as f64);
  }
  return DONE;
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
  const status = checkPivots<T>(l, n, i);
  if (status !== DONE) return status;
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
