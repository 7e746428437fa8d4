/** Householder reduction of a symmetric matrix to tridiagonal form. */
import { bytesOf } from "./abi";
import { axpy, dot, scale } from "./simd";

/** Address of element i. */
export function at<T>(x: usize, i: i32): usize {
  return x + bytesOf<T>(i);
}

/** Both triangles of w from the lower one of a, times c. */
export function mirror<T extends number>(w: usize, a: usize, n: i32, c: T): void {
  for (let i: i32 = 0; i < n; i++) {
    for (let j: i32 = 0; j <= i; j++) {
      const x: T = (c * load<T>(at<T>(a, i * n + j))) as T;
      store<T>(at<T>(w, i * n + j), x);
      store<T>(at<T>(w, j * n + i), x);
    }
  }
}

/**
 * Qᵀ W Q tridiagonal with diagonal d and off-diagonal e. Reflection k, H = I − τ v vᵀ on the
 * elements after k, leaves v in row k of W and τ in tau[k].
 */
export function tridiagonalise<T extends number>(
  w: usize,
  n: i32,
  d: usize,
  e: usize,
  tau: usize,
  p: usize,
): void {
  const negligible: f64 = sizeof<T>() === 8 ? 1e-280 : 1e-30;
  for (let k: i32 = 0; k < n; k++) {
    store<T>(at<T>(d, k), load<T>(at<T>(w, k * n + k)));
    store<T>(at<T>(tau, k), 0 as T);
    if (k === n - 1) break;
    const v = at<T>(w, k * n + k + 1);
    const m = n - 1 - k;
    const alpha = load<T>(v);
    store<T>(at<T>(e, k), alpha);
    const sigma = dot<T>(v + sizeof<T>(), v + sizeof<T>(), m - 1);
    if (!((sigma as f64) > negligible)) continue;
    const length = sqrt<T>((alpha * alpha + sigma) as T);
    const beta: T = (alpha > (0 as T) ? -length : length) as T;
    const t: T = ((beta - alpha) / beta) as T;
    scale<T>(((1 as T) / (alpha - beta)) as T, v + sizeof<T>(), v + sizeof<T>(), m - 1);
    store<T>(v, 1 as T);
    store<T>(at<T>(e, k), beta);
    store<T>(at<T>(tau, k), t);
    reflectBothSides<T>(at<T>(w, (k + 1) * n + k + 1), n, v, m, t, p);
  }
}

/** S ← H S H = S − v qᵀ − q vᵀ, with p = τ S v and q = p − ½ τ (pᵀv) v. */
function reflectBothSides<T extends number>(
  s: usize,
  ld: i32,
  v: usize,
  m: i32,
  tau: T,
  p: usize,
): void {
  for (let i: i32 = 0; i < m; i++) {
    store<T>(at<T>(p, i), (tau * dot<T>(at<T>(s, i * ld), v, m)) as T);
  }
  axpy<T>(((-0.5 as T) * tau * dot<T>(p, v, m)) as T, v, p, m);
  for (let i: i32 = 0; i < m; i++) {
    const row = at<T>(s, i * ld);
    axpy<T>(-load<T>(at<T>(v, i)) as T, p, row, m);
    axpy<T>(-load<T>(at<T>(p, i)) as T, v, row, m);
  }
}

/** Qᵀ from the reflections, as rows of z. */
export function accumulate<T extends number>(z: usize, n: i32, w: usize, tau: usize): void {
  memory.fill(z, 0, bytesOf<T>(n * n));
  for (let i: i32 = 0; i < n; i++) store<T>(at<T>(z, i * n + i), 1 as T);
  for (let k = n - 3; k >= 0; k--) {
    const t = load<T>(at<T>(tau, k));
    if (t === (0 as T)) continue;
    const v = at<T>(w, k * n + k + 1);
    const m = n - 1 - k;
    for (let r = k + 1; r < n; r++) {
      const row = at<T>(z, r * n + k + 1);
      axpy<T>((-t * dot<T>(row, v, m)) as T, v, row, m);
    }
  }
}
