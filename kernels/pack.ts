/** Packing for the matrix product: panels of `width` indices, contiguous for each p. */

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

/** Source with p contiguous: panel[p·width + j] = x[j·ld + p], zeros from `count`. */
export function packTransposed<T extends number>(
  panel: usize,
  width: i32,
  x: usize,
  ld: usize,
  count: i32,
  k: i32,
): void {
  const step = (width as usize) * sizeof<T>();
  for (let j: i32 = 0; j < width; j++, x += ld, panel += sizeof<T>()) {
    let to = panel;
    if (j < count) {
      const end = x + (k as usize) * sizeof<T>();
      for (let from = x; from < end; from += sizeof<T>(), to += step) store<T>(to, load<T>(from));
    } else {
      for (let p: i32 = 0; p < k; p++, to += step) store<T>(to, 0 as T);
    }
  }
}
