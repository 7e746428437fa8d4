/**
 * The standard normal distribution in plain numbers: density φ, distribution Φ and its inverse.
 */
import { NumericError } from "../engine/index.js";
import { expectNumber } from "./expect.js";

/** The density φ(x) = e^(−x²/2)/√(2π). */
export function normalDensity(x: number): number {
  expectNumber("normalDensity", "x", x, (v) => !Number.isNaN(v), "a number");
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

const seriesEnds = 2;
const fractionTerms = 200;

/**
 * The distribution function Φ(x), with a relative error of about 1e-14 in the body and in both tails.
 *
 *     Φ(x) = ½ + φ(x) Σₖ x²ᵏ⁺¹ / (2k+1)!!                       |x| ≤ 2
 *     Φ(−x) = φ(x) / (x + 1/(x + 2/(x + 3/(x + …))))              x > 2
 */
export function normalDistribution(x: number): number {
  expectNumber("normalDistribution", "x", x, (v) => !Number.isNaN(v), "a number");
  if (x > seriesEnds) return 1 - upperTail(x);
  if (x < -seriesEnds) return upperTail(-x);
  let term = x;
  let total = x;
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(total); k++) {
    term *= (x * x) / (2 * k + 1);
    total += term;
  }
  return 0.5 + normalDensity(x) * total;
}

function upperTail(x: number): number {
  let tail = x;
  for (let k = fractionTerms; k > 0; k--) tail = x + k / tail;
  return normalDensity(x) / tail;
}

/**
 * The quantile Φ⁻¹(p), by a rational approximation and four steps of Newton's method.
 * @throws NumericError unless 0 < p < 1.
 * @see abramowitz1964, 26.2.23 for the approximation
 */
export function normalQuantile(p: number): number {
  if (!(typeof p === "number" && p > 0 && p < 1)) {
    throw new NumericError(`normalQuantile: the probability is ${p}; need 0 < p < 1.`);
  }
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0.5) return 0;
  const t = Math.sqrt(-2 * Math.log(p));
  const guess = 2.515517 + t * (0.802853 + t * 0.010328);
  let x = guess / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (let i = 0; i < 4; i++) x -= (normalDistribution(x) - p) / normalDensity(x);
  return x;
}
