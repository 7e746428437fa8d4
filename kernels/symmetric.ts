/** Eigenvalues, square roots and Lyapunov equations of symmetric matrices. */
import { address, bytesOf, DONE, fail, NO_CONVERGENCE, NOT_POSITIVE_DEFINITE, word } from "./abi";
import { eigen } from "./eigen";
import { gemm } from "./gemm";
import { SET } from "./micro";
import { scale } from "./simd";

/**
 * `out a batch n scratch`: row 0 of out the eigenvalues, rows 1 … n the matrix of eigenvectors as
 * columns, each with its component of largest magnitude positive.
 */
export function eigh<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let a = address(args, 1);
  const batch = word(args, 2);
  const n = word(args, 3);
  const z = address(args, 4);
  const vectors = z + bytesOf<T>(n * n);
  for (let b: i32 = 0; b < batch; b++) {
    const V = out + bytesOf<T>(n);
    if (!eigen<T>(a, n, out, z, V, vectors)) return fail(NO_CONVERGENCE, b, 0, 0);
    for (let c: i32 = 0; c < n; c++) {
      const row = z + bytesOf<T>(c * n);
      const sign = signOf<T>(row, n);
      for (let r: i32 = 0; r < n; r++) {
        store<T>(V + bytesOf<T>(r * n + c), (sign * load<T>(row + bytesOf<T>(r))) as T);
      }
    }
    out += bytesOf<T>((n + 1) * n);
    a += bytesOf<T>(n * n);
  }
  return DONE;
}

/** The sign of the first component of largest magnitude. */
function signOf<T extends number>(x: usize, n: i32): T {
  let largest: T = 0 as T;
  for (const end = x + bytesOf<T>(n); x < end; x += sizeof<T>()) {
    const value = load<T>(x);
    if (abs<T>(value) > abs<T>(largest)) largest = value;
  }
  return (largest < (0 as T) ? -1 : 1) as T;
}

/** `out a batch n scratch`: Σ √λᵢ zᵢ zᵢᵀ = Yᵀ Y with yᵢ = λᵢ^¼ zᵢ, symmetric to the last bit. */
export function sqrtm<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let a = address(args, 1);
  const batch = word(args, 2);
  const n = word(args, 3);
  const z = address(args, 4);
  const w = z + bytesOf<T>(n * n);
  const d = w + bytesOf<T>(n * n);
  const eps: f64 = sizeof<T>() === 8 ? 2.220446049250313e-16 : 1.1920928955078125e-7;
  for (let b: i32 = 0; b < batch; b++) {
    if (!eigen<T>(a, n, d, z, w, d + bytesOf<T>(n))) return fail(NO_CONVERGENCE, b, 0, 0);
    if (n > 0) {
      const least = load<T>(d) as f64;
      const most = load<T>(d + bytesOf<T>(n - 1)) as f64;
      const tolerance = (n as f64) * eps * max<f64>(abs<f64>(least), abs<f64>(most));
      if (least < -tolerance) return fail(NOT_POSITIVE_DEFINITE, b, 0, least);
    }
    for (let i: i32 = 0; i < n; i++) {
      const lambda: T = max<T>(load<T>(d + bytesOf<T>(i)), 0 as T);
      const row = z + bytesOf<T>(i * n);
      scale<T>(sqrt<T>(sqrt<T>(lambda)), row, row, n);
    }
    gemm<T>(out, z, z, n, n, n, true, false, SET, w, bytesOf<T>(n * n) as i32);
    out += bytesOf<T>(n * n);
    a += bytesOf<T>(n * n);
  }
  return DONE;
}

/**
 * `out s e batch n scratch`: X = V F Vᵀ, F = (Vᵀ E V)ᵢⱼ / (λᵢ + λⱼ), from S = V Λ Vᵀ.
 * Z = Vᵀ has the eigenvectors as rows.
 */
export function lyapunov<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let s = address(args, 1);
  let e = address(args, 2);
  const batch = word(args, 3);
  const n = word(args, 4);
  const size = bytesOf<T>(n * n);
  const z = address(args, 5);
  const v = z + size;
  const f = v + size;
  const product = f + size;
  const d = product + size;
  for (let b: i32 = 0; b < batch; b++, out += size, s += size, e += size) {
    if (!eigen<T>(s, n, d, z, f, d + bytesOf<T>(n))) return fail(NO_CONVERGENCE, b, 0, 0);
    if (n > 0 && !(load<T>(d) > (0 as T))) {
      return fail(NOT_POSITIVE_DEFINITE, b, 0, load<T>(d) as f64);
    }
    for (let i: i32 = 0; i < n; i++) {
      for (let j: i32 = 0; j < n; j++) {
        store<T>(v + bytesOf<T>(j * n + i), load<T>(z + bytesOf<T>(i * n + j)));
      }
    }
    gemm<T>(product, z, e, n, n, n, false, false, SET, 0, 0);
    gemm<T>(f, product, v, n, n, n, false, false, SET, 0, 0);
    for (let i: i32 = 0; i < n; i++) {
      for (let j: i32 = 0; j < n; j++) {
        const at = f + bytesOf<T>(i * n + j);
        const sum: T = (load<T>(d + bytesOf<T>(i)) + load<T>(d + bytesOf<T>(j))) as T;
        store<T>(at, (load<T>(at) / sum) as T);
      }
    }
    gemm<T>(product, v, f, n, n, n, false, false, SET, 0, 0);
    gemm<T>(out, product, z, n, n, n, false, false, SET, 0, 0);
  }
  return DONE;
}
