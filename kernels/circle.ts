/** Rows of numbers on a circle. */
import { bytesOf } from "./abi";
import { copyRun } from "./simd";

/** (j − c) mod n with c = (k − 1)/2 */
export function shiftOf(j: i32, k: i32, n: i32): i32 {
  const s = (j - (k - 1) / 2) % n;
  return s < 0 ? s + n : s;
}

/** x̃[s] = x[(s − c) mod n] for s < length: the row continued round the circle. */
export function continued<T extends number>(
  to: usize,
  x: usize,
  n: i32,
  k: i32,
  length: i32,
): void {
  const row = bytesOf<T>(n);
  const wide = bytesOf<T>(length);
  let at = bytesOf<T>(shiftOf(0, k, n));
  for (let done: usize = 0; done < wide; ) {
    const part = min<usize>(row - at, wide - done);
    copyRun<T>(to + done, x + at, part);
    done += part;
    at = 0;
  }
}

/** The same for k = 5 and rows of eight places or more, by whole vectors that begin where they are read from. */
export function continuedByTwo<T extends number>(to: usize, x: usize, n: i32, length: i32): void {
  const end = to + bytesOf<T>(length);
  const stop = x + bytesOf<T>(n);
  const last = v128.load(stop - 16);
  /** The two places before the first, and as many from there on as fill a vector. */
  const first = sizeof<T>() === 8 ? last : v128.shuffle<f64>(last, v128.load(x), 1, 2);
  v128.store(to, first);
  to += 16;
  let from = sizeof<T>() === 8 ? x : x + 8;
  for (; from + 16 <= stop; from += 16, to += 16) v128.store(to, v128.load(from));
  if (sizeof<T>() === 4 && from + 8 === stop) {
    v128.store(to, first);
    to += 16;
    from = x + 8;
  }
  for (; to < end; to += sizeof<T>(), from += sizeof<T>()) {
    if (from === stop) from = x;
    store<T>(to, load<T>(from));
  }
}
