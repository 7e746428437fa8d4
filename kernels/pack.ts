/** Packing for the matrix product: panels of `width` indices, contiguous for each p. */
import { bytesOf } from "./abi";
import { Simd } from "./simd";

/** Source with the panel's index contiguous: panel[p·width + j] = x[p·ld + j], zeros from `count`. */
export function packContiguous<T extends number>(
  panel: usize,
  width: i32,
  x: usize,
  ld: usize,
  count: i32,
  k: i32,
): void {
  const step = (width as usize) * sizeof<T>();
  const used = (count as usize) * sizeof<T>();
  for (let p: i32 = 0; p < k; p++, panel += step, x += ld) {
    let j: usize = 0;
    for (; j + 16 <= used; j += 16) v128.store(panel + j, v128.load(x + j));
    for (; j < used; j += sizeof<T>()) store<T>(panel + j, load<T>(x + j));
    for (; j < step; j += sizeof<T>()) store<T>(panel + j, 0 as T);
  }
}

/** lanes × lanes elements transposed: rows of the source ld bytes apart, of the panel `step`. */
class Square {
  @inline
  static turn<T extends number>(to: usize, step: usize, x: usize, ld: usize): void {
    const a = v128.load(x);
    const b = v128.load(x + ld);
    if (sizeof<T>() === 8) {
      v128.store(to, Simd.low(a, b));
      v128.store(to + step, Simd.high(a, b));
      return;
    }
    const c = v128.load(x + 2 * ld);
    const d = v128.load(x + 3 * ld);
    let ab = Simd.zipLow(a, b);
    let cd = Simd.zipLow(c, d);
    v128.store(to, Simd.low(ab, cd));
    v128.store(to + step, Simd.high(ab, cd));
    ab = Simd.zipHigh(a, b);
    cd = Simd.zipHigh(c, d);
    v128.store(to + 2 * step, Simd.low(ab, cd));
    v128.store(to + 3 * step, Simd.high(ab, cd));
  }
}

/** Source with p contiguous: panel[p·width + j] = x[j·ld + p], zeros from `count`. */
export function packTransposed<T extends number>(
  panel: usize,
  width: i32,
  x: usize,
  ld: usize,
  count: i32,
  k: i32,
): void {
  const lanes = Simd.lanes<T>();
  const step = bytesOf<T>(width);
  const end = bytesOf<T>(k);
  let j: i32 = 0;
  for (; j + lanes <= count; j += lanes, x += (lanes as usize) * ld, panel += 16) {
    let to = panel;
    let p: usize = 0;
    for (; p + 16 <= end; p += 16, to += (lanes as usize) * step) {
      Square.turn<T>(to, step, x + p, ld);
    }
    for (; p < end; p += sizeof<T>(), to += step) {
      for (let i: i32 = 0; i < lanes; i++) {
        store<T>(to + bytesOf<T>(i), load<T>(x + (i as usize) * ld + p));
      }
    }
  }
  for (; j < count; j++, x += ld, panel += sizeof<T>()) {
    let to = panel;
    for (let p: usize = 0; p < end; p += sizeof<T>(), to += step) store<T>(to, load<T>(x + p));
  }
  for (; j < width; j++, panel += sizeof<T>()) {
    let to = panel;
    for (let p: i32 = 0; p < k; p++, to += step) store<T>(to, 0 as T);
  }
}
