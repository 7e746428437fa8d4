import { expectNumber } from "./expect.js";

/** The most cases: their probabilities are added one by one. */
const most = 1e9;

/**
 * Returns the probability of k or more of n independent cases of probability p, P(X ≥ k).
 *
 * @throws NumericError unless k and n are whole numbers, at least 0, and p is from 0 to 1.
 */
export function binomialTail(k: number, n: number, p: number): number {
  const isCount = (x: number) => Number.isInteger(x) && x >= 0 && x <= most;
  const need = `a whole number, at least 0 and at most ${most}`;
  expectNumber("binomialTail", "k", k, isCount, need);
  expectNumber("binomialTail", "n", n, isCount, need);
  expectNumber("binomialTail", "p", p, (x) => x >= 0 && x <= 1, "a probability, from 0 to 1");
  if (k > n) return 0;
  if (p === 1) return 1;
  let below = 0;
  let log = n * Math.log1p(-p); // log P(X = i)
  for (let i = 0; i < k; i++) {
    below += Math.exp(log);
    log += Math.log(((n - i) / (i + 1)) * (p / (1 - p)));
  }
  return Math.max(0, 1 - below);
}
