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
