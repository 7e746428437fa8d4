/**
 * Functions of one element. `out x n`
 *
 * An operation is a class with a `scalar` method and, where there is one, a `vector` method;
 * `changetype<Op>(0)` is an instance of no size, so the loops specialise at compile time.
 */
import { address, bytesOf, DONE, word } from "./abi";
import * as trigonometry from "./trigonometry";

export class Neg {
  @inline
  scalar<T extends number>(x: T): T {
    return -x as T;
  }
  @inline
  vector<T extends number>(x: v128): v128 {
    return v128.neg<T>(x);
  }
}

export class Abs {
  @inline
  scalar<T extends number>(x: T): T {
    return abs<T>(x);
  }
  @inline
  vector<T extends number>(x: v128): v128 {
    return v128.abs<T>(x);
  }
}

export class Sqrt {
  @inline
  scalar<T extends number>(x: T): T {
    return sqrt<T>(x);
  }
  @inline
  vector<T extends number>(x: v128): v128 {
    return v128.sqrt<T>(x);
  }
}

/** max(x, 0); NaN stays. */
export class Relu {
  @inline
  scalar<T extends number>(x: T): T {
    return max<T>(x, 0 as T);
  }
  @inline
  vector<T extends number>(x: v128): v128 {
    return v128.max<T>(x, v128.splat<T>(0 as T));
  }
}

/** −1, 0 or 1; zeros and NaN stay themselves. */
export class Sign {
  @inline
  scalar<T extends number>(x: T): T {
    return (x > (0 as T) ? (1 as T) : x < (0 as T) ? (-1 as T) : x) as T;
  }
}

export class Exp {
  scalar<T extends number>(x: T): T {
    if (sizeof<T>() === 8) return NativeMath.exp(x as f64) as T;
    return NativeMathf.exp(x as f32) as T;
  }
}

export class Log {
  scalar<T extends number>(x: T): T {
    if (sizeof<T>() === 8) return NativeMath.log(x as f64) as T;
    return NativeMathf.log(x as f32) as T;
  }
}

export class Log1p {
  scalar<T extends number>(x: T): T {
    if (sizeof<T>() === 8) return NativeMath.log1p(x as f64) as T;
    return NativeMathf.log1p(x as f32) as T;
  }
}

export class Expm1 {
  scalar<T extends number>(x: T): T {
    if (sizeof<T>() === 8) return NativeMath.expm1(x as f64) as T;
    return NativeMathf.expm1(x as f32) as T;
  }
}

export class Sin {
  scalar<T extends number>(x: T): T {
    if (sizeof<T>() === 8 || trigonometry.isLarge(x as f64)) return trigonometry.sin(x as f64) as T;
    return NativeMathf.sin(x as f32) as T;
  }
}

export class Cos {
  scalar<T extends number>(x: T): T {
    if (sizeof<T>() === 8 || trigonometry.isLarge(x as f64)) return trigonometry.cos(x as f64) as T;
    return NativeMathf.cos(x as f32) as T;
  }
}

export class Tanh {
  scalar<T extends number>(x: T): T {
    if (sizeof<T>() === 8) return NativeMath.tanh(x as f64) as T;
    return NativeMathf.tanh(x as f32) as T;
  }
}

/** 1/(1 + e⁻ˣ), by e^−|x| so that nothing overflows. */
export class Sigmoid {
  scalar<T extends number>(x: T): T {
    const e = changetype<Exp>(0).scalar<T>(-abs<T>(x) as T);
    const large: T = ((1 as T) / ((1 as T) + e)) as T;
    return (x >= (0 as T) ? large : e * large) as T;
  }
}

/** log(1 + eˣ) = max(x, 0) + log1p(e^−|x|) */
export class Softplus {
  scalar<T extends number>(x: T): T {
    const e = changetype<Exp>(0).scalar<T>(-abs<T>(x) as T);
    return (max<T>(x, 0 as T) + changetype<Log1p>(0).scalar<T>(e)) as T;
  }
}

/** out = op(x), one element after the other. */
export function unary<T extends number, Op>(args: usize): i32 {
  const op = changetype<Op>(0);
  let out = address(args, 0);
  let x = address(args, 1);
  const end = x + bytesOf<T>(word(args, 2));
  for (; x < end; x += sizeof<T>(), out += sizeof<T>()) store<T>(out, op.scalar<T>(load<T>(x)));
  return DONE;
}

/** out = op(x), a vector at a time. */
export function unaryVector<T extends number, Op>(args: usize): i32 {
  const op = changetype<Op>(0);
  let out = address(args, 0);
  let x = address(args, 1);
  const end = x + bytesOf<T>(word(args, 2));
  for (; x + 16 <= end; x += 16, out += 16) v128.store(out, op.vector<T>(v128.load(x)));
  for (; x < end; x += sizeof<T>(), out += sizeof<T>()) store<T>(out, op.scalar<T>(load<T>(x)));
  return DONE;
}
