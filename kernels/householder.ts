/**
 * Triangular factors of rows A [n, k], n ≥ k, by Householder reflections: A = Q Lᵀ with L lower, its
 * diagonal not negative, and orthonormal columns of Q. Column by column, a the rest of the column,
 *
 *     v = a + sign(a₁) |a| e₁,     M ← M − β v (vᵀM),  β = 2/vᵀv = 1/(|a| (|a| + |a₁|))
 *
 * Where |a| is no more than the rounding of the column that it is the rest of, n ε of its length, it
 * counts as 0: the column is triangular already, and no reflection is made.
 *
 * The reflections are kept as [n + 3, k]: column j of the first n rows holds v on and below the diagonal,
 * row j to the right of it the elements of ± Lᵀ; then the diagonal of L, β (0 without a reflection), and
 * room for vᵀM.
 */
import { address, bytesOf, DONE, word } from "./abi";
import { axpy, copyRun } from "./simd";

/** |a|² of `rows` elements that lie `ld` bytes apart. */
function squares<T extends number>(a: usize, rows: i32, ld: usize): T {
  let sum: T = 0 as T;
  for (let i: i32 = 0; i < rows; i++, a += ld) {
    const x = load<T>(a);
    sum = (sum + x * x) as T;
  }
  return sum;
}

/**
 * M ← M − β v (vᵀM) for `rows` rows of `columns` elements at m; v lies `ld` bytes apart, as the rows do,
 * and `sums` is room for vᵀM. Rows where v is 0 stay as they are.
 */
function reflect<T extends number>(
  v: usize,
  beta: T,
  m: usize,
  rows: i32,
  columns: i32,
  ld: usize,
  sums: usize,
): void {
  if (columns === 0) return;
  memory.fill(sums, 0, bytesOf<T>(columns));
  let x = m;
  let p = v;
  for (let i: i32 = 0; i < rows; i++, x += ld, p += ld) {
    const c = load<T>(p);
    if (c !== (0 as T)) axpy<T>(c, x, sums, columns);
  }
  for (let i: i32 = 0; i < rows; i++, m += ld, v += ld) {
    const c = load<T>(v);
    if (c !== (0 as T)) axpy<T>((-beta * c) as T, sums, m, columns);
  }
}

/** The distance from 1 to the next number. */
function epsilonOf<T extends number>(): T {
  return (sizeof<T>() === 8 ? 2.220446049250313e-16 : 1.1920928955078125e-7) as T;
}

/** Triangularises M [n, k] in place, and fills the three rows after it. */
function triangularise<T extends number>(m: usize, n: i32, k: i32): void {
  const ld = bytesOf<T>(k);
  const diagonal = m + bytesOf<T>(n * k);
  const betas = diagonal + ld;
  const sums = betas + ld;
  const bound: T = ((n as T) * epsilonOf<T>()) as T;
  for (let j: i32 = 0; j < k; j++) {
    store<T>(diagonal + bytesOf<T>(j), sqrt<T>(squares<T>(m + bytesOf<T>(j), n, ld)));
  }
  memory.fill(betas, 0, 2 * ld);
  for (let j: i32 = 0; j < k; j++) {
    const own = bytesOf<T>(j);
    const head = m + bytesOf<T>(j * k + j);
    const length: T = sqrt<T>(squares<T>(head, n - j, ld));
    if (!(length > bound * load<T>(diagonal + own))) {
      store<T>(diagonal + own, 0 as T);
      continue;
    }
    const first = load<T>(head);
    const down: bool = first < (0 as T);
    const reach: T = (length + (down ? -first : first)) as T;
    const beta: T = ((1 as T) / (length * reach)) as T;
    store<T>(head, down ? (-reach as T) : reach);
    store<T>(diagonal + own, length);
    store<T>(betas + own, beta);
    reflect<T>(head, beta, head + sizeof<T>(), n - j, k - j - 1, ld, sums);
  }
}

/** The sign of row j: v₁ has the sign of a₁, and a becomes −sign(a₁) |a| e₁. */
function signOf<T extends number>(m: usize, beta: T, j: i32, k: i32): T {
  const plain = beta === (0 as T) || load<T>(m + bytesOf<T>(j * k + j)) < (0 as T);
  return (plain ? 1 : -1) as T;
}

/** `out a batch n k`: the reflections of A [n, k]. */
export function reflections<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let a = address(args, 1);
  const batch = word(args, 2);
  const n = word(args, 3);
  const k = word(args, 4);
  const size = bytesOf<T>(n * k);
  for (let b: i32 = 0; b < batch; b++, a += size, out += size + 3 * bytesOf<T>(k)) {
    copyRun<T>(out, a, size);
    triangularise<T>(out, n, k);
  }
  return DONE;
}

/** `out reflections batch n k`: L [k, k], lower with zeros above. */
export function triangularFactor<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let m = address(args, 1);
  const batch = word(args, 2);
  const n = word(args, 3);
  const k = word(args, 4);
  const diagonal = bytesOf<T>(n * k);
  const betas = diagonal + bytesOf<T>(k);
  for (let b: i32 = 0; b < batch; b++, m += bytesOf<T>((n + 3) * k), out += bytesOf<T>(k * k)) {
    memory.fill(out, 0, bytesOf<T>(k * k));
    for (let j: i32 = 0; j < k; j++) {
      const sign = signOf<T>(m, load<T>(m + betas + bytesOf<T>(j)), j, k);
      store<T>(out + bytesOf<T>(j * k + j), load<T>(m + diagonal + bytesOf<T>(j)));
      for (let i = j + 1; i < k; i++) {
        store<T>(out + bytesOf<T>(i * k + j), (sign * load<T>(m + bytesOf<T>(j * k + i))) as T);
      }
    }
  }
  return DONE;
}

/** `out reflections batch n k scratch`: Q [n, k], the last to the first reflection applied to ± [I; 0]. */
export function orthonormalFactor<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let m = address(args, 1);
  const batch = word(args, 2);
  const n = word(args, 3);
  const k = word(args, 4);
  const sums = address(args, 5);
  const row = bytesOf<T>(k);
  const betas = bytesOf<T>((n + 1) * k);
  for (let b: i32 = 0; b < batch; b++, m += bytesOf<T>((n + 3) * k), out += bytesOf<T>(n * k)) {
    memory.fill(out, 0, bytesOf<T>(n * k));
    for (let j = k - 1; j >= 0; j--) {
      const at = bytesOf<T>(j * k + j);
      const beta = load<T>(m + betas + bytesOf<T>(j));
      store<T>(out + at, signOf<T>(m, beta, j, k));
      if (beta === (0 as T)) continue;
      // Columns before j are still 0 in these rows.
      reflect<T>(m + at, beta, out + at, n - j, k - j, row, sums);
    }
  }
  return DONE;
}
