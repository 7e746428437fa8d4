/** Large products may be left to a library of the host, which works on this very memory. */

/** C ∘= op(A) op(B) by the host; `bytes` a number (8 or 4), rows `ld` numbers apart, mode as in micro.ts. */
declare function product(
  bytes: i32,
  transposeA: i32,
  transposeB: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  c: usize,
  ldc: i32,
  mode: i32,
): void;

/** The least m·n·k that is left to the host. */
let least: f64 = Infinity;

/** Leaves products of m·n·k multiplications or more to the host; Infinity: none. */
export function leaveProducts(from: f64): void {
  least = from;
}

/** Is a product m×k by k×n left to the host? */
export function isForHost(m: i32, k: i32, n: i32): bool {
  return (m as f64) * (n as f64) * (k as f64) >= least;
}

/** Does the product and says so, if it is one for the host. */
export function doneByHost<T extends number>(
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
  transposeB: bool,
  mode: i32,
): bool {
  if (!isForHost(m, k, n)) return false;
  const tA = transposeA as i32;
  const tB = transposeB as i32;
  product(sizeof<T>() as i32, tA, tB, m, n, k, a, lda, b, ldb, c, ldc, mode);
  return true;
}
