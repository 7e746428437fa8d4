/**
 * Triangular factors of rows A [n, k], n ≥ k, by Householder reflections: A = Q Lᵀ with L lower, its
 * diagonal not negative, and orthonormal columns of Q. Column by column, a the rest of the column,
 *
 *     v = a + sign(a₁) |a| e₁,     M ← M − β v (vᵀM),  β = 2/vᵀv = 1/(|a| (|a| + |a₁|))
 *
 * Where |a| is no more than the rounding of the column that it is the rest of, n ε of its length, it
 * counts as 0: the column is triangular already, and no reflection is made.
 */
import { address, bytesOf, DONE, word } from "./abi";
import { axpy } from "./simd";

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
  ldm: usize,
  sums: usize,
): void {
  if (columns === 0) return;
  memory.fill(sums, 0, bytesOf<T>(columns));
  let x = m;
  let p = v;
  for (let i: i32 = 0; i < rows; i++, x += ldm, p += ld) {
    const c = load<T>(p);
    if (c !== (0 as T)) axpy<T>(c, x, sums, columns);
  }
  for (let i: i32 = 0; i < rows; i++, m += ldm, v += ld) {
    const c = load<T>(v);
    if (c !== (0 as T)) axpy<T>((-beta * c) as T, sums, m, columns);
  }
}

/**
 * Triangularises M [n, k] in place. Afterwards column j holds v below and on the diagonal, and row j the
 * elements of ± Lᵀ to the right of it; `signs` [k] says which, `betas` [k] is β, or 0 where there is no
 * reflection, `diagonal` [k] that of L.
 */
function triangularise<T extends number>(
  m: usize,
  n: i32,
  k: i32,
  signs: usize,
  betas: usize,
  diagonal: usize,
  sums: usize,
  epsilon: T,
): void {
  const ld = bytesOf<T>(k);
  const bound: T = ((n as T) * epsilon) as T;
  for (let j: i32 = 0; j < k; j++) {
    store<T>(diagonal + bytesOf<T>(j), sqrt<T>(squares<T>(m + bytesOf<T>(j), n, ld)));
  }
  for (let j: i32 = 0; j < k; j++) {
    const own = bytesOf<T>(j);
    const head = m + bytesOf<T>(j * k + j);
    const length: T = sqrt<T>(squares<T>(head, n - j, ld));
    const first = load<T>(head);
    const down: bool = first < (0 as T);
    if (!(length > bound * load<T>(diagonal + own))) {
      store<T>(diagonal + own, 0 as T);
      store<T>(betas + own, 0 as T);
      store<T>(signs + own, 1 as T);
      continue;
    }
    const reach: T = (length + (down ? -first : first)) as T;
    const beta: T = ((1 as T) / (length * reach)) as T;
    store<T>(head, down ? (-reach as T) : reach);
    store<T>(diagonal + own, length);
    store<T>(betas + own, beta);
    store<T>(signs + own, (down ? 1 : -1) as T);
    reflect<T>(head, beta, head + sizeof<T>(), n - j, k - j - 1, ld, ld, sums);
  }
}

/** The distance from 1 to the next number. */
function epsilonOf<T extends number>(): T {
  return (sizeof<T>() === 8 ? 2.220446049250313e-16 : 1.1920928955078125e-7) as T;
}

/** `out a batch n k scratch`: L [k, k], lower with zeros above. */
export function triangularFactor<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let a = address(args, 1);
  const batch = word(args, 2);
  const n = word(args, 3);
  const k = word(args, 4);
  const m = address(args, 5);
  const row = bytesOf<T>(k);
  const size = bytesOf<T>(n * k);
  const signs = m + size;
  const diagonal = signs + 2 * row;
  for (let b: i32 = 0; b < batch; b++, a += size, out += bytesOf<T>(k * k)) {
    memory.copy(m, a, size);
    triangularise<T>(m, n, k, signs, signs + row, diagonal, diagonal + row, epsilonOf<T>());
    memory.fill(out, 0, bytesOf<T>(k * k));
    for (let j: i32 = 0; j < k; j++) {
      const sign = load<T>(signs + bytesOf<T>(j));
      store<T>(out + bytesOf<T>(j * k + j), load<T>(diagonal + bytesOf<T>(j)));
      for (let i = j + 1; i < k; i++) {
        store<T>(out + bytesOf<T>(i * k + j), (sign * load<T>(m + bytesOf<T>(j * k + i))) as T);
      }
    }
  }
  return DONE;
}

/** `out a batch n k scratch`: Q [n, k], the reflections from the last to the first applied to ± [I; 0]. */
export function orthonormalFactor<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let a = address(args, 1);
  const batch = word(args, 2);
  const n = word(args, 3);
  const k = word(args, 4);
  const m = address(args, 5);
  const row = bytesOf<T>(k);
  const size = bytesOf<T>(n * k);
  const signs = m + size;
  const betas = signs + row;
  const diagonal = betas + row;
  for (let b: i32 = 0; b < batch; b++, a += size, out += size) {
    memory.copy(m, a, size);
    triangularise<T>(m, n, k, signs, betas, diagonal, diagonal + row, epsilonOf<T>());
    memory.fill(out, 0, size);
    for (let j = k - 1; j >= 0; j--) {
      const at = bytesOf<T>(j * k + j);
      store<T>(out + at, load<T>(signs + bytesOf<T>(j)));
      const beta = load<T>(betas + bytesOf<T>(j));
      if (beta === (0 as T)) continue;
      // Columns before j are still 0 in these rows.
      reflect<T>(m + at, beta, out + at, n - j, k - j, row, row, diagonal + row);
    }
  }
  return DONE;
}
