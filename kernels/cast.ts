/** Changes of number type, and the test for finite values. */
import { address, DONE, fail, NO_INTEGER, NOT_FINITE, word } from "./abi";

/** `out x n`; towards i32 rounds to zero, and fails for what does not fit. */
export function cast<From extends number, To extends number>(args: usize): i32 {
  let out = address(args, 0);
  let x = address(args, 1);
  const start = x;
  const end = x + (word(args, 2) as usize) * sizeof<From>();
  for (; x < end; x += sizeof<From>(), out += sizeof<To>()) {
    const value = load<From>(x);
    if (isInteger<To>() && !fits(value as f64)) {
      return fail(NO_INTEGER, 0, ((x - start) / sizeof<From>()) as i32, value as f64);
    }
    store<To>(out, value as To);
  }
  return DONE;
}

/** Is a number finite, and an i32 once it is cut to a whole one? */
function fits(value: f64): bool {
  return value > -2147483649.0 && value < 2147483648.0;
}

/** `x n`; x·0 is 0 unless x is a NaN or an infinity. */
export function finite<T extends number>(args: usize): i32 {
  const start = address(args, 0);
  const end = start + (word(args, 1) as usize) * sizeof<T>();
  const zero = v128.splat<T>(0 as T);
  let x = start;
  for (; x + 64 <= end; x += 64) {
    const low = v128.add<T>(v128.mul<T>(v128.load(x), zero), v128.mul<T>(v128.load(x, 16), zero));
    const high = v128.add<T>(
      v128.mul<T>(v128.load(x, 32), zero),
      v128.mul<T>(v128.load(x, 48), zero),
    );
    const sum = v128.add<T>(low, high);
    if (!v128.all_true<i32>(v128.eq<T>(sum, sum))) break;
  }
  for (; x < end; x += sizeof<T>()) {
    const value = load<T>(x);
    if (value - value !== (0 as T)) {
      const position = ((x - start) / sizeof<T>()) as i32;
      return fail(NOT_FINITE, 0, position, value as f64);
    }
  }
  return DONE;
}
