/**
 * Functions of one element. `out x n`
 *
 * An operation is a class whose method takes a vector; `changetype<Op>(0)` is an instance of no
 * size, so the loops specialise at compile time. An element's result depends on the element alone,
 * not on its place: what is left after the whole vectors goes through the same code.
 */
import { address, bytesOf, DONE, word } from "./abi";
import { Exponential, ShortExponential } from "./exponential";
import { Logarithm } from "./logarithm";
import { Simd } from "./simd";
import { Trigonometry } from "./trigonometry";

export class Neg {
  @inline
  vector<T extends number>(x: v128): v128 {
    return v128.neg<T>(x);
  }
}

export class Abs {
  @inline
  vector<T extends number>(x: v128): v128 {
    return v128.abs<T>(x);
  }
}

export class Sqrt {
  @inline
  vector<T extends number>(x: v128): v128 {
    return v128.sqrt<T>(x);
  }
}

/** max(x, 0); NaN stays. */
export class Relu {
  @inline
  vector<T extends number>(x: v128): v128 {
    return v128.max<T>(x, v128.splat<T>(0 as T));
  }
}

/** −1, 0 or 1; zeros and NaN stay themselves. */
export class Sign {
  @inline
  vector<T extends number>(x: v128): v128 {
    const unit = v128.or(v128.and(x, v128.splat<T>(-0.0 as T)), v128.splat<T>(1 as T));
    const signed = v128.gt<T>(v128.abs<T>(x), v128.splat<T>(0 as T));
    return v128.bitselect(unit, x, signed);
  }
}

// The following take two doubles; T says how exact the result must be.

export class Exp {
  @inline
  double<T>(x: v128): v128 {
    return Exponential.exp<T>(x);
  }
}

export class Log {
  @inline
  double<T>(x: v128): v128 {
    return Logarithm.log<T>(x);
  }
}

export class Log1p {
  @inline
  double<T>(x: v128): v128 {
    return Logarithm.log1pAnywhere<T>(x);
  }
}

export class Expm1 {
  @inline
  double<T>(x: v128): v128 {
    return Exponential.expm1Anywhere<T>(x);
  }
}

export class Sin {
  @inline
  double<T>(x: v128): v128 {
    return Trigonometry.anywhere<T>(x, 0);
  }
}

export class Cos {
  @inline
  double<T>(x: v128): v128 {
    return Trigonometry.anywhere<T>(x, 1);
  }
}

/** −t/(2 + t), t = e^−2|x| − 1, with the sign of x. */
export class Tanh {
  @inline
  double<T>(x: v128): v128 {
    const size = f64x2.abs(x);
    const t = Exponential.expm1<T>(f64x2.mul(size, f64x2.splat(-2)));
    const value = f64x2.div(f64x2.neg(t), f64x2.add(t, f64x2.splat(2)));
    return v128.or(value, v128.and(x, f64x2.splat(-0.0)));
  }
}

/** 1/(1 + e⁻ˣ), by e^−|x| so that nothing overflows. */
export class Sigmoid {
  @inline
  double<T>(x: v128): v128 {
    const one = f64x2.splat(1);
    const e = Exponential.exp<T>(f64x2.neg(f64x2.abs(x)));
    const above = v128.bitselect(e, one, f64x2.lt(x, f64x2.splat(0)));
    return f64x2.div(above, f64x2.add(one, e));
  }
}

/** The same of four f32, without f64. */
export class ShortSigmoid {
  @inline
  vector<_T>(x: v128): v128 {
    const one = ShortExponential.one();
    const e = ShortExponential.ofNegative(v128.or(x, f32x4.splat(-0.0)));
    const above = v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0)));
    return f32x4.div(above, f32x4.add(one, e));
  }
}

/** log(1 + eˣ) = max(x, 0) + log1p(e^−|x|) */
export class Softplus {
  @inline
  double<T>(x: v128): v128 {
    const e = Exponential.exp<T>(f64x2.neg(f64x2.abs(x)));
    return f64x2.add(f64x2.pmax(x, f64x2.splat(0)), Logarithm.log1p<T>(e));
  }
}

/** out = op(x), a vector at a time. */
export function unary<T extends number, Op>(args: usize): i32 {
  const op = changetype<Op>(0);
  let out = address(args, 0);
  let x = address(args, 1);
  const end = x + bytesOf<T>(word(args, 2));
  for (; x + 16 <= end; x += 16, out += 16) v128.store(out, op.vector<T>(v128.load(x)));
  for (; x < end; x += sizeof<T>(), out += sizeof<T>()) {
    store<T>(out, v128.extract_lane<T>(op.vector<T>(Simd.loadSplat<T>(x)), 0));
  }
  return DONE;
}

/** out = op(x), two doubles at a time; f32 by way of f64. */
export function unaryDouble<T extends number, Op>(args: usize): i32 {
  const op = changetype<Op>(0);
  let out = address(args, 0);
  let x = address(args, 1);
  const end = x + bytesOf<T>(word(args, 2));
  const pair = 2 * sizeof<T>();
  for (; x + pair <= end; x += pair, out += pair) {
    if (sizeof<T>() === 8) v128.store(out, op.double<T>(v128.load(x)));
    else {
      const value = op.double<T>(f64x2.promote_low_f32x4(v128.load64_zero(x)));
      v128.store64_lane(out, f32x4.demote_f64x2_zero(value), 0);
    }
  }
  if (x < end) {
    const value = op.double<T>(f64x2.splat(load<T>(x) as f64));
    store<T>(out, f64x2.extract_lane(value, 0) as T);
  }
  return DONE;
}
