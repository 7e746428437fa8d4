/**
 * Functions of two or three elements with broadcasting.
 * `out a b rank dims strideA strideB`, and `where`: `out c a b rank dims strideC strideA strideB`.
 */
import { address, bytesOf, DONE, word } from "./abi";
import { rows, rowsByElements } from "./broadcast";
import { Simd } from "./simd";
import { advance, lengthFromEnd, mergedRank, offsetOf, open, strideFromEnd } from "./walk";

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

/** Row strides of an operand within a block, in bytes; 0 for a block of one row. */
function rowStride<T>(operand: i32): usize {
  return mergedRank() > 1 ? bytesOf<T>(strideFromEnd(operand, 1)) : 0;
}

/** out = op(a, b) over a strided loop, the last two merged axes at a time. */
export function binary<T extends number, Op>(args: usize): i32 {
  let out = address(args, 0);
  const all = open(args + 16, word(args, 3), 2);
  if (all === 0) return DONE;
  const n = lengthFromEnd(0);
  const height = mergedRank() > 1 ? lengthFromEnd(1) : 1;
  const sa = bytesOf<T>(strideFromEnd(0, 0));
  const sb = bytesOf<T>(strideFromEnd(1, 0));
  const ra = rowStride<T>(0);
  const rb = rowStride<T>(1);
  for (let row: i32 = 0; row < all; row += height, out += bytesOf<T>(height * n)) {
    const a = address(args, 1) + bytesOf<T>(offsetOf(0));
    const b = address(args, 2) + bytesOf<T>(offsetOf(1));
    rows<T, Op>(out, a, b, height, n, sa, sb, ra, rb);
    advance(2);
  }
  return DONE;
}

/** The same for operations without a vector form. */
export function binaryScalar<T extends number, Op>(args: usize): i32 {
  let out = address(args, 0);
  const all = open(args + 16, word(args, 3), 2);
  if (all === 0) return DONE;
  const n = lengthFromEnd(0);
  const height = mergedRank() > 1 ? lengthFromEnd(1) : 1;
  const sa = bytesOf<T>(strideFromEnd(0, 0));
  const sb = bytesOf<T>(strideFromEnd(1, 0));
  const ra = rowStride<T>(0);
  const rb = rowStride<T>(1);
  for (let row: i32 = 0; row < all; row += height, out += bytesOf<T>(height * n)) {
    const a = address(args, 1) + bytesOf<T>(offsetOf(0));
    const b = address(args, 2) + bytesOf<T>(offsetOf(1));
    rowsByElements<T, Op>(out, a, b, height, n, sa, sb, ra, rb);
    advance(2);
  }
  return DONE;
}

class Choice {
  /** The vector `at` bytes from p on, or the element at p in every lane. */
  @inline
  static operand<T extends number>(p: usize, at: usize, stride: usize): v128 {
    return stride === 0 ? Simd.loadSplat<T>(p) : v128.load(p + at);
  }

  @inline
  static put<T extends number>(
    out: usize,
    c: usize,
    a: usize,
    b: usize,
    at: usize,
    sc: usize,
    sa: usize,
    sb: usize,
  ): void {
    const zero = v128.splat<T>(0 as T);
    const chosen = v128.ne<T>(Choice.operand<T>(c, at, sc), zero);
    const x = Choice.operand<T>(a, at, sa);
    v128.store(out + at, v128.bitselect(x, Choice.operand<T>(b, at, sb), chosen));
  }
}

/** One row of `where`, strides in bytes. */
function chooseRow<T extends number>(
  out: usize,
  c: usize,
  a: usize,
  b: usize,
  length: usize,
  sc: usize,
  sa: usize,
  sb: usize,
): void {
  const w = sizeof<T>();
  const simple = (sc === w || sc === 0) && (sa === w || sa === 0) && (sb === w || sb === 0);
  if (simple && length >= 16) {
    let at: usize = 0;
    for (; at + 16 <= length; at += 16) Choice.put<T>(out, c, a, b, at, sc, sa, sb);
    if (at < length) Choice.put<T>(out, c, a, b, length - 16, sc, sa, sb);
    return;
  }
  const end = out + length;
  for (; out < end; out += w, c += sc, a += sa, b += sb) {
    store<T>(out, load<T>(c) !== (0 as T) ? load<T>(a) : load<T>(b));
  }
}

/** out = c ≠ 0 ? a : b over a strided loop. */
export function where<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  const all = open(args + 20, word(args, 4), 3);
  if (all === 0) return DONE;
  const length = bytesOf<T>(lengthFromEnd(0));
  const height = mergedRank() > 1 ? lengthFromEnd(1) : 1;
  const sc = bytesOf<T>(strideFromEnd(0, 0));
  const sa = bytesOf<T>(strideFromEnd(1, 0));
  const sb = bytesOf<T>(strideFromEnd(2, 0));
  const rc = rowStride<T>(0);
  const ra = rowStride<T>(1);
  const rb = rowStride<T>(2);
  for (let row: i32 = 0; row < all; row += height) {
    let c = address(args, 1) + bytesOf<T>(offsetOf(0));
    let a = address(args, 2) + bytesOf<T>(offsetOf(1));
    let b = address(args, 3) + bytesOf<T>(offsetOf(2));
    for (let i: i32 = 0; i < height; i++, out += length, c += rc, a += ra, b += rb) {
      chooseRow<T>(out, c, a, b, length, sc, sa, sb);
    }
    advance(2);
  }
  return DONE;
}
