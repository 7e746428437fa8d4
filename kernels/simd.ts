/** Vectors of 16 bytes: what the two builds and the two dtypes do not share. */

/** Static methods because only class members may carry the decorator that forces inlining. */
export class Simd {
  /** a b + c; one rounding in the relaxed build, two in the other. */
  @inline
  static madd<T extends number>(a: v128, b: v128, c: v128): v128 {
    if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
    return v128.add<T>(v128.mul<T>(a, b), c);
  }

  /** c − a b */
  @inline
  static nmadd<T extends number>(a: v128, b: v128, c: v128): v128 {
    if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_nmadd<T>(a, b, c);
    return v128.sub<T>(c, v128.mul<T>(a, b));
  }

  /** The element at an address, in every lane. */
  @inline
  static loadSplat<T extends number>(p: usize): v128 {
    if (sizeof<T>() === 8) return v128.load64_splat(p);
    return v128.load32_splat(p);
  }

  /** Element i from an address on, a constant from 1 to 3, in every lane. */
  @inline
  static loadSplatAt<T extends number>(p: usize, i: i32): v128 {
    if (sizeof<T>() === 8) {
      if (i === 1) return v128.load64_splat(p, 8);
      return i === 2 ? v128.load64_splat(p, 16) : v128.load64_splat(p, 24);
    }
    if (i === 1) return v128.load32_splat(p, 4);
    return i === 2 ? v128.load32_splat(p, 8) : v128.load32_splat(p, 12);
  }

  /** Elements `next` bytes apart, one a lane. */
  @inline
  static loadApart<T extends number>(p: usize, next: usize): v128 {
    if (sizeof<T>() === 8) return v128.load64_lane(p + next, v128.load64_zero(p), 1);
    let x = v128.load32_zero(p);
    x = v128.load32_lane(p + next, x, 1);
    x = v128.load32_lane(p + 2 * next, x, 2);
    return v128.load32_lane(p + 3 * next, x, 3);
  }

  /** Stores each lane as an element, `next` bytes apart. */
  @inline
  static storeApart<T extends number>(p: usize, x: v128, next: usize): void {
    if (sizeof<T>() === 8) {
      v128.store64_lane(p, x, 0);
      v128.store64_lane(p + next, x, 1);
    } else {
      v128.store32_lane(p, x, 0);
      v128.store32_lane(p + next, x, 1);
      v128.store32_lane(p + 2 * next, x, 2);
      v128.store32_lane(p + 3 * next, x, 3);
    }
  }

  /** The first halves of a and b. */
  @inline
  static low(a: v128, b: v128): v128 {
    return v128.shuffle<f64>(a, b, 0, 2);
  }

  /** The second halves of a and b. */
  @inline
  static high(a: v128, b: v128): v128 {
    return v128.shuffle<f64>(a, b, 1, 3);
  }

  /** f32: the elements of the first halves in turn, a₀ b₀ a₁ b₁. */
  @inline
  static zipLow(a: v128, b: v128): v128 {
    return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  }

  /** f32: a₂ b₂ a₃ b₃. */
  @inline
  static zipHigh(a: v128, b: v128): v128 {
    return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  }

  /** Elements in a vector. */
  @inline
  static lanes<T extends number>(): i32 {
    return 16 / (sizeof<T>() as i32);
  }

  /** The sum of the lanes. */
  @inline
  static total<T extends number>(x: v128): T {
    if (sizeof<T>() === 8) {
      return (f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1)) as T;
    }
    const low = f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1);
    return (low + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))) as T;
  }
}

/** Copies `size` bytes, a multiple of `sizeof<T>()`; short runs without a call to the host. */
export function copyRun<T extends number>(out: usize, x: usize, size: usize): void {
  if (size > 512) {
    memory.copy(out, x, size);
    return;
  }
  const end = x + size;
  for (; x + 16 <= end; x += 16, out += 16) v128.store(out, v128.load(x));
  for (; x < end; x += sizeof<T>(), out += sizeof<T>()) store<T>(out, load<T>(x));
}

/** Copies 16 bytes or more; the last vector may overlap the one before. */
export function copyVectors(out: usize, x: usize, size: usize): void {
  const last = x + size - 16;
  const end = out + size - 16;
  for (; x < last; x += 16, out += 16) v128.store(out, v128.load(x));
  v128.store(end, v128.load(last));
}

/** Σ xᵢ yᵢ over n contiguous elements. */
export function dot<T extends number>(x: usize, y: usize, n: i32): T {
  let s0 = v128.splat<T>(0 as T);
  let s1 = s0;
  const end = x + (n as usize) * sizeof<T>();
  for (; x + 32 <= end; x += 32, y += 32) {
    s0 = Simd.madd<T>(v128.load(x), v128.load(y), s0);
    s1 = Simd.madd<T>(v128.load(x, 16), v128.load(y, 16), s1);
  }
  let sum: T = Simd.total<T>(v128.add<T>(s0, s1));
  for (; x < end; x += sizeof<T>(), y += sizeof<T>()) {
    sum = (sum + load<T>(x) * load<T>(y)) as T;
  }
  return sum;
}

/** y += c x over n contiguous elements. */
export function axpy<T extends number>(c: T, x: usize, y: usize, n: i32): void {
  const cs = v128.splat<T>(c);
  const end = x + (n as usize) * sizeof<T>();
  for (; x + 32 <= end; x += 32, y += 32) {
    v128.store(y, Simd.madd<T>(cs, v128.load(x), v128.load(y)));
    v128.store(y, Simd.madd<T>(cs, v128.load(x, 16), v128.load(y, 16)), 16);
  }
  for (; x < end; x += sizeof<T>(), y += sizeof<T>()) {
    store<T>(y, (load<T>(y) + c * load<T>(x)) as T);
  }
}

/** y = c x over n contiguous elements; x and y may be the same. */
export function scale<T extends number>(c: T, x: usize, y: usize, n: i32): void {
  const cs = v128.splat<T>(c);
  const end = x + (n as usize) * sizeof<T>();
  for (; x + 16 <= end; x += 16, y += 16) v128.store(y, v128.mul<T>(cs, v128.load(x)));
  for (; x < end; x += sizeof<T>(), y += sizeof<T>()) store<T>(y, (c * load<T>(x)) as T);
}
