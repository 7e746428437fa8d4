/**
 * Samples the posterior of Carpenter's (2018) lynx–hare model again, by adaptive Metropolis: the
 * figures that docs/guide/first-steps.md compares with. `node docs/guide/carpenter-posterior.mjs`
 *
 *     u̇ = (α − βv) u,  v̇ = (δu − γ) v,  log y ~ N(log z, σ²)
 *     α, γ ~ N(1, 0.5²);  β, δ ~ N(0.05, 0.05²);  σ ~ LogN(−1, 1);  z₀ ~ LogN(log 10, 1)
 */
import { readFileSync } from "node:fs";

const text = readFileSync(new URL("../../data/lynx_hare.csv", import.meta.url), "utf8");
const lines = text.trim().split("\n").slice(1);
const logs = lines.map((line) =>
  line
    .split(",")
    .slice(1)
    .map((v) => Math.log(Number(v))),
);
const names = ["alpha", "beta", "gamma", "delta", "hare 1900", "lynx 1900", "sigma 1", "sigma 2"];
const start = [0.55, 0.028, 0.8, 0.024, 34, 5.9, 0.25, 0.25].map(Math.log);
const [draws, warmup, inner] = [400_000, 100_000, 8];
const n = names.length;

let state = 1;
function uniform() {
  state = (state + 0x6d2b79f5) | 0;
  let z = Math.imul(state ^ (state >>> 15), 1 | state);
  z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
  return (((z ^ (z >>> 14)) >>> 0) + 0.5) / 2 ** 32;
}
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const squared = (x, mean, sd) => ((x - mean) / sd) ** 2 / 2;

/** Log-posterior of the logarithms q; the state is kept in logarithms as well. */
function logPosterior(q) {
  const [alpha, beta, gamma, delta] = q.map(Math.exp);
  const sigma = [Math.exp(q[6]), Math.exp(q[7])];
  const f = (u, v) => [alpha - beta * Math.exp(v), delta * Math.exp(u) - gamma];
  let [u, v, total] = [q[4], q[5], 0];
  const h = 1 / inner;
  for (let k = 0; k < logs.length; k++) {
    for (let i = 0; k > 0 && i < inner; i++) {
      const [a1, b1] = f(u, v);
      const [a2, b2] = f(u + (h / 2) * a1, v + (h / 2) * b1);
      const [a3, b3] = f(u + (h / 2) * a2, v + (h / 2) * b2);
      const [a4, b4] = f(u + h * a3, v + h * b3);
      u += (h / 6) * (a1 + 2 * a2 + 2 * a3 + a4);
      v += (h / 6) * (b1 + 2 * b2 + 2 * b3 + b4);
    }
    total -= squared(logs[k][0], u, sigma[0]) + q[6] + squared(logs[k][1], v, sigma[1]) + q[7];
  }
  if (!Number.isFinite(total)) return Number.NEGATIVE_INFINITY;
  total -= squared(alpha, 1, 0.5) + squared(gamma, 1, 0.5);
  total -= squared(beta, 0.05, 0.05) + squared(delta, 0.05, 0.05);
  total += q[0] + q[1] + q[2] + q[3]; // the densities above are of the rates, q holds their logs
  total -= squared(q[4], Math.log(10), 1) + squared(q[5], Math.log(10), 1);
  return total - squared(q[6], -1, 1) - squared(q[7], -1, 1);
}

function cholesky(A) {
  const L = A.map((row) => row.map(() => 0));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = A[i][j] - L[i].slice(0, j).reduce((s, x, k) => s + x * L[j][k], 0);
      L[i][j] = i === j ? Math.sqrt(rest) : rest / L[j][j];
    }
  }
  return L;
}

let [q, value, mean, kept] = [start, logPosterior(start), [...start], []];
const C = start.map((_, i) => start.map((__, j) => (i === j ? 1e-3 : 0)));
let L = cholesky(C);
for (let t = 1; t <= draws; t++) {
  const z = q.map(normal);
  const proposal = q.map((x, i) => x + 0.67 * L[i].reduce((s, l, k) => s + l * z[k], 0));
  const there = logPosterior(proposal);
  if (Math.log(uniform()) < there - value) [q, value] = [proposal, there];
  if (t > warmup) {
    kept.push(q.map(Math.exp));
    continue;
  }
  const share = 1 / (t / 2 + 50);
  const d = q.map((x, i) => x - mean[i]);
  mean = mean.map((m, i) => m + share * d[i]);
  C.forEach((row, i) => {
    row.forEach((c, j) => {
      row[j] = c + share * (d[i] * d[j] - c);
    });
  });
  if (t % 1000 === 0) L = cholesky(C);
}
for (const [i, name] of names.entries()) {
  const values = kept.map((draw) => draw[i]).sort((a, b) => a - b);
  const average = values.reduce((s, x) => s + x, 0) / values.length;
  const sd = Math.sqrt(values.reduce((s, x) => s + (x - average) ** 2, 0) / values.length);
  const ends = [0.1, 0.9].map((p) => values[Math.floor(p * values.length)]);
  const figures = [average, sd, ...ends].map((x) => x.toPrecision(3).padStart(8));
  console.log(name.padEnd(10), ...figures);
}
