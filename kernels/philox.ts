/** Philox4x32-10, a counter-based generator (Salmon et al. 2011), on many blocks at once. */
import { workAddress } from "./abi";

const M0: i32 = 0xd2511f53 as i32;
const M1: i32 = 0xcd9e8d57 as i32;
const W0: i32 = 0x9e3779b9 as i32;
const W1: i32 = 0xbb67ae85 as i32;

/** The third word of the counter: what the blocks are for. */
export const UNIFORM: u32 = 0;
export const NORMAL: u32 = 1;
export const SPLIT: u32 = 2;
export const FOLD: u32 = 3;

/** Blocks that one call makes at most. */
export const BLOCKS: i32 = 64;
/** Bytes of a list of words, with room for what is asked for by fours. */
export const LIST: usize = ((BLOCKS + 4) as usize) << 2;
/** Bytes of the work space (abi.ts) that the four lists take. */
export const LISTS: usize = 4 * LIST;

/** Address of the list of words w (0 … 3) of the last blocks, u32 each. */
export function listOf(w: usize): usize {
  return workAddress() + w * LIST;
}

/** Asks for block i: its counter is (counter, 0, stream, 0), its key the two words at `key`. */
export function ask(i: i32, counter: u32, key: usize): void {
  const at = workAddress() + ((i as usize) << 2);
  store<u32>(at, counter);
  store<u32>(at + LIST, load<u32>(key));
  store<u32>(at + 2 * LIST, load<u32>(key, 4));
}

/** Asks for blocks i … i + count − 1 with counters first, first + 1, … and one key. */
export function askRun(i: i32, first: u32, count: i32, key: usize): void {
  const words = workAddress() + ((i as usize) << 2);
  const end = words + ((count as usize) << 2);
  const k0 = v128.load32_splat(key);
  const k1 = v128.load32_splat(key, 4);
  let c = i32x4.add(i32x4.splat(first as i32), i32x4(0, 1, 2, 3));
  for (let to = words; to < end; to += 16, c = i32x4.add(c, i32x4.splat(4))) {
    v128.store(to, c);
    v128.store(to + LIST, k0);
    v128.store(to + 2 * LIST, k1);
  }
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
 * Ten rounds on the blocks asked for, 0 ≤ i < count; their words take the place of the counters and
 * keys. Four blocks fill a vector; two vectors go side by side, since the rounds of one depend on
 * each other.
 */
export function philox(count: i32, stream: u32): void {
  const m0 = i32x4.splat(M0);
  const m1 = i32x4.splat(M1);
  const words = workAddress();
  const end = words + ((count as usize) << 2);
  for (let to = words; to < end; to += 32) {
    let k0 = v128.load(to + LIST);
    let k1 = v128.load(to + 2 * LIST);
    let l0 = v128.load(to + LIST, 16);
    let l1 = v128.load(to + 2 * LIST, 16);
    let a0 = v128.load(to);
    let a1 = i32x4.splat(0);
    let a2 = i32x4.splat(stream as i32);
    let a3 = a1;
    let b0 = v128.load(to, 16);
    let b1 = a1;
    let b2 = a2;
    let b3 = a1;
    for (let round: i32 = 0; round < 10; round++) {
      const p0 = i64x2.extmul_low_i32x4_u(a0, m0);
      const q0 = i64x2.extmul_high_i32x4_u(a0, m0);
      const p1 = i64x2.extmul_low_i32x4_u(a2, m1);
      const q1 = i64x2.extmul_high_i32x4_u(a2, m1);
      a0 = v128.xor(Product.upper(p1, q1), v128.xor(a1, k0));
      a2 = v128.xor(Product.upper(p0, q0), v128.xor(a3, k1));
      a1 = Product.lower(p1, q1);
      a3 = Product.lower(p0, q0);
      const r0 = i64x2.extmul_low_i32x4_u(b0, m0);
      const s0 = i64x2.extmul_high_i32x4_u(b0, m0);
      const r1 = i64x2.extmul_low_i32x4_u(b2, m1);
      const s1 = i64x2.extmul_high_i32x4_u(b2, m1);
      b0 = v128.xor(Product.upper(r1, s1), v128.xor(b1, l0));
      b2 = v128.xor(Product.upper(r0, s0), v128.xor(b3, l1));
      b1 = Product.lower(r1, s1);
      b3 = Product.lower(r0, s0);
      k0 = i32x4.add(k0, i32x4.splat(W0));
      k1 = i32x4.add(k1, i32x4.splat(W1));
      l0 = i32x4.add(l0, i32x4.splat(W0));
      l1 = i32x4.add(l1, i32x4.splat(W1));
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
