/** The χ² distribution in plain numbers: distribution function and quantiles. */
import { NumericError } from "../engine/index.js";
import { expectNumber } from "./expect.js";

/**
 * Returns P(χ² ≤ x) for k degrees of freedom, with an error of about 1e-13 for k up to a thousand: the
 * regularised incomplete gamma function P(a, t) with a = k/2 and t = x/2,
 *
 *     P(a, t) = e^−t tᵃ/Γ(a + 1) · (1 + t/(a+1) + t²/((a+1)(a+2)) + …)               t < a + 1
 *     1 − P   = e^−t tᵃ/Γ(a) / (t+1−a − 1(1−a)/(t+3−a − 2(2−a)/(t+5−a − …)))         else
 *
 * @throws NumericError unless k is positive, and at most 1e12.
 * @see olver2010, 8.11.4 and 8.9.2
 */
export function chiSquareDistribution(x: number, k: number): number {
  expectDegrees("chiSquareDistribution", k);
  expectNumber("chiSquareDistribution", "x", x, (v) => !Number.isNaN(v), "a number");
  if (x === Infinity) return 1;
  if (!(x > 0)) return 0;
  const [a, t] = [k / 2, x / 2];
  const size = Math.exp(a * Math.log(t) - t - logGamma(a + 1)); // e^−t tᵃ/Γ(a + 1)
  return t < a + 1 ? size * series(a, t) : 1 - (size * a) / fraction(a, t);
}

/**
 * Returns the x with P(χ² ≤ x) = p for k degrees of freedom, by Newton's method within bounds.
 * @throws NumericError unless 0 < p < 1 and k > 0.
 */
export function chiSquareQuantile(p: number, k: number): number {
  if (!(p > 0 && p < 1)) {
    throw new NumericError(`chiSquareQuantile: the probability is ${p}; need 0 < p < 1.`);
  }
  expectDegrees("chiSquareQuantile", k);
  let [low, high] = [0, Math.max(1, k)];
  while (chiSquareDistribution(high, k) < p) high *= 2;
  let x = (low + high) / 2;
  for (let i = 0; i < 200 && high - low > 1e-14 * high; i++) {
    const excess = chiSquareDistribution(x, k) - p;
    if (excess > 0) high = x;
    else low = x;
    const density = Math.exp((k / 2 - 1) * Math.log(x / 2) - x / 2 - logGamma(k / 2)) / 2;
    const next = x - excess / density;
    if (Math.abs(next - x) <= 1e-15 * x) break;
    x = next > low && next < high ? next : (low + high) / 2;
  }
  return x;
}

/** The most degrees of freedom: the series has some √k terms. */
const most = 1e12;

function expectDegrees(who: string, k: number): void {
  const allowed = (x: number) => x > 0 && x <= most;
  expectNumber(who, "the degrees of freedom", k, allowed, `a number > 0, at most ${most}`);
}

/** The series of P(a, t). */
function series(a: number, t: number): number {
  let term = 1;
  let total = 1;
  for (let n = 1; term > 1e-17 * total; n++) {
    term *= t / (a + n);
    total += term;
  }
  return total;
}

/** Evaluates the continued fraction from its first term, by ratios of convergents. @see lentz1976 */
function fraction(a: number, t: number): number {
  let value = t + 1 - a;
  let [above, below] = [value, 0];
  for (let n = 1; n < 100000; n++) {
    const b = t + 2 * n + 1 - a;
    const c = -n * (n - a);
    below = 1 / (b + c * below);
    above = b + c / above;
    const ratio = above * below;
    value *= ratio;
    if (Math.abs(ratio - 1) < 1e-16) break;
  }
  return value;
}

/** log Γ(x) for x > 0 by Stirling's series above 10, with a relative error of 1e-14. @see olver2010, 5.11.1 */
function logGamma(x: number): number {
  let shift = 1;
  let z = x;
  for (; z < 10; z++) shift *= z;
  const w = 1 / (z * z);
  const tail = 1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)));
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + tail / z - Math.log(shift);
}
