/**
 * The symmetric eigenproblem: reduction to tridiagonal form, then the implicit QL iteration, whose
 * rotations act on the rows of Qᵀ, which are contiguous.
 */
import { bytesOf } from "./abi";
import { Simd } from "./simd";
import { accumulate, at, mirror, tridiagonalise } from "./tridiagonal";

/** Sweeps that an eigenvalue may take. */
const MAX_SWEEPS: i32 = 60;

/**
 * Sweeps after which elements count as negligible beside the largest of the tridiagonal matrix, which need not be on
 * its diagonal. Where many eigenvalues are 0 their block holds nothing but rounding, and no element of it is ever
 * small beside its neighbours.
 */
const PATIENCE: i32 = 15;

function epsilon<T>(): f64 {
  return sizeof<T>() === 8 ? 2.220446049250313e-16 : 1.1920928955078125e-7;
}

/** Power of two that brings the largest element to [½, 1); 0 for zeros, −1 where not finite. */
function unitScale<T extends number>(a: usize, n: i32): f64 {
  let largest: f64 = 0;
  for (let i: i32 = 0; i < n; i++) {
    for (let j: i32 = 0; j <= i; j++) {
      largest = max<f64>(largest, abs<f64>(load<T>(at<T>(a, i * n + j)) as f64));
    }
  }
  if (largest === 0) return 0;
  if (!(largest < Infinity)) return -1;
  const bound: i32 = sizeof<T>() === 8 ? 1000 : 120;
  const exponent = (((reinterpret<u64>(largest) >> 52) & 0x7ff) as i32) - 1022;
  const power = max<i32>(-bound, min<i32>(bound, -exponent));
  return reinterpret<f64>(((power + 1023) as u64) << 52);
}

/** (x, y) ← (c x − s y, s x + c y) over n elements. */
function rotate<T extends number>(x: usize, y: usize, c: T, s: T, n: i32): void {
  const cs = v128.splat<T>(c);
  const ss = v128.splat<T>(s);
  const end = x + bytesOf<T>(n);
  for (; x + 16 <= end; x += 16, y += 16) {
    const a = v128.load(x);
    const b = v128.load(y);
    v128.store(x, Simd.nmadd<T>(ss, b, v128.mul<T>(cs, a)));
    v128.store(y, Simd.madd<T>(ss, a, v128.mul<T>(cs, b)));
  }
  for (; x < end; x += sizeof<T>(), y += sizeof<T>()) {
    const a = load<T>(x);
    const b = load<T>(y);
    store<T>(x, (c * a - s * b) as T);
    store<T>(y, (s * a + c * b) as T);
  }
}

/**
 * The first m ≥ l where the off-diagonal element after it is negligible beside its neighbours on the diagonal,
 * or beside `floor`.
 */
function blockEnd<T extends number>(d: usize, e: usize, l: i32, n: i32, floor: f64): i32 {
  const eps = epsilon<T>();
  let m = l;
  for (; m < n - 1; m++) {
    const near = abs<f64>(load<T>(at<T>(d, m)) as f64) + abs<f64>(load<T>(at<T>(d, m + 1)) as f64);
    if (abs<f64>(load<T>(at<T>(e, m)) as f64) <= eps * max<f64>(near, floor)) break;
  }
  return m;
}

/**
 * One implicit QL sweep on the block l … m: a bulge, made by the shift at the bottom, is chased
 * upward by rotations of neighbouring rows.
 */
function sweep<T extends number>(d: usize, e: usize, z: usize, n: i32, l: i32, m: i32): void {
  const dl = load<T>(at<T>(d, l));
  const el = load<T>(at<T>(e, l));
  const half: T = ((load<T>(at<T>(d, l + 1)) - dl) / ((2 as T) * el)) as T;
  const root = sqrt<T>((half * half + (1 as T)) as T);
  const shift: T = (dl - el / (half + (half < (0 as T) ? -root : root))) as T;
  let g: T = (load<T>(at<T>(d, m)) - shift) as T;
  let s: T = 1 as T;
  let c: T = 1 as T;
  let p: T = 0 as T;
  for (let i = m - 1; i >= l; i--) {
    const ei = load<T>(at<T>(e, i));
    const f: T = (s * ei) as T;
    const b: T = (c * ei) as T;
    const r = sqrt<T>((f * f + g * g) as T);
    store<T>(at<T>(e, i + 1), r);
    if (r === (0 as T)) {
      store<T>(at<T>(d, i + 1), (load<T>(at<T>(d, i + 1)) - p) as T);
      store<T>(at<T>(e, m), 0 as T);
      return;
    }
    s = (f / r) as T;
    c = (g / r) as T;
    g = (load<T>(at<T>(d, i + 1)) - p) as T;
    const t: T = ((load<T>(at<T>(d, i)) - g) * s + (2 as T) * c * b) as T;
    p = (s * t) as T;
    store<T>(at<T>(d, i + 1), (g + p) as T);
    g = (c * t - b) as T;
    rotate<T>(at<T>(z, i * n), at<T>(z, (i + 1) * n), c, s, n);
  }
  store<T>(at<T>(d, l), (load<T>(at<T>(d, l)) - p) as T);
  store<T>(at<T>(e, l), g);
  store<T>(at<T>(e, m), 0 as T);
}

/** Eigenvalues ascending, with their rows. */
function sort<T extends number>(d: usize, z: usize, n: i32): void {
  for (let i: i32 = 0; i < n - 1; i++) {
    let least = i;
    for (let j = i + 1; j < n; j++) {
      if (load<T>(at<T>(d, j)) < load<T>(at<T>(d, least))) least = j;
    }
    if (least === i) continue;
    swap<T>(at<T>(d, i), at<T>(d, least), 1);
    swap<T>(at<T>(z, i * n), at<T>(z, least * n), n);
  }
}

function swap<T extends number>(x: usize, y: usize, n: i32): void {
  for (let i: i32 = 0; i < n; i++, x += sizeof<T>(), y += sizeof<T>()) {
    const kept = load<T>(x);
    store<T>(x, load<T>(y));
    store<T>(y, kept);
  }
}

/**
 * A = Σ dᵢ zᵢ zᵢᵀ: eigenvalues ascending in d, eigenvectors as rows of z. w is n², `vectors` 3n of
 * scratch; false when the iteration does not end or A is not finite.
 */
export function eigen<T extends number>(
  a: usize,
  n: i32,
  d: usize,
  z: usize,
  w: usize,
  vectors: usize,
): bool {
  if (n === 0) return true;
  const unit = unitScale<T>(a, n);
  if (unit < 0) return false;
  const e = vectors;
  const tau = at<T>(vectors, n);
  mirror<T>(w, a, n, unit as T);
  store<T>(at<T>(e, n - 1), 0 as T);
  tridiagonalise<T>(w, n, d, e, tau, at<T>(vectors, 2 * n));
  accumulate<T>(z, n, w, tau);
  store<T>(at<T>(e, n - 1), 0 as T);
  let largest: f64 = 0;
  for (let i: i32 = 0; i < n; i++) {
    largest = max<f64>(largest, abs<f64>(load<T>(at<T>(d, i)) as f64));
    largest = max<f64>(largest, abs<f64>(load<T>(at<T>(e, i)) as f64));
  }
  for (let l: i32 = 0; l < n; l++) {
    for (let count: i32 = 0; ; count++) {
      const m = blockEnd<T>(d, e, l, n, count < PATIENCE ? epsilon<T>() : largest);
      if (m === l) break;
      if (count === MAX_SWEEPS) return false;
      sweep<T>(d, e, z, n, l, m);
    }
  }
  if (unit !== 0) {
    for (let i: i32 = 0; i < n; i++) {
      store<T>(at<T>(d, i), ((load<T>(at<T>(d, i)) as f64) / unit) as T);
    }
  }
  sort<T>(d, z, n);
  return true;
}
