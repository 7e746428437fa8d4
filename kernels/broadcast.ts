/**
 * Rows of an operation of two operands: `height` rows of `n` elements; out is contiguous, each
 * operand has a stride along the row (sa, sb) and from row to row (ra, rb), all in bytes.
 */
import { bytesOf, workAddress } from "./abi";
import { copyRun, Simd } from "./simd";

/** Bytes of a repeated row that are laid out once for a run over many rows; 4 rows or more. */
const PATTERN: usize = 512;

/** How an operand goes along a row: from element to element, or staying where it is. */
class Moving {
  @inline
  vector<_T>(p: usize, at: usize): v128 {
    return v128.load(p + at);
  }
  @inline
  scalar<T>(p: usize, at: usize): T {
    return load<T>(p + at);
  }
}

class Still {
  @inline
  vector<T extends number>(p: usize, _at: usize): v128 {
    return Simd.loadSplat<T>(p);
  }
  @inline
  scalar<T>(p: usize, _at: usize): T {
    return load<T>(p);
  }
}

class Piece {
  /** The vector `at` bytes into a row. */
  @inline
  static put<T extends number, Op, A, B>(out: usize, a: usize, b: usize, at: usize): void {
    const x = changetype<A>(0).vector<T>(a, at);
    const y = changetype<B>(0).vector<T>(b, at);
    v128.store(out + at, changetype<Op>(0).vector<T>(x, y));
  }
}

/** Rows by vectors; where they do not come out even, the last overlaps the one before. */
function rowsByVectors<T extends number, Op, A, B>(
  out: usize,
  a: usize,
  b: usize,
  height: i32,
  length: usize,
  ra: usize,
  rb: usize,
): void {
  const end = out + (height as usize) * length;
  if (length < 16) {
    for (; out < end; out += length, a += ra, b += rb) {
      for (let at: usize = 0; at < length; at += sizeof<T>()) {
        const x = changetype<A>(0).scalar<T>(a, at);
        store<T>(out + at, changetype<Op>(0).scalar<T>(x, changetype<B>(0).scalar<T>(b, at)));
      }
    }
  } else if (length <= 32) {
    for (; out < end; out += length, a += ra, b += rb) {
      Piece.put<T, Op, A, B>(out, a, b, 0);
      Piece.put<T, Op, A, B>(out, a, b, length - 16);
    }
  } else if (length <= 48) {
    for (; out < end; out += length, a += ra, b += rb) {
      Piece.put<T, Op, A, B>(out, a, b, 0);
      Piece.put<T, Op, A, B>(out, a, b, 16);
      Piece.put<T, Op, A, B>(out, a, b, length - 16);
    }
  } else {
    for (; out < end; out += length, a += ra, b += rb) {
      let at: usize = 0;
      for (; at + 16 <= length; at += 16) Piece.put<T, Op, A, B>(out, a, b, at);
      if (at < length) Piece.put<T, Op, A, B>(out, a, b, length - 16);
    }
  }
}

/** Rows of any strides. */
export function rowsByElements<T extends number, Op>(
  out: usize,
  a: usize,
  b: usize,
  height: i32,
  n: i32,
  sa: usize,
  sb: usize,
  ra: usize,
  rb: usize,
): void {
  for (let row: i32 = 0; row < height; row++, a += ra, b += rb) {
    const end = out + bytesOf<T>(n);
    for (let x = a, y = b; out < end; out += sizeof<T>(), x += sa, y += sb) {
      store<T>(out, changetype<Op>(0).scalar<T>(load<T>(x), load<T>(y)));
    }
  }
}

/** Rows to lay out of a repeated row: a multiple of four, so that whole vectors hold them. */
function patternRows(length: usize): i32 {
  return max<i32>((PATTERN / length) as i32, 4) & ~3;
}

/** Does it pay to lay out a repeated row of so many bytes? */
function pays(height: i32, length: usize): bool {
  return length <= PATTERN && height >= 2 * patternRows(length);
}

/** Lays out a row again and again in the work space; returns the bytes. */
function layOut<T>(row: usize, length: usize): usize {
  const work = workAddress();
  const end = work + (patternRows(length) as usize) * length;
  for (let to = work; to < end; to += length) copyRun<T>(to, row, length);
  return end - work;
}

/** The rows, by vectors where each operand is contiguous or constant along them. */
export function rows<T extends number, Op>(
  out: usize,
  a: usize,
  b: usize,
  height: i32,
  n: i32,
  sa: usize,
  sb: usize,
  ra: usize,
  rb: usize,
): void {
  const length = bytesOf<T>(n);
  const moves = sa === sizeof<T>();
  if (moves && sb === sizeof<T>()) {
    const repeatsB = rb === 0 && ra === length;
    const repeatsA = ra === 0 && rb === length;
    if ((repeatsA || repeatsB) && pays(height, length)) {
      const run = layOut<T>(repeatsA ? a : b, length);
      const whole = height / patternRows(length);
      const work = workAddress();
      const stepA = repeatsA ? 0 : run;
      const stepB = repeatsB ? 0 : run;
      const x = repeatsA ? work : a;
      rowsByVectors<T, Op, Moving, Moving>(out, x, repeatsB ? work : b, whole, run, stepA, stepB);
      out += (whole as usize) * run;
      a += (whole as usize) * stepA;
      b += (whole as usize) * stepB;
      height -= whole * patternRows(length);
    }
    rowsByVectors<T, Op, Moving, Moving>(out, a, b, height, length, ra, rb);
  } else if (moves && sb === 0) {
    rowsByVectors<T, Op, Moving, Still>(out, a, b, height, length, ra, rb);
  } else if (sa === 0 && sb === sizeof<T>()) {
    rowsByVectors<T, Op, Still, Moving>(out, a, b, height, length, ra, rb);
  } else rowsByElements<T, Op>(out, a, b, height, n, sa, sb, ra, rb);
}
