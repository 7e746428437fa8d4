/** The matrix exponential. `out a batch n scratch` */
import { address, bytesOf, DONE, fail, SINGULAR, word } from "./abi";
import { gemm } from "./gemm";
import { eliminate } from "./lu";
import { SET } from "./micro";
import { axpy, scale } from "./simd";
import { isSmall, smallProducts } from "./small";

/**
 * Norm up to which a matrix is not scaled. At 5.37 the [13/13] approximant is still exact to f64
 * (Higham 2005); in f32, V + U cancels by e^−norm there, which costs more than further squarings.
 */
function theta<T>(): f64 {
  return sizeof<T>() === 8 ? 5.371920351148152 : 1;
}

/** The largest column sum of magnitudes. */
function norm1<T extends number>(a: usize, n: i32): f64 {
  let largest: f64 = 0;
  for (let j: i32 = 0; j < n; j++) {
    let sum: f64 = 0;
    for (let i: i32 = 0; i < n; i++) sum += abs<f64>(load<T>(a + bytesOf<T>(i * n + j)) as f64);
    largest = max<f64>(largest, sum);
  }
  return largest;
}

function multiply<T extends number>(c: usize, a: usize, b: usize, n: i32): void {
  if (isSmall<T>(n, n, n, false, b + bytesOf<T>(n * n))) {
    smallProducts<T>(1, c, a, b, n, n, n, false, false, 0, 0);
    return;
  }
  gemm<T>(c, a, b, n, n, n, false, false, SET, 0, 0);
}

/** out = b6 A⁶ + b4 A⁴ + b2 A² */
function combine<T extends number>(
  out: usize,
  powers: usize,
  n: i32,
  b6: f64,
  b4: f64,
  b2: f64,
): void {
  const size = bytesOf<T>(n * n);
  scale<T>(b2 as T, powers, out, n * n);
  axpy<T>(b4 as T, powers + size, out, n * n);
  axpy<T>(b6 as T, powers + 2 * size, out, n * n);
}

function addDiagonal<T extends number>(a: usize, n: i32, x: f64): void {
  for (let i: i32 = 0; i < n; i++) {
    const at = a + bytesOf<T>(i * n + i);
    store<T>(at, ((load<T>(at) as f64) + x) as T);
  }
}

/** x += A⁶ p: the higher half of a polynomial. */
function addHigher<T extends number>(x: usize, powers: usize, p: usize, work: usize, n: i32): void {
  multiply<T>(work, powers + 2 * bytesOf<T>(n * n), p, n);
  axpy<T>(1 as T, work, x, n * n);
}

/**
 * exp a = (r(a/2ˢ))^(2ˢ), r = (V − U)⁻¹ (V + U) with V even and U odd in a:
 *     U = A (A⁶(b₁₃A⁶ + b₁₁A⁴ + b₉A²) + b₇A⁶ + b₅A⁴ + b₃A² + b₁I)
 *     V =    A⁶(b₁₂A⁶ + b₁₀A⁴ + b₈A²) + b₆A⁶ + b₄A⁴ + b₂A² + b₀I
 */
function exponential<T extends number>(
  out: usize,
  a: usize,
  n: i32,
  space: usize,
  batch: i32,
): i32 {
  const size = bytesOf<T>(n * n);
  const scaled = space;
  const powers = space + size;
  const U = powers + 3 * size;
  const V = U + size;
  const p = V + size;
  const work = p + size;
  let squarings: i32 = 0;
  let factor: f64 = 1;
  for (let norm = norm1<T>(a, n); norm > theta<T>() && norm < Infinity; norm *= 0.5) {
    squarings++;
    factor *= 0.5;
  }
  scale<T>(factor as T, a, scaled, n * n);
  multiply<T>(powers, scaled, scaled, n);
  multiply<T>(powers + size, powers, powers, n);
  multiply<T>(powers + 2 * size, powers + size, powers, n);

  combine<T>(p, powers, n, 1, 16380, 40840800);
  combine<T>(V, powers, n, 33522128640, 10559470521600, 1187353796428800);
  addDiagonal<T>(V, n, 32382376266240000);
  addHigher<T>(V, powers, p, work, n);
  multiply<T>(U, scaled, V, n);

  combine<T>(p, powers, n, 182, 960960, 1323241920);
  combine<T>(V, powers, n, 670442572800, 129060195264000, 7771770303897600);
  addDiagonal<T>(V, n, 64764752532480000);
  addHigher<T>(V, powers, p, work, n);

  memory.copy(p, V, size);
  axpy<T>(-1 as T, U, p, n * n);
  axpy<T>(1 as T, U, V, n * n);
  const pivot = eliminate<T>(p, V, n);
  if (pivot >= 0)
    return fail(SINGULAR, batch, pivot, load<T>(p + bytesOf<T>(pivot * n + pivot)) as f64);
  let from = V;
  let to = work;
  for (let i: i32 = 0; i < squarings; i++) {
    multiply<T>(to, from, from, n);
    const kept = from;
    from = to;
    to = kept;
  }
  memory.copy(out, from, size);
  return DONE;
}

/** exp of each matrix. */
export function expm<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let a = address(args, 1);
  const batch = word(args, 2);
  const n = word(args, 3);
  const space = address(args, 4);
  for (let b: i32 = 0; b < batch; b++) {
    const status = exponential<T>(out, a, n, space, b);
    if (status !== DONE) return status;
    out += bytesOf<T>(n * n);
    a += bytesOf<T>(n * n);
  }
  return DONE;
}
