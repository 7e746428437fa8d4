/** Sums and maxima over the middle of three axes. `out x outer n inner` */
import { address, bytesOf, DONE, word } from "./abi";

/** How two partial results combine, and the result of nothing. */
export class Plus {
  @inline
  scalar<T extends number>(a: T, b: T): T {
    return (a + b) as T;
  }
  @inline
  vector<T extends number>(a: v128, b: v128): v128 {
    return v128.add<T>(a, b);
  }
  @inline
  nothing(): f64 {
    return 0;
  }
}

export class Largest {
  @inline
  scalar<T extends number>(a: T, b: T): T {
    return max<T>(a, b);
  }
  @inline
  vector<T extends number>(a: v128, b: v128): v128 {
    return v128.max<T>(a, b);
  }
  @inline
  nothing(): f64 {
    return -Infinity;
  }
}

/** Bytes that one vector accumulates before its sum moves to an f64: short sums round less. */
const BLOCK: usize = 8192;

/** A contiguous run to one number: four vectors wide, in blocks whose results combine in f64. */
function run<T extends number, Op>(x: usize, n: i32): T {
  const op = changetype<Op>(0);
  const end = x + bytesOf<T>(n);
  let all: f64 = op.nothing();
  while (x + 64 <= end) {
    const stop = min<usize>(x + BLOCK, end);
    let s0 = v128.load(x);
    let s1 = v128.load(x, 16);
    let s2 = v128.load(x, 32);
    let s3 = v128.load(x, 48);
    for (x += 64; x + 64 <= stop; x += 64) {
      s0 = op.vector<T>(s0, v128.load(x));
      s1 = op.vector<T>(s1, v128.load(x, 16));
      s2 = op.vector<T>(s2, v128.load(x, 32));
      s3 = op.vector<T>(s3, v128.load(x, 48));
    }
    s0 = op.vector<T>(op.vector<T>(s0, s1), op.vector<T>(s2, s3));
    if (sizeof<T>() === 8) {
      all = op.scalar<f64>(all, f64x2.extract_lane(s0, 0));
      all = op.scalar<f64>(all, f64x2.extract_lane(s0, 1));
    } else {
      const low = op.scalar<f32>(f32x4.extract_lane(s0, 0), f32x4.extract_lane(s0, 1));
      const high = op.scalar<f32>(f32x4.extract_lane(s0, 2), f32x4.extract_lane(s0, 3));
      all = op.scalar<f64>(all, op.scalar<f32>(low, high) as f64);
    }
  }
  for (; x < end; x += sizeof<T>()) all = op.scalar<f64>(all, load<T>(x) as f64);
  return all as T;
}

/** Two vectors of columns over n rows; `second` bytes lie between them. */
function twoVectors<T extends number, Op>(
  out: usize,
  x: usize,
  n: i32,
  stride: usize,
  second: usize,
): void {
  const op = changetype<Op>(0);
  let s0 = v128.splat<T>(op.nothing() as T);
  let s1 = s0;
  for (let j: i32 = 0; j < n; j++, x += stride) {
    s0 = op.vector<T>(s0, v128.load(x));
    s1 = op.vector<T>(s1, v128.load(x + second));
  }
  v128.store(out, s0);
  v128.store(out + second, s1);
}

/**
 * n rows of `inner` elements to one row, by strips of columns that stay in registers; a last strip
 * that is not full overlaps the one before.
 */
function rows<T extends number, Op>(out: usize, x: usize, n: i32, inner: i32): void {
  const op = changetype<Op>(0);
  const stride = bytesOf<T>(inner);
  if (stride < 16) {
    for (let at: usize = 0; at < stride; at += sizeof<T>()) {
      let s: T = op.nothing() as T;
      let p = x + at;
      for (let j: i32 = 0; j < n; j++, p += stride) s = op.scalar<T>(s, load<T>(p));
      store<T>(out + at, s);
    }
    return;
  }
  let at: usize = 0;
  for (; at + 16 < stride; at += 32) {
    twoVectors<T, Op>(out + at, x + at, n, stride, min<usize>(16, stride - 16 - at));
  }
  if (at < stride) {
    let s = v128.splat<T>(op.nothing() as T);
    let p = x + stride - 16;
    for (let j: i32 = 0; j < n; j++, p += stride) s = op.vector<T>(s, v128.load(p));
    v128.store(out + stride - 16, s);
  }
}

/** out[o,i] = op over j of x[o,j,i]; outer·n·inner → outer·inner */
export function reduce<T extends number, Op>(args: usize): i32 {
  let out = address(args, 0);
  let x = address(args, 1);
  const outer = word(args, 2);
  const n = word(args, 3);
  const inner = word(args, 4);
  const step = bytesOf<T>(n * inner);
  for (let o: i32 = 0; o < outer; o++, x += step, out += bytesOf<T>(inner)) {
    if (inner === 1) store<T>(out, run<T, Op>(x, n));
    else rows<T, Op>(out, x, n, inner);
  }
  return DONE;
}
