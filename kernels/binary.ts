/**
 * Functions of two or three elements with broadcasting.
 * `out a b rank dims strideA strideB`, and `where`: `out c a b rank dims strideC strideA strideB`.
 */
import { address, bytesOf, DONE, word } from "./abi";
import { advance, lengthFromEnd, offsetOf, open, strideFromEnd } from "./walk";

export class Add {
  @inline
  scalar<T extends number>(a: T, b: T): T {
    return (a + b) as T;
  }
  @inline
  vector<T extends number>(a: v128, b: v128): v128 {
    return v128.add<T>(a, b);
  }
}

export class Sub {
  @inline
  scalar<T extends number>(a: T, b: T): T {
    return (a - b) as T;
  }
  @inline
  vector<T extends number>(a: v128, b: v128): v128 {
    return v128.sub<T>(a, b);
  }
}

export class Mul {
  @inline
  scalar<T extends number>(a: T, b: T): T {
    return (a * b) as T;
  }
  @inline
  vector<T extends number>(a: v128, b: v128): v128 {
    return v128.mul<T>(a, b);
  }
}

export class Div {
  @inline
  scalar<T extends number>(a: T, b: T): T {
    return (a / b) as T;
  }
  @inline
  vector<T extends number>(a: v128, b: v128): v128 {
    return v128.div<T>(a, b);
  }
}

export class Min {
  @inline
  scalar<T extends number>(a: T, b: T): T {
    return min<T>(a, b);
  }
  @inline
  vector<T extends number>(a: v128, b: v128): v128 {
    return v128.min<T>(a, b);
  }
}

export class Max {
  @inline
  scalar<T extends number>(a: T, b: T): T {
    return max<T>(a, b);
  }
  @inline
  vector<T extends number>(a: v128, b: v128): v128 {
    return v128.max<T>(a, b);
  }
}

export class Less {
  @inline
  scalar<T extends number>(a: T, b: T): T {
    return (a < b ? 1 : 0) as T;
  }
  @inline
  vector<T extends number>(a: v128, b: v128): v128 {
    return v128.and(v128.lt<T>(a, b), v128.splat<T>(1 as T));
  }
}

export class LessEqual {
  @inline
  scalar<T extends number>(a: T, b: T): T {
    return (a <= b ? 1 : 0) as T;
  }
  @inline
  vector<T extends number>(a: v128, b: v128): v128 {
    return v128.and(v128.le<T>(a, b), v128.splat<T>(1 as T));
  }
}

export class Equal {
  @inline
  scalar<T extends number>(a: T, b: T): T {
    return (a === b ? 1 : 0) as T;
  }
  @inline
  vector<T extends number>(a: v128, b: v128): v128 {
    return v128.and(v128.eq<T>(a, b), v128.splat<T>(1 as T));
  }
}

/** aᵇ; squares exactly. */
export class Pow {
  scalar<T extends number>(a: T, b: T): T {
    if (b === (2 as T)) return (a * a) as T;
    if (sizeof<T>() === 8) return NativeMath.pow(a as f64, b as f64) as T;
    return NativeMathf.pow(a as f32, b as f32) as T;
  }
}

/** out[i] = op(a[i·sa], b[i·sb]) for any strides, in bytes. */
function rowScalar<T extends number, Op>(
  out: usize,
  a: usize,
  b: usize,
  n: i32,
  sa: usize,
  sb: usize,
): void {
  const op = changetype<Op>(0);
  const end = out + bytesOf<T>(n);
  for (; out < end; out += sizeof<T>(), a += sa, b += sb) {
    store<T>(out, op.scalar<T>(load<T>(a), load<T>(b)));
  }
}

/** A row by vectors where each operand is contiguous or constant. */
function rowVector<T extends number, Op>(
  out: usize,
  a: usize,
  b: usize,
  n: i32,
  sa: usize,
  sb: usize,
): void {
  const op = changetype<Op>(0);
  const w = sizeof<T>();
  if ((sa !== w && sa !== 0) || (sb !== w && sb !== 0)) {
    rowScalar<T, Op>(out, a, b, n, sa, sb);
    return;
  }
  const end = out + bytesOf<T>(n);
  if (sa === w && sb === w) {
    for (; out + 16 <= end; out += 16, a += 16, b += 16) {
      v128.store(out, op.vector<T>(v128.load(a), v128.load(b)));
    }
  } else if (sa === w) {
    const y = v128.splat<T>(load<T>(b));
    for (; out + 16 <= end; out += 16, a += 16) v128.store(out, op.vector<T>(v128.load(a), y));
  } else if (sb === w) {
    const x = v128.splat<T>(load<T>(a));
    for (; out + 16 <= end; out += 16, b += 16) v128.store(out, op.vector<T>(x, v128.load(b)));
  }
  for (; out < end; out += w, a += sa, b += sb) {
    store<T>(out, op.scalar<T>(load<T>(a), load<T>(b)));
  }
}

/** out = op(a, b) over a strided loop. */
export function binary<T extends number, Op>(args: usize): i32 {
  let out = address(args, 0);
  const rows = open(args + 16, word(args, 3), 2);
  if (rows === 0) return DONE;
  const n = lengthFromEnd(0);
  const sa = bytesOf<T>(strideFromEnd(0, 0));
  const sb = bytesOf<T>(strideFromEnd(1, 0));
  for (let row: i32 = 0; row < rows; row++, out += bytesOf<T>(n)) {
    const a = address(args, 1) + bytesOf<T>(offsetOf(0));
    rowVector<T, Op>(out, a, address(args, 2) + bytesOf<T>(offsetOf(1)), n, sa, sb);
    advance();
  }
  return DONE;
}

/** The same for operations without a vector form. */
export function binaryScalar<T extends number, Op>(args: usize): i32 {
  let out = address(args, 0);
  const rows = open(args + 16, word(args, 3), 2);
  if (rows === 0) return DONE;
  const n = lengthFromEnd(0);
  const sa = bytesOf<T>(strideFromEnd(0, 0));
  const sb = bytesOf<T>(strideFromEnd(1, 0));
  for (let row: i32 = 0; row < rows; row++, out += bytesOf<T>(n)) {
    const a = address(args, 1) + bytesOf<T>(offsetOf(0));
    rowScalar<T, Op>(out, a, address(args, 2) + bytesOf<T>(offsetOf(1)), n, sa, sb);
    advance();
  }
  return DONE;
}

/** out = c ≠ 0 ? a : b over a strided loop. */
export function where<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  const rows = open(args + 20, word(args, 4), 3);
  if (rows === 0) return DONE;
  const n = bytesOf<T>(lengthFromEnd(0));
  const sc = bytesOf<T>(strideFromEnd(0, 0));
  const sa = bytesOf<T>(strideFromEnd(1, 0));
  const sb = bytesOf<T>(strideFromEnd(2, 0));
  for (let row: i32 = 0; row < rows; row++) {
    let c = address(args, 1) + bytesOf<T>(offsetOf(0));
    let a = address(args, 2) + bytesOf<T>(offsetOf(1));
    let b = address(args, 3) + bytesOf<T>(offsetOf(2));
    const end = out + n;
    for (; out < end; out += sizeof<T>(), c += sc, a += sa, b += sb) {
      store<T>(out, load<T>(c) !== (0 as T) ? load<T>(a) : load<T>(b));
    }
    advance();
  }
  return DONE;
}
