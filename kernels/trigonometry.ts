/**
 * Sine and cosine of two doubles. With T = f32 the polynomials are shorter: their error is far
 * below an ulp of an f32.
 *
 *     x = q π/2 + y + rest, |y| ≤ π/4,   sin y = y + y³ S(y²),   cos y = 1 − y²/2 + y⁴ C(y²)
 *
 * π/2 is in three parts, the first two of 31 bits, so that their products with q < 2²² are exact;
 * y + rest is exact to 2⁻⁹⁵, for f32 (without rest) y to 2⁻⁶⁵. S and C are minimax: |error| ≤ 2⁻⁵⁸ |sin y| and 2⁻⁶⁴, for f32 2⁻³⁷
 * and 2⁻⁴³. Larger x go through NativeMath, which is wrong for many x from 2²⁰·π/2 to 2²² but not
 * beyond (AssemblyScript 0.28: its table of the bits of 1/π is read from before its start).
 */
import { MAGIC } from "./exponential";
import { Simd } from "./simd";

const LARGE: f64 = 4194304.0;
const P1: f64 = 1.5707963267341256;
const P2: f64 = 6.07710050359346e-11;
const P3: f64 = 2.912732056093356e-20;
const TWO_OVER_PI: f64 = 0.6366197723675814;

export class Trigonometry {
  /** S(z) */
  @inline
  static S<T>(z: v128): v128 {
    let s: v128;
    if (sizeof<T>() === 8) {
      s = f64x2.splat(1.5896746607444366e-10);
      s = Simd.madd<f64>(s, z, f64x2.splat(-2.5050757297983543e-8));
      s = Simd.madd<f64>(s, z, f64x2.splat(2.7557313686898457e-6));
      s = Simd.madd<f64>(s, z, f64x2.splat(-0.00019841269829793981));
      s = Simd.madd<f64>(s, z, f64x2.splat(0.008333333333322398));
      return Simd.madd<f64>(s, z, f64x2.splat(-0.16666666666666632));
    }
    s = f64x2.splat(2.7182929650109467e-6);
    s = Simd.madd<f64>(s, z, f64x2.splat(-0.00019839332917274217));
    s = Simd.madd<f64>(s, z, f64x2.splat(0.008333329380030221));
    return Simd.madd<f64>(s, z, f64x2.splat(-0.16666666641577488));
  }

  /** C(z) */
  @inline
  static C<T>(z: v128): v128 {
    let c: v128;
    if (sizeof<T>() === 8) {
      c = f64x2.splat(-1.1359614487587181e-11);
      c = Simd.madd<f64>(c, z, f64x2.splat(2.0875722652465157e-9));
      c = Simd.madd<f64>(c, z, f64x2.splat(-2.7557314347943393e-7));
      c = Simd.madd<f64>(c, z, f64x2.splat(2.480158728946765e-5));
      c = Simd.madd<f64>(c, z, f64x2.splat(-0.00138888888888741));
      return Simd.madd<f64>(c, z, f64x2.splat(0.0416666666666666));
    }
    c = f64x2.splat(-2.7210065667176257e-7);
    c = Simd.madd<f64>(c, z, f64x2.splat(2.479951795355189e-5));
    c = Simd.madd<f64>(c, z, f64x2.splat(-0.0013888883745739958));
    return Simd.madd<f64>(c, z, f64x2.splat(0.04166666662274065));
  }

  /** sin y */
  @inline
  static sine<T>(y: v128, z: v128): v128 {
    return Simd.madd<f64>(f64x2.mul(y, z), Trigonometry.S<T>(z), y);
  }

  /** cos y */
  @inline
  static cosine<T>(z: v128): v128 {
    const w = Simd.nmadd<f64>(z, f64x2.splat(0.5), f64x2.splat(1));
    return Simd.madd<f64>(f64x2.mul(z, z), Trigonometry.C<T>(z), w);
  }

  /** sin(y + rest) */
  @inline
  static longSine(y: v128, z: v128, rest: v128): v128 {
    const slope = Simd.nmadd<f64>(z, f64x2.splat(0.5), f64x2.splat(1));
    const cubic = f64x2.mul(f64x2.mul(y, z), Trigonometry.S<f64>(z));
    return f64x2.add(y, Simd.madd<f64>(rest, slope, cubic));
  }

  /** cos(y + rest), with the rounding of 1 − y²/2 made good. */
  @inline
  static longCosine(y: v128, z: v128, rest: v128): v128 {
    const one = f64x2.splat(1);
    const h = f64x2.mul(z, f64x2.splat(0.5));
    const w = f64x2.sub(one, h);
    const quartic = f64x2.mul(f64x2.mul(z, z), Trigonometry.C<f64>(z));
    const small = Simd.nmadd<f64>(y, rest, quartic);
    return f64x2.add(w, f64x2.add(f64x2.sub(f64x2.sub(one, w), h), small));
  }

  /** sin(y + qπ/2) from sin y and cos y; q stands in the lowest bits of `quarters`. */
  @inline
  static turn(quarters: v128, sine: v128, cosine: v128): v128 {
    const odd = i64x2.neg(v128.and(quarters, i64x2.splat(1)));
    const sign = i64x2.shl(v128.and(quarters, i64x2.splat(2)), 62);
    return v128.xor(v128.bitselect(cosine, sine, odd), sign);
  }

  /** sin(x + first·π/2) for |x| ≤ 2²² */
  @inline
  static moderate<T>(x: v128, first: i64): v128 {
    const magic = f64x2.splat(MAGIC);
    const shifted = Simd.madd<f64>(x, f64x2.splat(TWO_OVER_PI), magic);
    const q = f64x2.sub(shifted, magic);
    const a = Simd.nmadd<f64>(q, f64x2.splat(P1), x);
    const quarters = i64x2.add(shifted, i64x2.splat(first));
    if (sizeof<T>() === 4) {
      const y = Simd.nmadd<f64>(q, f64x2.splat(P2 + P3), a);
      const z = f64x2.mul(y, y);
      return Trigonometry.turn(quarters, Trigonometry.sine<T>(y, z), Trigonometry.cosine<T>(z));
    }
    const b = f64x2.mul(q, f64x2.splat(P2));
    const d = f64x2.sub(a, b);
    const back = f64x2.sub(a, d);
    const error = f64x2.add(f64x2.sub(a, f64x2.add(d, back)), f64x2.sub(back, b));
    const low = Simd.nmadd<f64>(q, f64x2.splat(P3), error);
    const y = f64x2.add(d, low);
    const rest = f64x2.add(f64x2.sub(d, y), low);
    const z = f64x2.mul(y, y);
    const sine = Trigonometry.longSine(y, z, rest);
    return Trigonometry.turn(quarters, sine, Trigonometry.longCosine(y, z, rest));
  }

  /** sin(x + first·π/2), first 0 or 1, for every x. */
  @inline
  static anywhere<T>(x: v128, first: i64): v128 {
    const value = Trigonometry.moderate<T>(x, first);
    const large = f64x2.gt(f64x2.abs(x), f64x2.splat(LARGE));
    return v128.any_true(large) ? replaceLarge(x, value, first) : value;
  }
}

function ofLarge(x: f64, value: f64, first: i64): f64 {
  if (!(abs<f64>(x) > LARGE)) return value;
  return first === 0 ? NativeMath.sin(x) : NativeMath.cos(x);
}

function replaceLarge(x: v128, value: v128, first: i64): v128 {
  const low = ofLarge(f64x2.extract_lane(x, 0), f64x2.extract_lane(value, 0), first);
  const high = ofLarge(f64x2.extract_lane(x, 1), f64x2.extract_lane(value, 1), first);
  return f64x2.replace_lane(f64x2.splat(low), 1, high);
}
