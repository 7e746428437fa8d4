/**
 * Triangular factors of rows A [n, k], n ≥ k, by Householder reflections: A = Q Lᵀ with L lower, its
 * diagonal not negative, and orthonormal columns of Q. Column by column, a the rest of the column,
 *
 *     v = a + sign(a₁) |a| e₁,     M ← M − β v (vᵀM),  β = 2/vᵀv = 1/(|a| (|a| + |a₁|))
 *
 * Where |a| is no more than the rounding of the column that it is the rest of, n ε of its length, it
 * counts as 0: the column is triangular already, and no reflection is made.
 *
 * The reflections are kept as [n + 2, k]: column j of the first n rows holds v on and below the diagonal,
 * row j to the right of it the elements of ± Lᵀ; then the diagonal of L, and β (0 without a reflection).
 */
import { address, bytesOf, DONE, word } from "./abi";
import { axpy, copyRun, Simd, scale } from "./simd";

/** y += x² over k elements. */
function addSquares<T extends number>(x: usize, y: usize, k: i32): void {
  const end = x + bytesOf<T>(k);
  for (; x + 16 <= end; x += 16, y += 16) {
    const a = v128.load(x);
    v128.store(y, Simd.madd<T>(a, a, v128.load(y)));
  }
  for (; x < end; x += sizeof<T>(), y += sizeof<T>()) {
    const a = load<T>(x);
    store<T>(y, (load<T>(y) + a * a) as T);
  }
}

/** |a|² of `rows` elements that lie `ld` bytes apart, in four sums. */
function squares<T extends number>(a: usize, rows: i32, ld: usize): T {
  let s0: T = 0 as T;
  let s1: T = 0 as T;
  let s2: T = 0 as T;
  let s3: T = 0 as T;
  let i: i32 = 0;
  for (; i + 4 <= rows; i += 4, a += 4 * ld) {
    const x0 = load<T>(a);
    const x1 = load<T>(a + ld);
    const x2 = load<T>(a + 2 * ld);
    const x3 = load<T>(a + 3 * ld);
    s0 = (s0 + x0 * x0) as T;
    s1 = (s1 + x1 * x1) as T;
    s2 = (s2 + x2 * x2) as T;
    s3 = (s3 + x3 * x3) as T;
  }
  for (; i < rows; i++, a += ld) {
    const x = load<T>(a);
    s0 = (s0 + x * x) as T;
  }
  return (s0 + s1 + (s2 + s3)) as T;
}

/**
 * M ← M − β v (vᵀM) for `rows` rows of `columns` elements at m; v lies `ld` bytes apart, as the rows do.
 * Rows where v is 0 stay as they are. Columns are taken as many together as registers hold vᵀM of.
 */
function reflect<T extends number>(
  v: usize,
  beta: T,
  m: usize,
  rows: i32,
  columns: i32,
  ld: usize,
): void {
  const end = m + bytesOf<T>(columns);
  for (; m + 64 <= end; m += 64) reflectFour<T>(v, beta, m, rows, ld);
  for (; m + 16 <= end; m += 16) reflectOne<T>(v, beta, m, rows, ld);
  for (; m < end; m += sizeof<T>()) reflectElement<T>(v, beta, m, rows, ld);
}

/** `reflect` for 64 bytes of a row. */
function reflectFour<T extends number>(v: usize, beta: T, m: usize, rows: i32, ld: usize): void {
  let s0 = v128.splat<T>(0 as T);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let x = m;
  let p = v;
  for (let i: i32 = 0; i < rows; i++, x += ld, p += ld) {
    const c = load<T>(p);
    if (c === (0 as T)) continue;
    const cs = v128.splat<T>(c);
    s0 = Simd.madd<T>(cs, v128.load(x), s0);
    s1 = Simd.madd<T>(cs, v128.load(x, 16), s1);
    s2 = Simd.madd<T>(cs, v128.load(x, 32), s2);
    s3 = Simd.madd<T>(cs, v128.load(x, 48), s3);
  }
  for (let i: i32 = 0; i < rows; i++, m += ld, v += ld) {
    const c = load<T>(v);
    if (c === (0 as T)) continue;
    const cs = v128.splat<T>((-beta * c) as T);
    v128.store(m, Simd.madd<T>(cs, s0, v128.load(m)));
    v128.store(m, Simd.madd<T>(cs, s1, v128.load(m, 16)), 16);
    v128.store(m, Simd.madd<T>(cs, s2, v128.load(m, 32)), 32);
    v128.store(m, Simd.madd<T>(cs, s3, v128.load(m, 48)), 48);
  }
}

/** `reflect` for 16 bytes of a row. */
function reflectOne<T extends number>(v: usize, beta: T, m: usize, rows: i32, ld: usize): void {
  let s = v128.splat<T>(0 as T);
  let x = m;
  let p = v;
  for (let i: i32 = 0; i < rows; i++, x += ld, p += ld) {
    s = Simd.madd<T>(v128.splat<T>(load<T>(p)), v128.load(x), s);
  }
  for (let i: i32 = 0; i < rows; i++, m += ld, v += ld) {
    const cs = v128.splat<T>((-beta * load<T>(v)) as T);
    v128.store(m, Simd.madd<T>(cs, s, v128.load(m)));
  }
}

/** `reflect` for one element of a row. */
function reflectElement<T extends number>(v: usize, beta: T, m: usize, rows: i32, ld: usize): void {
  let s: T = 0 as T;
  let x = m;
  let p = v;
  for (let i: i32 = 0; i < rows; i++, x += ld, p += ld) s = (s + load<T>(p) * load<T>(x)) as T;
  s = (-beta * s) as T;
  for (let i: i32 = 0; i < rows; i++, m += ld, v += ld) {
    store<T>(m, (load<T>(m) + s * load<T>(v)) as T);
  }
}

/** The distance from 1 to the next number. */
function epsilonOf<T extends number>(): T {
  return (sizeof<T>() === 8 ? 2.220446049250313e-16 : 1.1920928955078125e-7) as T;
}

/** Triangularises M [n, k] in place, and fills the two rows after it. */
function triangularise<T extends number>(m: usize, n: i32, k: i32): void {
  const ld = bytesOf<T>(k);
  const diagonal = m + bytesOf<T>(n * k);
  const betas = diagonal + ld;
  const bound: T = ((n as T) * epsilonOf<T>()) as T;
  memory.fill(diagonal, 0, 2 * ld);
  for (let i: i32 = 0; i < n; i++) addSquares<T>(m + i * ld, diagonal, k);
  for (let j: i32 = 0; j < k; j++) {
    const own = bytesOf<T>(j);
    const head = m + bytesOf<T>(j * k + j);
    const length: T = sqrt<T>(squares<T>(head, n - j, ld));
    if (!(length > bound * sqrt<T>(load<T>(diagonal + own)))) {
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
    reflect<T>(head, beta, head + sizeof<T>(), n - j, k - j - 1, ld);
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
  for (let b: i32 = 0; b < batch; b++, a += size, out += size + 2 * bytesOf<T>(k)) {
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
  for (let b: i32 = 0; b < batch; b++, m += bytesOf<T>((n + 2) * k), out += bytesOf<T>(k * k)) {
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

/** `out reflections batch n k`: Q [n, k], the last to the first reflection applied to ± [I; 0]. */
export function orthonormalFactor<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let m = address(args, 1);
  const batch = word(args, 2);
  const n = word(args, 3);
  const k = word(args, 4);
  const row = bytesOf<T>(k);
  const betas = bytesOf<T>((n + 1) * k);
  for (let b: i32 = 0; b < batch; b++, m += bytesOf<T>((n + 2) * k), out += bytesOf<T>(n * k)) {
    memory.fill(out, 0, bytesOf<T>(n * k));
    for (let j = k - 1; j >= 0; j--) {
      const at = bytesOf<T>(j * k + j);
      const beta = load<T>(m + betas + bytesOf<T>(j));
      store<T>(out + at, signOf<T>(m, beta, j, k));
      if (beta === (0 as T)) continue;
      // Columns before j are still 0 in these rows.
      reflect<T>(m + at, beta, out + at, n - j, k - j, row);
    }
  }
  return DONE;
}

/**
 * `out reflections L bar batch n k leading scratch`: the cotangent Q (L̄ᵀ − W L⁻¹) of A [n, k] from L̄ [k, k],
 *
 *     W = L̄ᵀL − LᵀL̄ below the diagonal, in the first `leading` columns that have a pivot.
 *
 * Only those columns of W L⁻¹ are not 0, and they are X with X L₁₁ = W₁. Scratch is [leading, k].
 */
export function factorCotangent<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let m = address(args, 1);
  let L = address(args, 2);
  let bar = address(args, 3);
  const batch = word(args, 4);
  const n = word(args, 5);
  const k = word(args, 6);
  const leading = word(args, 7);
  const W = address(args, 8);
  const row = bytesOf<T>(k);
  const betas = bytesOf<T>((n + 1) * k);
  for (let b: i32 = 0; b < batch; b++) {
    turning<T>(W, L, bar, k, leading);
    memory.fill(out, 0, bytesOf<T>(n * k));
    for (let i: i32 = 0; i < k; i++) {
      const sign = signOf<T>(m, load<T>(m + betas + bytesOf<T>(i)), i, k);
      for (let j: i32 = 0; j < k; j++) {
        const at = bytesOf<T>(j * k + i);
        const turned: T = j < leading ? load<T>(W + at) : (0 as T);
        store<T>(out + bytesOf<T>(i * k + j), (sign * (load<T>(bar + at) - turned)) as T);
      }
    }
    for (let j = k - 1; j >= 0; j--) {
      const beta = load<T>(m + betas + bytesOf<T>(j));
      if (beta === (0 as T)) continue;
      const head = m + bytesOf<T>(j * k + j);
      reflect<T>(head, beta, out + j * row, n - j, k, row);
    }
    m += bytesOf<T>((n + 2) * k);
    out += bytesOf<T>(n * k);
    L += bytesOf<T>(k * k);
    bar += bytesOf<T>(k * k);
  }
  return DONE;
}

/** The first `leading` columns of W L⁻¹, as rows of k elements. */
function turning<T extends number>(W: usize, L: usize, bar: usize, k: i32, leading: i32): void {
  const row = bytesOf<T>(k);
  memory.fill(W, 0, leading * row);
  for (let p: i32 = 0; p < leading; p++) {
    const own = W + p * row;
    if (load<T>(L + bytesOf<T>(p * k + p)) === (0 as T)) continue;
    for (let r: i32 = p; r < k; r++)
      axpy<T>(load<T>(L + bytesOf<T>(r * k + p)), bar + r * row, own, k);
    for (let r: i32 = 0; r < k; r++) {
      axpy<T>(-load<T>(bar + bytesOf<T>(r * k + p)) as T, L + r * row, own, r + 1);
    }
    memory.fill(own, 0, bytesOf<T>(p + 1));
  }
  for (let p = leading - 1; p >= 0; p--) {
    const own = W + p * row;
    for (let q = p + 1; q < leading; q++) {
      axpy<T>(-load<T>(L + bytesOf<T>(q * k + p)) as T, W + q * row, own, k);
    }
    const pivot = load<T>(L + bytesOf<T>(p * k + p));
    if (pivot !== (0 as T)) scale<T>(((1 as T) / pivot) as T, own, own, k);
  }
}
