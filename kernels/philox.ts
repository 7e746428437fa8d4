/** Philox4x32-10, a counter-based generator (Salmon et al. 2011), on many blocks at once. */
import { workAddress } from "./abi";

const M0: i32 = 0xd2511f53 as i32;
const M1: i32 = 0xcd9e8d57 as i32;
const W0: i32 = 0x9e3779b9 as i32;
const W1: i32 = 0xbb67ae85 as i32;

/** Blocks that one call makes at most. */
export const BLOCKS: i32 = 64;
const LIST: usize = (BLOCKS as usize) << 2;
/** Bytes of the work space (abi.ts) that the four lists of words take. */
export const LISTS: usize = 4 * LIST;

/** Address of the list of words w (0 … 3) of the last blocks, u32 each. */
export function listOf(w: usize): usize {
  return workAddress() + w * LIST;
}

class Product {
  /** The upper halves of the 64-bit lanes of low and high, and the lower ones. */
  @inline
  static upper(low: v128, high: v128): v128 {
    return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
  }
  @inline
  static lower(low: v128, high: v128): v128 {
    return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
  }
}

/**
 * Ten rounds on the counters (first + i, 0, stream, 0), 0 ≤ i < count, with key (k0, k1). Four
 * blocks fill a vector; two vectors go side by side, since the rounds of one depend on each other.
 */
export function philox(first: u32, count: i32, stream: u32, k0: u32, k1: u32): void {
  const m0 = i32x4.splat(M0);
  const m1 = i32x4.splat(M1);
  const words = workAddress();
  const end = words + ((count as usize) << 2);
  let c = i32x4.add(i32x4.splat(first as i32), i32x4(0, 1, 2, 3));
  for (let to = words; to < end; to += 32, c = i32x4.add(c, i32x4.splat(8))) {
    let a0 = c;
    let a1 = i32x4.splat(0);
    let a2 = i32x4.splat(stream as i32);
    let a3 = a1;
    let b0 = i32x4.add(c, i32x4.splat(4));
    let b1 = a1;
    let b2 = a2;
    let b3 = a1;
    let key0 = k0;
    let key1 = k1;
    for (let round: i32 = 0; round < 10; round++, key0 += W0, key1 += W1) {
      const first = i32x4.splat(key0);
      const second = i32x4.splat(key1);
      const p0 = i64x2.extmul_low_i32x4_u(a0, m0);
      const q0 = i64x2.extmul_high_i32x4_u(a0, m0);
      const p1 = i64x2.extmul_low_i32x4_u(a2, m1);
      const q1 = i64x2.extmul_high_i32x4_u(a2, m1);
      a0 = v128.xor(Product.upper(p1, q1), v128.xor(a1, first));
      a2 = v128.xor(Product.upper(p0, q0), v128.xor(a3, second));
      a1 = Product.lower(p1, q1);
      a3 = Product.lower(p0, q0);
      const r0 = i64x2.extmul_low_i32x4_u(b0, m0);
      const s0 = i64x2.extmul_high_i32x4_u(b0, m0);
      const r1 = i64x2.extmul_low_i32x4_u(b2, m1);
      const s1 = i64x2.extmul_high_i32x4_u(b2, m1);
      b0 = v128.xor(Product.upper(r1, s1), v128.xor(b1, first));
      b2 = v128.xor(Product.upper(r0, s0), v128.xor(b3, second));
      b1 = Product.lower(r1, s1);
      b3 = Product.lower(r0, s0);
    }
    v128.store(to, a0);
    v128.store(to, b0, 16);
    v128.store(to + LIST, a1);
    v128.store(to + LIST, b1, 16);
    v128.store(to + 2 * LIST, a2);
    v128.store(to + 2 * LIST, b2, 16);
    v128.store(to + 3 * LIST, a3);
    v128.store(to + 3 * LIST, b3, 16);
  }
}
