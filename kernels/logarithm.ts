/**
 * log x and log(1 + x) of two doubles. With T = f32 the polynomial is shorter: its error is far
 * below an ulp of an f32.
 *
 *     x = 2^k m, √½ ≤ m < √2,   f = m − 1,   s = f/(2 + f)
 *     log m = 2 artanh s = f − (h − s (h + R(s²))),   h = f²/2
 *
 * log 2 is in two parts, the first of 32 bits, so that k times it is exact. R is minimax:
 * |error of log m| ≤ 2^−58 |log m|, for f32 2^−36.
 */
import { Simd } from "./simd";

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308;
const MANTISSA: i64 = 0x000fffffffffffff;
/** The bits of 1, √½ (rounded) and 2⁵²; 2⁵² and the bias of the exponent. */
const ONE: i64 = 0x3ff0000000000000;
const ROOT_HALF: i64 = 0x3fe6a09e00000000;
const INTEGER: i64 = 0x4330000000000000;
const BIAS: f64 = 4503599627370496.0 + 1023.0;

export class Logarithm {
  /** x with the exponent that leaves a mantissa from √½ on, in place of its own. */
  @inline
  static aligned(x: v128): v128 {
    return i64x2.add(x, i64x2.splat(ONE - ROOT_HALF));
  }

  /** k − bias + 2⁵² + 1023 */
  @inline
  static exponent(aligned: v128, bias: v128): v128 {
    return f64x2.sub(v128.or(i64x2.shr_u(aligned, 52), i64x2.splat(INTEGER)), bias);
  }

  /** f = m − 1 */
  @inline
  static fraction(aligned: v128): v128 {
    const m = i64x2.add(v128.and(aligned, i64x2.splat(MANTISSA)), i64x2.splat(ROOT_HALF));
    return f64x2.sub(m, f64x2.splat(1));
  }

  /** R(s²) = 2 artanh s / s − 2 */
  @inline
  static R<T>(s: v128): v128 {
    const z = f64x2.mul(s, s);
    const w = f64x2.mul(z, z);
    let even: v128;
    let odd: v128;
    if (sizeof<T>() === 8) {
      even = f64x2.splat(0.1479673473749648);
      even = Simd.madd<f64>(even, w, f64x2.splat(0.1818356705925063));
      even = Simd.madd<f64>(even, w, f64x2.splat(0.285714287428313));
      even = Simd.madd<f64>(even, w, f64x2.splat(0.6666666666666735));
      odd = f64x2.splat(0.1531397627013422);
      odd = Simd.madd<f64>(odd, w, f64x2.splat(0.22222198524029912));
      odd = Simd.madd<f64>(odd, w, f64x2.splat(0.3999999999941285));
    } else {
      even = f64x2.splat(0.2853727342711804);
      even = Simd.madd<f64>(even, w, f64x2.splat(0.6666666564338438));
      odd = f64x2.splat(0.23582860540277137);
      odd = Simd.madd<f64>(odd, w, f64x2.splat(0.4000033570463478));
    }
    return f64x2.mul(z, Simd.madd<f64>(odd, z, even));
  }

  /** log(x + error) + (2⁵² + 1023 − bias) log 2 for normal x > 0 and a tiny error. */
  @inline
  static near<T>(x: v128, error: v128, bias: v128): v128 {
    const aligned = Logarithm.aligned(x);
    const k = Logarithm.exponent(aligned, bias);
    const f = Logarithm.fraction(aligned);
    const s = f64x2.div(f, f64x2.add(f, f64x2.splat(2)));
    const h = f64x2.mul(f64x2.mul(f, f), f64x2.splat(0.5));
    const low = Simd.madd<f64>(k, f64x2.splat(LN2_LOW), error);
    const rest = f64x2.sub(h, Simd.madd<f64>(s, f64x2.add(h, Logarithm.R<T>(s)), low));
    return Simd.madd<f64>(k, f64x2.splat(LN2_HIGH), f64x2.sub(f, rest));
  }

  /** log(2⁻⁵³ x) = k log 2 + s (2 + R) for whole 1 ≤ x ≤ 2⁵³, off by up to 3 ulp. */
  @inline
  static ofUnit(x: v128): v128 {
    const aligned = Logarithm.aligned(x);
    const k = Logarithm.exponent(aligned, f64x2.splat(BIAS + 53));
    const f = Logarithm.fraction(aligned);
    const two = f64x2.splat(2);
    const s = f64x2.div(f, f64x2.add(f, two));
    const small = f64x2.mul(s, f64x2.add(Logarithm.R<f64>(s), two));
    return Simd.madd<f64>(k, f64x2.splat(NativeMath.LN2), small);
  }

  /** log x for every x; an f32's are normal as f64. */
  @inline
  static log<T>(x: v128): v128 {
    const ordinary = v128.and(
      f64x2.ge(x, f64x2.splat(SMALLEST_NORMAL)),
      f64x2.lt(x, f64x2.splat(Infinity)),
    );
    if (!i64x2.all_true(ordinary)) return extreme(x);
    return Logarithm.near<T>(x, f64x2.splat(0), f64x2.splat(BIAS));
  }

  /** log(1 + x) for −1 < x < ∞ and NaN, with the sign of x: 1 + x = u + e exactly, e/u added. */
  @inline
  static log1p<T>(x: v128): v128 {
    const one = f64x2.splat(1);
    const u = f64x2.add(x, one);
    const b = f64x2.sub(u, one);
    const e = f64x2.add(f64x2.sub(one, f64x2.sub(u, b)), f64x2.sub(x, b));
    const value = Logarithm.near<T>(u, f64x2.div(e, u), f64x2.splat(BIAS));
    return v128.or(value, v128.and(x, f64x2.splat(-0.0)));
  }

  /** log(1 + x) for every x. */
  @inline
  static log1pAnywhere<T>(x: v128): v128 {
    const ordinary = v128.and(f64x2.gt(x, f64x2.splat(-1)), f64x2.lt(x, f64x2.splat(Infinity)));
    const value = Logarithm.log1p<T>(x);
    if (i64x2.all_true(ordinary)) return value;
    return v128.bitselect(value, outside(f64x2.add(x, f64x2.splat(1))), ordinary);
  }
}

/** What log x is for x ≤ 0, for infinity and NaN. */
function outside(x: v128): v128 {
  const zero = f64x2.splat(0);
  const nan = f64x2.sub(x, x);
  const infinite = v128.bitselect(f64x2.splat(-Infinity), x, f64x2.eq(x, zero));
  const valid = v128.or(f64x2.eq(x, zero), f64x2.eq(x, f64x2.splat(Infinity)));
  return v128.bitselect(infinite, f64x2.div(nan, nan), valid);
}

/** log x with subnormal, zero, negative, infinite and NaN lanes. */
function extreme(x: v128): v128 {
  const small = f64x2.lt(x, f64x2.splat(SMALLEST_NORMAL));
  const scaled = v128.bitselect(f64x2.mul(x, f64x2.splat(18014398509481984.0)), x, small);
  const bias = v128.bitselect(f64x2.splat(BIAS + 54), f64x2.splat(BIAS), small);
  const ordinary = v128.and(f64x2.gt(x, f64x2.splat(0)), f64x2.lt(x, f64x2.splat(Infinity)));
  const value = Logarithm.near<f64>(scaled, f64x2.splat(0), bias);
  return v128.bitselect(value, outside(x), ordinary);
}
