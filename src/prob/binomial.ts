/** Returns the probability of k or more of n independent cases of probability p, P(X ≥ k). */
export function binomialTail(k: number, n: number, p: number): number {
  let below = 0;
  let log = n * Math.log1p(-p); // log P(X = i)
  for (let i = 0; i < k; i++) {
    below += Math.exp(log);
    log += Math.log(((n - i) / (i + 1)) * (p / (1 - p)));
  }
  return Math.max(0, 1 - below);
}
