/** Inflation, relaxation and rotation of members after an analysis, against their formulas. */
import { expect, test } from "vitest";
import { matmul, mean, mul, sub, tensor, transpose } from "../../src/engine/index.js";
import { inflate, meanPreservingRotation } from "../../src/filters/index.js";
import { sampleMoments } from "../../src/prob/index.js";
import { key, keyBatch, normal, split } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";

const [N, d] = [7, 4];
const before = normal(key(1), [N, d]);
const analysed = mul(normal(key(2), [N, d]), tensor([0.5, 0.2, 0.9, 0.4]));
const spread = (E: ReturnType<typeof tensor>) =>
  (sampleMoments(E).variance.toArray() as number[]).map(Math.sqrt);
const anomalies = (E: ReturnType<typeof tensor>) => sub(E, mean(E, -2));

test("nothing asked: the same members", () => {
  expect(inflate(analysed, before, {}, key(0))).toBe(analysed);
});

test("a factor on anomalies multiplies the spread and keeps the mean", () => {
  const after = inflate(analysed, before, { inflation: 1.3 }, key(0));
  expectClose(mean(after, -2), mean(analysed, -2), 1e-14);
  expectClose(tensor(spread(after)), tensor(spread(analysed).map((s) => 1.3 * s)), 1e-14);
});

test("relaxation mixes anomalies, or spreads", () => {
  const mixed = inflate(
    analysed,
    before,
    { relaxation: { towards: "perturbations", fraction: 1 } },
    key(0),
  );
  expectClose(anomalies(mixed), anomalies(before), 1e-14);
  const relaxed = inflate(
    analysed,
    before,
    { relaxation: { towards: "spread", fraction: 0.6 } },
    key(0),
  );
  const expected = spread(analysed).map((s, i) => 0.4 * s + 0.6 * spread(before)[i]!);
  expectClose(tensor(spread(relaxed)), tensor(expected), 1e-14);
});

test("additive inflation adds its variance, on average over keys", () => {
  const keys = split(key(3), 4000);
  const variances = keys.map((k) =>
    sampleMoments(inflate(analysed, before, { additiveInflation: 0.25 }, k)).variance.toArray(),
  ) as number[][];
  const start = sampleMoments(analysed).variance.toArray() as number[];
  for (let i = 0; i < d; i++) {
    const average = variances.reduce((sum, v) => sum + v[i]!, 0) / keys.length;
    // sd of a sample variance: about 0.45 for the largest; a mean of 4000 has a standard error of 0.007
    expect(Math.abs(average - start[i]! - 0.25)).toBeLessThan(0.03);
  }
});

test("a rotation is orthogonal and keeps mean and covariance", () => {
  for (const n of [2, 3, 20, 40]) {
    const turn = meanPreservingRotation(n, key(n));
    const product = matmul(turn, transpose(turn)).toArray() as number[][];
    const off = product.flatMap((row, i) => row.map((v, j) => Math.abs(v - Number(i === j))));
    // two rounds of Cholesky leave rounding, some n ε
    expect(Math.max(...off)).toBeLessThan(1e-13);
  }
  const after = inflate(analysed, before, { rotate: true }, key(5));
  expectClose(mean(after, -2), mean(analysed, -2), 1e-14);
  const covariance = (E: ReturnType<typeof tensor>) =>
    matmul(anomalies(E), anomalies(E), { transposeA: true });
  expectClose(covariance(after), covariance(analysed), 1e-13);
});

test("rotations are uniform: entries of Q have mean 0 and variance 1/(N − 1)", () => {
  const many = meanPreservingRotation(4, keyBatch(key(9), 4000));
  const corner = (many.toArray() as number[][][]).map((turn) => turn[0]![0]! - 1 / 4);
  const average = corner.reduce((sum, v) => sum + v, 0) / corner.length;
  const square = corner.reduce((sum, v) => sum + v * v, 0) / corner.length;
  // (V Q Vᵀ)₁₁ = vᵀQv, |v|² = 3/4: variance (3/4)²/3 = 0.1875; standard errors 0.007 and about 0.003
  expect(Math.abs(average)).toBeLessThan(0.03);
  expect(Math.abs(square - 0.1875)).toBeLessThan(0.015);
});

test("rotations in f32: none of 4000 fails, all are orthogonal to rounding", () => {
  const many = meanPreservingRotation(7, keyBatch(key(11), 4000), "f32");
  expect(many.dtype).toBe("f32");
  const products = matmul(many, transpose(many)).toArray() as number[][][];
  const off = products.flatMap((rows) =>
    rows.flatMap((row, i) => row.map((v, j) => Math.abs(v - Number(i === j)))),
  );
  // rounded to 2⁻²⁴, then sums of seven products
  expect(off.reduce((most, v) => Math.max(most, v), 0)).toBeLessThan(1e-6);
});
