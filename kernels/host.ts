/** Large products may be left to a library of the host, which works on this very memory. */

/** C ∘= op(A) op(B) by the host; `bytes` a number (8 or 4), mode as in micro.ts. */
// @ts-ignore: decorator
@external("env", "product")
declare function product(
  bytes: i32,
  transposeA: i32,
  transposeB: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  b: usize,
  c: usize,
  mode: i32,
): void;

/** The least m·n·k that is left to the host. */
let least: f64 = Infinity;

/** Leaves products of m·n·k multiplications or more to the host; Infinity: none. */
export function leaveProducts(from: f64): void {
  least = from;
}

/** Does the product and says so, if it is one for the host. */
export function doneByHost<T extends number>(
  c: usize,
  a: usize,
  b: usize,
  m: i32,
  k: i32,
  n: i32,
  transposeA: bool,
  transposeB: bool,
  mode: i32,
): bool {
  if ((m as f64) * (n as f64) * (k as f64) < least) return false;
  product(sizeof<T>() as i32, transposeA as i32, transposeB as i32, m, n, k, a, b, c, mode);
  return true;
}
