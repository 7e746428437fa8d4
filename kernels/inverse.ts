/** Inverses of positive definite matrices from their Cholesky factors. `out L batch n` */
import { address, bytesOf, DONE, readablePast, word } from "./abi";
import { fitsLanes, groupOf, loadFactors, solveLanes } from "./interleaved";
import { tileColumns, WIDTH } from "./micro";
import { backwardBlock, checkPivots, forwardBlock, solveStrip } from "./triangular";

function identity<T extends number>(x: usize, n: i32): void {
  memory.fill(x, 0, bytesOf<T>(n * n));
  for (let i: i32 = 0; i < n; i++) store<T>(x + bytesOf<T>(i * n + i), 1 as T);
}

/** The upper triangle from the lower one. */
function mirror<T extends number>(x: usize, n: i32): void {
  const row = bytesOf<T>(n);
  for (let i: i32 = 1; i < n; i++) {
    let from = x + (i as usize) * row;
    const end = from + bytesOf<T>(i);
    let to = x + bytesOf<T>(i);
    for (; from < end; from += sizeof<T>(), to += row) store<T>(to, load<T>(from));
  }
}

/**
 * L X = I, then Lᵀ M = X. Column j of X has zeros above row j, and of M the rows from j on are
 * enough: each of the two costs n³/6 multiplications, a third of what a full right-hand side does.
 */
function invertOne<T extends number>(m: usize, l: usize, n: i32): void {
  const ld = bytesOf<T>(n);
  identity<T>(m, n);
  if (!readablePast(m + bytesOf<T>(n * n))) {
    forwardBlock<T>(l, n, m, ld, 0, n, n);
    backwardBlock<T>(l, n, m, ld, 0, n, n);
  } else {
    const N = tileColumns<T>();
    let x = m;
    for (let j: i32 = 0; j < n; j += N, x += WIDTH) {
      const columns = min<i32>(N, n - j);
      solveStrip<T>(l, n, x, ld, j, columns, false);
      solveStrip<T>(l, n, x, ld, j, columns, true);
    }
  }
  mirror<T>(m, n);
}

/** The same for a group of small matrices at once; false where a pivot is zero. */
function invertLanes<T extends number>(m: usize, l: usize, n: i32, group: i32, next: usize): bool {
  if (!loadFactors<T>(l, n, next, false)) return false;
  for (let i: i32 = 0; i < group; i++) identity<T>(m + (i as usize) * next, n);
  solveLanes<T>(m, m, n, n, false, next, next);
  loadFactors<T>(l, n, next, true);
  solveLanes<T>(m, m, n, n, true, next, next);
  for (let i: i32 = 0; i < group; i++) mirror<T>(m + (i as usize) * next, n);
  return true;
}

/** (L Lᵀ)⁻¹, symmetric to the last bit; the lower triangle of L is read. */
export function choleskyInverse<T extends number>(args: usize): i32 {
  const out = address(args, 0);
  const l = address(args, 1);
  const batch = word(args, 2);
  const n = word(args, 3);
  const size = bytesOf<T>(n * n);
  const inLanes = fitsLanes<T>(n, batch);
  const group = inLanes ? groupOf<T>(batch) : 1;
  for (let b: i32 = 0; b < batch; b += group) {
    const first = min<i32>(b, batch - group);
    const from = (first as usize) * size;
    if (inLanes && invertLanes<T>(out + from, l + from, n, group, group > 1 ? size : 0)) continue;
    for (let i = first; i < first + group; i++) {
      const at = (i as usize) * size;
      const status = checkPivots<T>(l + at, n, i);
      if (status !== DONE) return status;
      invertOne<T>(out + at, l + at, n);
    }
  }
  return DONE;
}
