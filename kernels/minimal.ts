/**
 * Minimal filtering F(4, 5): four outputs of a filter of five in eight multiplications, not twenty.
 *
 *     y_p = Σ_j w_j d_{p+j}:  y = Aᵀ((G w) ∘ (Bᵀ d)),  and its adjoint in w: w̄ = Gᵀ((A ȳ) ∘ (Bᵀ d))
 *
 * A and G evaluate polynomials at 0, ±1, ±2, ±½ and ∞ (G with the weights of Lagrange), Bᵀ is the
 * transposed interpolation. Place ξ of a transform lies `plane` bytes after place ξ − 1.
 *
 * @see winograd1980; the order of points here: 0, 1, −1, 2, −2, ½, −½, ∞
 */
import { bytesOf } from "./abi";
import { Simd } from "./simd";

/** Outputs of a tile; the places of its transform. */
export const OUTPUTS: i32 = 4;
export const PLACES: i32 = 8;
/** The filter's length. */
export const TAPS: i32 = 5;

/**
 * The factors of the transforms, in memory: V8 makes a vector of a constant by three instructions each time
 * that it is used, and of a number in memory by one. The last three are 1 / Π (α − β) over the other finite
 * points β, for α = ±1, ±2, ±½.
 */
const FACTORS_32 = memory.data<f32>([
  0.25, 0.5, 2.25, 4, 5.25, -0.2222222222222222, 0.011111111111111112, 0.7111111111111111,
]);
const FACTORS_64 = memory.data<f64>([
  0.25, 0.5, 2.25, 4, 5.25, -0.2222222222222222, 0.011111111111111112, 0.7111111111111111,
]);
/** Their places. */
const QUARTER: i32 = 0;
const HALF: i32 = 1;
const NINE_QUARTERS: i32 = 2;
const FOUR: i32 = 3;
const TWENTY_ONE_QUARTERS: i32 = 4;
const AT_ONE: i32 = 5;
const AT_TWO: i32 = 6;
const AT_HALF: i32 = 7;

/** Bytes of the tiles that the lanes of a vector hold. */
const GROUP: usize = 64;

class Lanes {
  @inline
  static add<T extends number>(a: v128, b: v128): v128 {
    return v128.add<T>(a, b);
  }

  @inline
  static sub<T extends number>(a: v128, b: v128): v128 {
    return v128.sub<T>(a, b);
  }

  @inline
  static factor<T extends number>(c: i32): v128 {
    const table = sizeof<T>() === 8 ? FACTORS_64 : FACTORS_32;
    return Simd.loadSplat<T>(table + bytesOf<T>(c));
  }

  /** a + c b for a factor c. */
  @inline
  static plus<T extends number>(a: v128, c: i32, b: v128): v128 {
    return Simd.madd<T>(Lanes.factor<T>(c), b, a);
  }

  /** a − c b */
  @inline
  static less<T extends number>(a: v128, c: i32, b: v128): v128 {
    return Simd.nmadd<T>(Lanes.factor<T>(c), b, a);
  }

  /** c a */
  @inline
  static times<T extends number>(c: i32, a: v128): v128 {
    return v128.mul<T>(Lanes.factor<T>(c), a);
  }

  @inline
  static twice<T extends number>(a: v128): v128 {
    return v128.add<T>(a, a);
  }

  /** e + o and e − o into the two places after p; the second's address. */
  @inline
  static pair<T extends number>(p: usize, plane: usize, e: v128, o: v128): usize {
    v128.store(p + plane, v128.add<T>(e, o));
    v128.store(p + 2 * plane, v128.sub<T>(e, o));
    return p + 2 * plane;
  }
}

/** Four elements of each lane, whose addresses are `ld` bytes apart: tiles of a row, or rows. */
class Tiles {
  /** Element `i` of all of them. */
  @inline
  static at<T extends number>(x: usize, ld: usize, i: i32): v128 {
    if (sizeof<T>() === 8) {
      const half = x + ((i as usize) >> 1) * 16;
      const a = v128.load(half);
      const b = v128.load(half + ld);
      return (i & 1) === 0 ? Simd.low(a, b) : Simd.high(a, b);
    }
    const a = v128.load(x);
    const b = v128.load(x + ld);
    const c = v128.load(x + 2 * ld);
    const d = v128.load(x + 3 * ld);
    if (i < 2) {
      const ab = Simd.zipLow(a, b);
      const cd = Simd.zipLow(c, d);
      return i === 0 ? Simd.low(ab, cd) : Simd.high(ab, cd);
    }
    const ab = Simd.zipHigh(a, b);
    const cd = Simd.zipHigh(c, d);
    return i === 2 ? Simd.low(ab, cd) : Simd.high(ab, cd);
  }

  /** The opposite: y_i of the lanes' tiles, one tile after the other. */
  @inline
  static put<T extends number>(to: usize, y0: v128, y1: v128, y2: v128, y3: v128): void {
    if (sizeof<T>() === 8) {
      v128.store(to, Simd.low(y0, y1));
      v128.store(to, Simd.low(y2, y3), 16);
      v128.store(to, Simd.high(y0, y1), 32);
      v128.store(to, Simd.high(y2, y3), 48);
    } else {
      const low01 = Simd.zipLow(y0, y1);
      const low23 = Simd.zipLow(y2, y3);
      const high01 = Simd.zipHigh(y0, y1);
      const high23 = Simd.zipHigh(y2, y3);
      v128.store(to, Simd.low(low01, low23));
      v128.store(to, Simd.high(low01, low23), 16);
      v128.store(to, Simd.low(high01, high23), 32);
      v128.store(to, Simd.high(high01, high23), 48);
    }
  }
}

/** The eight places of a transform, from `p` on. */
class Places {
  /** Bᵀ d */
  @inline
  static ofInputs<T extends number>(
    p: usize,
    plane: usize,
    d0: v128,
    d1: v128,
    d2: v128,
    d3: v128,
    d4: v128,
    d5: v128,
    d6: v128,
    d7: v128,
  ): void {
    const a = Lanes.sub<T>(d6, d4);
    const b = Lanes.sub<T>(d2, d4);
    const c = Lanes.sub<T>(d5, d3);
    const d = Lanes.sub<T>(d1, d3);
    v128.store(p, Lanes.less<T>(Lanes.sub<T>(d0, d6), TWENTY_ONE_QUARTERS, b));
    let e = Lanes.less<T>(Lanes.add<T>(a, b), NINE_QUARTERS, d4);
    let o = Lanes.less<T>(Lanes.add<T>(c, d), NINE_QUARTERS, d3);
    p = Lanes.pair<T>(p, plane, e, o);
    e = Lanes.plus<T>(a, QUARTER, b);
    o = Lanes.twice<T>(Lanes.plus<T>(c, QUARTER, d));
    p = Lanes.pair<T>(p, plane, e, o);
    e = Lanes.plus<T>(a, FOUR, b);
    o = Lanes.times<T>(HALF, Lanes.plus<T>(c, FOUR, d));
    p = Lanes.pair<T>(p, plane, e, o);
    v128.store(p + plane, Lanes.less<T>(Lanes.sub<T>(d7, d1), TWENTY_ONE_QUARTERS, c));
  }

  /** A ȳ */
  @inline
  static ofCotangents<T extends number>(
    p: usize,
    plane: usize,
    y0: v128,
    y1: v128,
    y2: v128,
    y3: v128,
  ): void {
    v128.store(p, y0);
    let e = Lanes.add<T>(y0, y2);
    let o = Lanes.add<T>(y1, y3);
    p = Lanes.pair<T>(p, plane, e, o);
    e = Lanes.plus<T>(y0, FOUR, y2);
    o = Lanes.twice<T>(Lanes.plus<T>(y1, FOUR, y3));
    p = Lanes.pair<T>(p, plane, e, o);
    e = Lanes.plus<T>(y0, QUARTER, y2);
    o = Lanes.times<T>(HALF, Lanes.plus<T>(y1, QUARTER, y3));
    p = Lanes.pair<T>(p, plane, e, o);
    v128.store(p + plane, y3);
  }
}

/** Bᵀ d for the tiles of a row, a lane each, d of tile τ at x + 4τ, in as many vectors. */
export function transformInputs<T extends number>(
  to: usize,
  plane: usize,
  x: usize,
  vectors: i32,
): void {
  const next = bytesOf<T>(OUTPUTS);
  for (; vectors > 0; vectors--, to += 16, x += GROUP) {
    const d0 = Tiles.at<T>(x, next, 0);
    const d1 = Tiles.at<T>(x, next, 1);
    const d2 = Tiles.at<T>(x, next, 2);
    const d3 = Tiles.at<T>(x, next, 3);
    const d4 = Tiles.at<T>(x + next, next, 0);
    const d5 = Tiles.at<T>(x + next, next, 1);
    const d6 = Tiles.at<T>(x + next, next, 2);
    const d7 = Tiles.at<T>(x + next, next, 3);
    Places.ofInputs<T>(to, plane, d0, d1, d2, d3, d4, d5, d6, d7);
  }
}

/** Bᵀ d for rows `ld` bytes apart, a lane each, one tile after the other; their transforms are `step` bytes apart. */
export function transformInputsOfRows<T extends number>(
  to: usize,
  step: usize,
  plane: usize,
  x: usize,
  ld: usize,
  tiles: i32,
): void {
  let d0 = Tiles.at<T>(x, ld, 0);
  let d1 = Tiles.at<T>(x, ld, 1);
  let d2 = Tiles.at<T>(x, ld, 2);
  let d3 = Tiles.at<T>(x, ld, 3);
  for (; tiles > 0; tiles--, to += step) {
    x += bytesOf<T>(OUTPUTS);
    const d4 = Tiles.at<T>(x, ld, 0);
    const d5 = Tiles.at<T>(x, ld, 1);
    const d6 = Tiles.at<T>(x, ld, 2);
    const d7 = Tiles.at<T>(x, ld, 3);
    Places.ofInputs<T>(to, plane, d0, d1, d2, d3, d4, d5, d6, d7);
    d0 = d4;
    d1 = d5;
    d2 = d6;
    d3 = d7;
  }
}

/** A ȳ for rows, in the same way. */
export function transformCotangentsOfRows<T extends number>(
  to: usize,
  step: usize,
  plane: usize,
  y: usize,
  ld: usize,
  tiles: i32,
): void {
  for (; tiles > 0; tiles--, to += step, y += bytesOf<T>(OUTPUTS)) {
    const y0 = Tiles.at<T>(y, ld, 0);
    const y1 = Tiles.at<T>(y, ld, 1);
    const y2 = Tiles.at<T>(y, ld, 2);
    const y3 = Tiles.at<T>(y, ld, 3);
    Places.ofCotangents<T>(to, plane, y0, y1, y2, y3);
  }
}

/** y = Aᵀ m for tiles one after the other, a lane each, in as many vectors. */
export function outputsOf<T extends number>(y: usize, m: usize, plane: usize, vectors: i32): void {
  for (; vectors > 0; vectors--, m += 16, y += GROUP) {
    let p = m + plane;
    let a = v128.load(p);
    p += plane;
    let b = v128.load(p);
    const s1 = Lanes.add<T>(a, b);
    const d1 = Lanes.sub<T>(a, b);
    p += plane;
    a = v128.load(p);
    p += plane;
    b = v128.load(p);
    const s2 = Lanes.add<T>(a, b);
    const d2 = Lanes.sub<T>(a, b);
    p += plane;
    a = v128.load(p);
    p += plane;
    b = v128.load(p);
    const s3 = Lanes.add<T>(a, b);
    const d3 = Lanes.sub<T>(a, b);
    const y0 = Lanes.add<T>(Lanes.add<T>(v128.load(m), s1), Lanes.add<T>(s2, s3));
    const twice = Lanes.twice<T>(d2);
    const half = Lanes.times<T>(HALF, d3);
    const y1 = Lanes.add<T>(Lanes.add<T>(d1, twice), half);
    const y2 = Lanes.plus<T>(Lanes.plus<T>(s1, FOUR, s2), QUARTER, s3);
    const last = Lanes.plus<T>(Lanes.plus<T>(d1, FOUR, twice), QUARTER, half);
    const y3 = Lanes.add<T>(last, v128.load(p + plane));
    Tiles.put<T>(y, y0, y1, y2, y3);
  }
}

/** Filters, a lane each: tap j of those from w on. */
class Filters {
  @inline
  static at<T extends number>(w: usize, j: i32): v128 {
    return Simd.loadApart<T>(w + bytesOf<T>(j), bytesOf<T>(TAPS));
  }

  @inline
  static put<T extends number>(w: usize, j: i32, x: v128): void {
    Simd.storeApart<T>(w + bytesOf<T>(j), x, bytesOf<T>(TAPS));
  }
}

/** G w for `size` filters of five, one after the other; at least as many as a vector has lanes. */
export function transformFilters<T extends number>(to: usize, w: usize, size: i32): void {
  const plane = bytesOf<T>(size);
  const last = to + plane - 16;
  const lastFilters = w + bytesOf<T>(TAPS * (size - Simd.lanes<T>()));
  for (const end = to + plane; to < end; to += 16, w += bytesOf<T>(TAPS * Simd.lanes<T>())) {
    // The last vector may overlap the one before.
    if (to > last) {
      to = last;
      w = lastFilters;
    }
    const w0 = Filters.at<T>(w, 0);
    const w1 = Filters.at<T>(w, 1);
    const w2 = Filters.at<T>(w, 2);
    const w3 = Filters.at<T>(w, 3);
    const w4 = Filters.at<T>(w, 4);
    const quarter = Lanes.plus<T>(w2, QUARTER, w4);
    const four = Lanes.plus<T>(w2, FOUR, w4);
    v128.store(to, w0);
    let e = Lanes.add<T>(w0, Lanes.add<T>(w2, w4));
    let o = Lanes.add<T>(w1, w3);
    let p = Lanes.pair<T>(to, plane, Lanes.times<T>(AT_ONE, e), Lanes.times<T>(AT_ONE, o));
    e = Lanes.plus<T>(w0, FOUR, four);
    o = Lanes.twice<T>(Lanes.plus<T>(w1, FOUR, w3));
    p = Lanes.pair<T>(p, plane, Lanes.times<T>(AT_TWO, e), Lanes.times<T>(AT_TWO, o));
    e = Lanes.plus<T>(w0, QUARTER, quarter);
    o = Lanes.times<T>(HALF, Lanes.plus<T>(w1, QUARTER, w3));
    p = Lanes.pair<T>(p, plane, Lanes.times<T>(AT_HALF, e), Lanes.times<T>(AT_HALF, o));
    v128.store(p + plane, w4);
  }
}

/** w̄ = Gᵀ z for `size` filters. */
export function filtersOf<T extends number>(w: usize, z: usize, size: i32): void {
  const plane = bytesOf<T>(size);
  const last = z + plane - 16;
  const lastFilters = w + bytesOf<T>(TAPS * (size - Simd.lanes<T>()));
  for (const end = z + plane; z < end; z += 16, w += bytesOf<T>(TAPS * Simd.lanes<T>())) {
    if (z > last) {
      z = last;
      w = lastFilters;
    }
    let p = z + plane;
    let a = v128.load(p);
    p += plane;
    let b = v128.load(p);
    const s1 = Lanes.times<T>(AT_ONE, Lanes.add<T>(a, b));
    const d1 = Lanes.times<T>(AT_ONE, Lanes.sub<T>(a, b));
    p += plane;
    a = v128.load(p);
    p += plane;
    b = v128.load(p);
    const s2 = Lanes.times<T>(AT_TWO, Lanes.add<T>(a, b));
    const d2 = Lanes.twice<T>(Lanes.times<T>(AT_TWO, Lanes.sub<T>(a, b)));
    p += plane;
    a = v128.load(p);
    p += plane;
    b = v128.load(p);
    const s3 = Lanes.times<T>(AT_HALF, Lanes.add<T>(a, b));
    const d3 = Lanes.times<T>(HALF, Lanes.times<T>(AT_HALF, Lanes.sub<T>(a, b)));
    const four = Lanes.times<T>(FOUR, s2);
    const quarter = Lanes.times<T>(QUARTER, s3);
    Filters.put<T>(w, 0, Lanes.add<T>(Lanes.add<T>(v128.load(z), s1), Lanes.add<T>(s2, s3)));
    Filters.put<T>(w, 1, Lanes.add<T>(Lanes.add<T>(d1, d2), d3));
    Filters.put<T>(w, 2, Lanes.add<T>(Lanes.add<T>(s1, four), quarter));
    Filters.put<T>(w, 3, Lanes.plus<T>(Lanes.plus<T>(d1, FOUR, d2), QUARTER, d3));
    const finite = Lanes.plus<T>(Lanes.plus<T>(s1, FOUR, four), QUARTER, quarter);
    Filters.put<T>(w, 4, Lanes.add<T>(finite, v128.load(p + plane)));
  }
}
