/**
 * Standard normals in f32 by Box–Muller, four a block, from the pairs of words (w₀, w₁), (w₂, w₃):
 *
 *     u = (⌊w₀/2⌋ + ½)/2³¹,   r = √(−2 log u),   r cos 2πw₁/2³²,   r sin 2πw₁/2³²
 *
 * u lies between 2⁻³² and 1 − 2⁻³², so r between 2⁻¹⁵·⁵ and 6.66. Logarithm and angle start from
 * integers and keep what an f32 would lose of u near 1 and of angles near an axis; a result is off
 * by 6 ulp at most, wherever it lies: r by 3 (its square by 4, halved by the root), the sine by 2, the
 * product by a half.
 */
import { LIST, listOf, NORMAL } from "./philox";
import { draw } from "./random";
import { Simd } from "./simd";

/** Bits of √½ (rounded) and 1 as f32, and what is below the exponent. */
const ROOT_HALF: i32 = 0x3f3504f3;
const ONE: i32 = 0x3f800000;
const MANTISSA: i32 = 0x007fffff;
/** 2³¹ − 1 and ⌊√½·2³¹⌋ */
const LARGEST: i32 = 0x7fffffff;
const LARGE: i32 = 1518500249;

/** Polynomials, minimax with coefficients in f32; of four numbers each. */
class Short {
  /**
   * −2 log u of words w:  −2 log u = −2k log 2 − 4 artanh s,  u = 2ᵏ(1 + f),  s = f/(2 + f).
   * From √½ on k = 0 and f = −(1 − u), which has the places that u has not.
   * |error of 4 artanh s / s| ≤ 2⁻³⁰.
   */
  @inline
  static surprise(w: v128): v128 {
    const v = i32x4.shr_u(w, 1);
    const large = i32x4.gt_s(v, i32x4.splat(LARGE));
    const t = v128.xor(v, v128.and(large, i32x4.splat(LARGEST)));
    const x = f32x4.add(f32x4.convert_i32x4_s(t), f32x4.splat(0.5));
    const aligned = i32x4.add(x, i32x4.splat(ONE - ROOT_HALF));
    const m = i32x4.add(v128.and(aligned, i32x4.splat(MANTISSA)), i32x4.splat(ROOT_HALF));
    const near = f32x4.mul(x, f32x4.splat(-1.0 / 2147483648.0));
    const f = v128.bitselect(near, f32x4.sub(m, f32x4.splat(1)), large);
    const exponent = i32x4.sub(i32x4.shr_u(aligned, 23), i32x4.splat(127 + 31));
    const k = f32x4.convert_i32x4_s(v128.andnot(exponent, large));
    const s = f32x4.div(f, f32x4.add(f, f32x4.splat(2)));
    const z = f32x4.mul(s, s);
    let p = Simd.madd<f32>(z, f32x4.splat(0.5974141), f32x4.splat(0.7995517));
    p = Simd.madd<f32>(p, z, f32x4.splat(1.3333355));
    p = Simd.madd<f32>(p, z, f32x4.splat(4));
    return Simd.nmadd<f32>(s, p, f32x4.mul(k, f32x4.splat(-2 * NativeMathf.LN2)));
  }

  /** sin(πt/2) for |t| ≤ ½, z = t². |error| ≤ 2⁻²⁵ |sin|: that of π/2 in f32. */
  @inline
  static sine(t: v128, z: v128): v128 {
    let p = Simd.madd<f32>(z, f32x4.splat(-0.004683874), f32x4.splat(0.07971178));
    p = Simd.madd<f32>(p, z, f32x4.splat(-0.6459666));
    return f32x4.mul(t, Simd.madd<f32>(p, z, f32x4.splat(1.5707964)));
  }

  /** cos(πt/2); |error| ≤ 2⁻³¹. */
  @inline
  static cosine(z: v128): v128 {
    let p = Simd.madd<f32>(z, f32x4.splat(0.00089448626), f32x4.splat(-0.020855596));
    p = Simd.madd<f32>(p, z, f32x4.splat(0.25366855));
    p = Simd.madd<f32>(p, z, f32x4.splat(-1.2337005));
    return Simd.madd<f32>(p, z, f32x4.splat(1));
  }
}

/** A distribution of random.ts: four numbers of each of four blocks at once. */
class ShortNormal {
  @inline
  stream(): u32 {
    return NORMAL;
  }
  @inline
  each(): i32 {
    return 4;
  }
  @inline
  together(): i32 {
    return 4;
  }
  @inline
  prepare(_count: i32): void {}
  @inline
  put(p: usize, i: usize): void {
    ShortNormal.pairs(p, listOf(0) + (i << 2));
    ShortNormal.pairs(p + 8, listOf(2) + (i << 2));
  }

  /** The numbers of four blocks from the words at `words` and in the list after it; 16 bytes apart. */
  @inline
  static pairs(p: usize, words: usize): void {
    const r = f32x4.sqrt(Short.surprise(v128.load(words)));
    const turns = v128.load(words + LIST);
    const rest = i32x4.shr_s(i32x4.shl(turns, 2), 2);
    const t = f32x4.mul(f32x4.convert_i32x4_s(rest), f32x4.splat(1.0 / 1073741824.0));
    const z = f32x4.mul(t, t);
    const sine = f32x4.mul(r, Short.sine(t, z));
    const cosine = f32x4.mul(r, Short.cosine(z));
    // After q quarter turns: q stands in the two highest bits.
    const quarters = i32x4.add(turns, i32x4.splat(1 << 29));
    const odd = i32x4.shr_s(i32x4.shl(quarters, 1), 31);
    const sign = i32x4.splat(1 << 31);
    const next = i32x4.add(quarters, i32x4.splat(1 << 30));
    const swap = v128.and(v128.xor(sine, cosine), odd);
    const x = v128.xor(v128.xor(cosine, swap), v128.and(next, sign));
    const y = v128.xor(v128.xor(sine, swap), v128.and(quarters, sign));
    const low = v128.shuffle<i32>(x, y, 0, 4, 1, 5);
    const high = v128.shuffle<i32>(x, y, 2, 6, 3, 7);
    v128.store64_lane(p, low, 0);
    v128.store64_lane(p + 16, low, 1);
    v128.store64_lane(p + 32, high, 0);
    v128.store64_lane(p + 48, high, 1);
  }
}

/** `out keys batch n` */
export function normals(args: usize): i32 {
  return draw<f32, ShortNormal>(args);
}
