/**
 * Elementary functions in fixed point with 640 binary places: the reference for errors in ulp.
 *
 * A value v is the integer v·2⁶⁴⁰; series are summed until their terms vanish. Results of 2⁻⁴⁰⁰ and
 * more are right to 200 places, far beyond what any kernel resolves.
 */

const places = 640n;
const one = 1n << places;
export const multiply = (a: bigint, b: bigint): bigint => (a * b) >> places;
const divide = (a: bigint, b: bigint): bigint => (a << places) / b;
const magnitude = (a: bigint): bigint => (a < 0n ? -a : a);
/** Binary digits of a positive integer. */
const digits = (a: bigint): number => {
  const hex = a.toString(16);
  return 4 * (hex.length - 1) + (32 - Math.clz32(Number.parseInt(hex[0]!, 16)));
};

/** A double as a fixed-point number; exact from 2⁻⁵⁸⁷ on. */
export function fixed(x: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const exponent = Number((word >> 52n) & 0x7ffn);
  const mantissa = (word & 0xfffffffffffffn) | (exponent === 0 ? 0n : 1n << 52n);
  const shift = places + BigInt(Math.max(exponent, 1) - 1075);
  const size = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  return x < 0 ? -size : size;
}

/** 2 artanh y = 2 (y + y³/3 + y⁵/5 + …) */
function twiceArtanh(y: bigint): bigint {
  const square = multiply(y, y);
  let sum = 0n;
  for (let [power, n] = [y, 1n]; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = multiply(power, square);
  }
  return 2n * sum;
}

const ln2 = twiceArtanh(one / 3n);
/** π = 16 arctan(1/5) − 4 arctan(1/239), by Machin. */
const pi = ((): bigint => {
  const arctan = (n: bigint): bigint => {
    let sum = 0n;
    for (let [power, k] = [one / n, 1n]; power !== 0n; k += 2n) {
      sum += (k % 4n === 1n ? power : -power) / k;
      power /= n * n;
    }
    return sum;
  };
  return 16n * arctan(5n) - 4n * arctan(239n);
})();

const nearest = (a: bigint, unit: bigint): bigint => {
  const twice = 2n * a + unit;
  const quotient = twice / (2n * unit);
  return twice < 0n && quotient * 2n * unit !== twice ? quotient - 1n : quotient;
};

/** e^r by its series, squared eight times from r/2⁸ on; times 2^k. */
function exp(x: bigint): bigint {
  const k = nearest(x, ln2);
  const r = (x - k * ln2) >> 8n;
  let sum = 0n;
  for (let [term, n] = [one, 1n]; term !== 0n && term !== -1n; n += 1n) {
    sum += term;
    term = multiply(term, r) / n;
  }
  for (let i = 0; i < 8; i++) sum = multiply(sum, sum);
  return k >= 0n ? sum << k : sum >> -k;
}

/** k log 2 + 2 artanh((m − 1)/(m + 1)), x = 2^k m, 1 ≤ m < 2 */
function log(x: bigint): bigint {
  const k = BigInt(digits(x)) - 1n - places;
  const m = k >= 0n ? x >> k : x << -k;
  return k * ln2 + twiceArtanh(divide(m - one, m + one));
}

/** sin(x + quarters·π/2) */
function sine(x: bigint, quarters: bigint): bigint {
  const q = nearest(x, pi / 2n);
  const y = x - (q * pi) / 2n;
  const turn = (((q + quarters) % 4n) + 4n) % 4n;
  const square = multiply(y, y);
  const odd = turn % 2n === 0n;
  let sum = 0n;
  for (let [term, n] = odd ? [y, 2n] : [one, 1n]; term !== 0n && term !== -1n; n += 2n) {
    sum += term;
    term = -multiply(term, square) / (n * (n + 1n));
  }
  return turn < 2n ? sum : -sum;
}

/** sin 2π(t + quarters/4) of a part t of a full turn. */
export const turned = (t: number, quarters: bigint): bigint =>
  sine(2n * multiply(pi, fixed(t)), quarters);

/** √x by Newton's method from above. */
function sqrt(x: bigint): bigint {
  let root = one + x;
  for (;;) {
    const next = (root + divide(x, root)) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

export const exact: Record<string, (x: bigint) => bigint> = {
  exp,
  log,
  sqrt,
  log1p: (x) => log(one + x),
  expm1: (x) => exp(x) - one,
  sin: (x) => sine(x, 0n),
  cos: (x) => sine(x, 1n),
  tanh: (x) => divide(exp(2n * x) - one, exp(2n * x) + one),
  sigmoid: (x) => divide(one, one + exp(-x)),
  softplus: (x) => log(one + exp(x)),
};

/** |x − value| in units of the last of `mantissa` binary digits of the value. */
export function ulpsOff(x: number, value: bigint, mantissa: number): number {
  const error = magnitude(fixed(x) - value);
  const unit = digits(magnitude(value)) - mantissa;
  return Number((error << 20n) >> BigInt(unit)) / 2 ** 20;
}
