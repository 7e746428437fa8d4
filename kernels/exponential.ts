/**
 * e^x and e^x − 1 of two doubles. With T = f32 the polynomial is shorter: its error is below an
 * eighth of an ulp of an f32.
 *
 *     x = k log 2 + r, |r| ≤ ½ log 2,   e^r − 1 = r + r² q(r),   e^x = 2^k e^r
 *
 * log 2 is in two parts, the first of 32 bits, so that r is off by half a place at most. q is
 * minimax: |error of e^r − 1| ≤ 2^−55.6 |e^r − 1|, for f32 2^−26.1.
 */
import { bytesOf } from "./abi";
import { Simd } from "./simd";

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
/** 1.5·2⁵²: a small integer added to it stands in the lowest bits of the sum. */
export const MAGIC: f64 = 6755399441055744.0;
/** |x| from which 2^k is not a normal number. */
const EXTREME: f64 = 708.0;

export class Exponential {
  /** k + MAGIC */
  @inline
  static shifted(x: v128): v128 {
    return Simd.madd<f64>(x, f64x2.splat(NativeMath.LOG2E), f64x2.splat(MAGIC));
  }

  /** 2^k for −1022 ≤ k ≤ 1023 */
  @inline
  static power(shifted: v128): v128 {
    return i64x2.add(i64x2.shl(shifted, 52), f64x2.splat(1));
  }

  /** e^r − 1 */
  @inline
  static reduced<T>(x: v128, k: v128): v128 {
    let r = Simd.nmadd<f64>(k, f64x2.splat(LN2_HIGH), x);
    r = Simd.nmadd<f64>(k, f64x2.splat(LN2_LOW), r);
    const z = f64x2.mul(r, r);
    let even: v128;
    let odd: v128;
    if (sizeof<T>() === 8) {
      even = f64x2.splat(2.7626093114402684e-7);
      even = Simd.madd<f64>(even, z, f64x2.splat(2.480150514190804e-5));
      even = Simd.madd<f64>(even, z, f64x2.splat(0.0013888888931667862));
      even = Simd.madd<f64>(even, z, f64x2.splat(0.041666666666576466));
      even = Simd.madd<f64>(even, z, f64x2.splat(0.5000000000000006));
      odd = f64x2.splat(2.5053781457265665e-8);
      odd = Simd.madd<f64>(odd, z, f64x2.splat(2.755740766718994e-6));
      odd = Simd.madd<f64>(odd, z, f64x2.splat(0.0001984126971873259));
      odd = Simd.madd<f64>(odd, z, f64x2.splat(0.008333333333389724));
      odd = Simd.madd<f64>(odd, z, f64x2.splat(0.16666666666666588));
    } else {
      even = f64x2.splat(0.0013882513128352417);
      even = Simd.madd<f64>(even, z, f64x2.splat(0.04166720077174143));
      even = Simd.madd<f64>(even, z, f64x2.splat(0.4999999814939799));
      odd = f64x2.splat(0.008366547282327486);
      odd = Simd.madd<f64>(odd, z, f64x2.splat(0.16666543422751035));
    }
    return Simd.madd<f64>(z, Simd.madd<f64>(odd, r, even), r);
  }

  /** e^x; for every x. */
  @inline
  static exp<T>(x: v128): v128 {
    if (sizeof<T>() === 4) x = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-150)), f64x2.splat(130));
    else if (v128.any_true(f64x2.gt(f64x2.abs(x), f64x2.splat(EXTREME)))) return extreme(x);
    const shifted = Exponential.shifted(x);
    const k = f64x2.sub(shifted, f64x2.splat(MAGIC));
    const p = f64x2.add(Exponential.reduced<T>(x, k), f64x2.splat(1));
    return i64x2.add(p, i64x2.shl(shifted, 52));
  }

  /** e^x − 1 = 2^k (e^r − 1) + (2^k − 1) for x ≤ 708, with the sign of x. */
  @inline
  static expm1<T>(x: v128): v128 {
    const y = f64x2.pmax(x, f64x2.splat(-40));
    const shifted = Exponential.shifted(y);
    const k = f64x2.sub(shifted, f64x2.splat(MAGIC));
    const s = Exponential.power(shifted);
    const p = Exponential.reduced<T>(y, k);
    const value = Simd.madd<f64>(s, p, f64x2.sub(s, f64x2.splat(1)));
    return v128.or(value, v128.and(x, f64x2.splat(-0.0)));
  }

  /** e^x − 1 for every x. */
  @inline
  static expm1Anywhere<T>(x: v128): v128 {
    if (sizeof<T>() === 4) return Exponential.expm1<T>(f64x2.pmin(x, f64x2.splat(130)));
    const large = f64x2.gt(x, f64x2.splat(EXTREME));
    if (v128.any_true(large)) {
      const rest = Exponential.expm1<T>(f64x2.pmin(x, f64x2.splat(EXTREME)));
      return v128.bitselect(extreme(x), rest, large);
    }
    return Exponential.expm1<T>(x);
  }
}

/**
 * Numbers of the f32 exponential. In memory, as V8 makes a vector of a constant by three instructions each time
 * that it is used, and of a number in memory by one.
 */
const SHORT = memory.data<f32>([
  NativeMath.LOG2E as f32,
  0.693359375,
  -0.00021219444005469057,
  -104.5,
  12582912,
  1,
  0.4999999403953552,
  0.1666652113199234,
  0.04166838899254799,
  0.008368716575205326,
  0.0013814606936648488,
]);
/** Their places: log₂ e; log 2 in two parts, of which k times the first, of 10 bits, is exact. */
const SHORT_LOG2E: i32 = 0;
const SHORT_LN2_HIGH: i32 = 1;
const SHORT_LN2_LOW: i32 = 2;
/** Where e^y is 0. */
const SHORT_LOWEST: i32 = 3;
/** 1.5·2²³ */
const SHORT_MAGIC: i32 = 4;
const SHORT_ONE: i32 = 5;
/** q from its constant on, minimax: |error of e^r| ≤ 2^−28.2 e^r. */
const SHORT_Q: i32 = 6;

/** The same in f32, four at a time. */
export class ShortExponential {
  @inline
  static number(i: i32): v128 {
    return v128.load32_splat(SHORT + bytesOf<f32>(i));
  }

  @inline
  static one(): v128 {
    return ShortExponential.number(SHORT_ONE);
  }

  /** e^y for y ≤ 0, within 1 ulp; NaN stays. */
  @inline
  static ofNegative(y: v128): v128 {
    y = f32x4.pmax(y, ShortExponential.number(SHORT_LOWEST));
    const magic = ShortExponential.number(SHORT_MAGIC);
    const one = ShortExponential.one();
    const shifted = Simd.madd<f32>(y, ShortExponential.number(SHORT_LOG2E), magic);
    const k = f32x4.sub(shifted, magic);
    let r = Simd.nmadd<f32>(k, ShortExponential.number(SHORT_LN2_HIGH), y);
    r = Simd.nmadd<f32>(k, ShortExponential.number(SHORT_LN2_LOW), r);
    const z = f32x4.mul(r, r);
    const q0 = ShortExponential.number(SHORT_Q);
    const q1 = ShortExponential.number(SHORT_Q + 1);
    const q2 = ShortExponential.number(SHORT_Q + 2);
    const q3 = ShortExponential.number(SHORT_Q + 3);
    const q4 = ShortExponential.number(SHORT_Q + 4);
    const high = Simd.madd<f32>(q4, z, Simd.madd<f32>(q3, r, q2));
    const q = Simd.madd<f32>(z, high, Simd.madd<f32>(q1, r, q0));
    const p = f32x4.add(Simd.madd<f32>(z, q, r), one);
    // 2^k by two factors, so that it may be subnormal.
    const exponent = i32x4.sub(shifted, magic);
    const half = i32x4.shr_s(exponent, 1);
    const first = i32x4.add(i32x4.shl(half, 23), one);
    const second = i32x4.add(i32x4.shl(i32x4.sub(exponent, half), 23), one);
    return f32x4.mul(p, f32x4.mul(first, second));
  }
}

/** e^x by two factors 2^k, so that it may overflow or become subnormal. */
function extreme(x: v128): v128 {
  x = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-746)), f64x2.splat(710));
  const magic = f64x2.splat(MAGIC);
  const k = f64x2.sub(Exponential.shifted(x), magic);
  const half = f64x2.nearest(f64x2.mul(k, f64x2.splat(0.5)));
  const p = f64x2.add(Exponential.reduced<f64>(x, k), f64x2.splat(1));
  const q = f64x2.mul(p, Exponential.power(f64x2.add(half, magic)));
  return f64x2.mul(q, Exponential.power(f64x2.add(f64x2.sub(k, half), magic)));
}
