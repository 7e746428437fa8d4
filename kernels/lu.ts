/** Gaussian elimination with partial pivoting. */
import { bytesOf } from "./abi";
import { axpy, scale } from "./simd";

function swapRows<T extends number>(x: usize, y: usize, n: i32): void {
  for (const end = x + bytesOf<T>(n); x < end; x += sizeof<T>(), y += sizeof<T>()) {
    const kept = load<T>(x);
    store<T>(x, load<T>(y));
    store<T>(y, kept);
  }
}

/** The row from k on with the largest element in column k. */
function pivotRow<T extends number>(a: usize, n: i32, k: i32): i32 {
  let best = k;
  let largest: T = abs<T>(load<T>(a + bytesOf<T>(k * n + k)));
  for (let i = k + 1; i < n; i++) {
    const value = abs<T>(load<T>(a + bytesOf<T>(i * n + k)));
    if (value > largest) {
      largest = value;
      best = i;
    }
  }
  return best;
}

/** b ← a⁻¹ b, both n×n; a is overwritten. −1, or the pivot that is zero or not a number. */
export function eliminate<T extends number>(a: usize, b: usize, n: i32): i32 {
  const ld = bytesOf<T>(n);
  for (let k: i32 = 0; k < n; k++) {
    const ak = a + (k as usize) * ld;
    const bk = b + (k as usize) * ld;
    const best = pivotRow<T>(a, n, k);
    if (best !== k) {
      swapRows<T>(ak, a + (best as usize) * ld, n);
      swapRows<T>(bk, b + (best as usize) * ld, n);
    }
    const from = bytesOf<T>(k);
    const pivot = load<T>(ak + from);
    if (!(abs<T>(pivot) > (0 as T)) || !(abs<T>(pivot) < (Infinity as T))) return k;
    for (let i = k + 1; i < n; i++) {
      const ai = a + (i as usize) * ld;
      const factor: T = (-load<T>(ai + from) / pivot) as T;
      if (factor === (0 as T)) continue;
      axpy<T>(factor, ak + from, ai + from, n - k);
      axpy<T>(factor, bk, b + (i as usize) * ld, n);
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    const bk = b + (k as usize) * ld;
    scale<T>(((1 as T) / load<T>(a + bytesOf<T>(k * n + k))) as T, bk, bk, n);
    for (let i: i32 = 0; i < k; i++) {
      axpy<T>(-load<T>(a + bytesOf<T>(i * n + k)) as T, bk, b + (i as usize) * ld, n);
    }
  }
  return -1;
}
