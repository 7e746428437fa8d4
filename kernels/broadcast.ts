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

/** Three vectors that a row of 12 or 24 bytes fills without a rest, four or two times over. */
class Three {
  /** The first 16 bytes of a row, or all that it has. */
  @inline
  static start(row: usize, length: usize): v128 {
    if (length === 24) return v128.load(row);
    return v128.load32_lane(row + 8, v128.load64_zero(row), 2);
  }
  @inline
  static first(row: usize, length: usize): v128 {
    const x = Three.start(row, length);
    return length === 24 ? x : v128.shuffle<f32>(x, x, 0, 1, 2, 0);
  }
  @inline
  static second(row: usize, length: usize): v128 {
    const x = Three.start(row, length);
    if (length === 24) return v128.shuffle<f64>(v128.load(row, 8), x, 1, 2);
    return v128.shuffle<f32>(x, x, 1, 2, 0, 1);
  }
  @inline
  static third(row: usize, length: usize): v128 {
    if (length === 24) return v128.load(row, 8);
    const x = Three.start(row, length);
    return v128.shuffle<f32>(x, x, 2, 0, 1, 2);
  }

  /** An operand of three vectors: one that moves, or the repeated one. */
  @inline
  static either<A>(moving: v128, repeated: v128): v128 {
    return sizeof<A>() === 1 ? moving : repeated;
  }
}

/** Numbers as types: is the first operand the one that moves? */
type Yes = i8;
type No = i16;

/** Rows where one operand repeats a row of 12 or 24 bytes, while they fill three vectors; their bytes. */
function rowsByThrees<T extends number, Op, A, B>(
  out: usize,
  moving: usize,
  row: usize,
  size: usize,
  length: usize,
): usize {
  const op = changetype<Op>(0);
  const r0 = Three.first(row, length);
  const r1 = Three.second(row, length);
  const r2 = Three.third(row, length);
  let at: usize = 0;
  for (; at + 48 <= size; at += 48) {
    const x0 = v128.load(moving + at);
    const x1 = v128.load(moving + at, 16);
    const x2 = v128.load(moving + at, 32);
    v128.store(out + at, op.vector<T>(Three.either<A>(x0, r0), Three.either<B>(x0, r0)));
    v128.store(out + at, op.vector<T>(Three.either<A>(x1, r1), Three.either<B>(x1, r1)), 16);
    v128.store(out + at, op.vector<T>(Three.either<A>(x2, r2), Three.either<B>(x2, r2)), 32);
  }
  return at;
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
    if ((repeatsA || repeatsB) && (length === 12 || length === 24)) {
      const size = (height as usize) * length;
      const done = repeatsA
        ? rowsByThrees<T, Op, No, Yes>(out, b, a, size, length)
        : rowsByThrees<T, Op, Yes, No>(out, a, b, size, length);
      out += done;
      if (repeatsA) b += done;
      else a += done;
      height -= (done / length) as i32;
    } else if ((repeatsA || repeatsB) && pays(height, length)) {
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
