import { expect, test } from "vitest";
import { index, tensor } from "../../src/engine/index.js";
import { enkfAnalysis, evidenceTerms, kalman, kalmanAnalysis } from "../../src/filters/index.js";
import { observeMatrix } from "../../src/observe/index.js";
import { key, normal } from "../../src/random/index.js";
import { diagonalOf, factor, flip, plus, times, timesVector } from "../support/dense.js";
import { H, m0, P0, prior, R } from "./linear-case.js";

const y = [0.7, -1.1];

test.each([
  ["all seen", [1, 1]],
  ["with a gap", [0, 1]],
])("kalman: −½ log det S and −½ χ² by hand, %s", (_, mask) => {
  const kept = [0, 1].filter((k) => mask[k] === 1);
  const [rows, seen] = [kept.map((k) => H[k]!), kept.map((k) => y[k]!)];
  const noise = diagonalOf(kept.map((k) => R[k]!));
  const S = plus(times(times(rows, P0), flip(rows)), noise);
  const L = factor(S);
  const r = timesVector(rows, m0).map((v, k) => seen[k]! - v);
  const logDet = 2 * L.reduce((t, row, i) => t + Math.log(row[i]!), 0);
  const [a, b, c] = [S[0]![0]!, S[0]![1] ?? 0, S[1]?.[1] ?? 1];
  const [p, q] = [r[0]!, r[1] ?? 0];
  const chi = (c * p * p - 2 * b * p * q + a * q * q) / (a * c - b * b);
  const observation = {
    ...{ y: tensor(y), operator: observeMatrix(tensor(H)), variance: tensor(R) },
    mask: tensor(mask),
  };
  const analysis = kalmanAnalysis(kalman().init(prior, key(0)), observation);
  const { volume, misfit } = evidenceTerms(analysis, observation);
  expect(volume.item()).toBeCloseTo(-0.5 * logDet, 12);
  expect(misfit.item()).toBeCloseTo(-0.5 * chi, 12);
});

test("the terms of a batch of ensembles add up to the evidence without its constant", () => {
  const E = normal(key(1), [3, 9, 3]);
  const observation = {
    ...{ y: normal(key(2), [3, 2]), operator: observeMatrix(tensor(H)), variance: 0.5 },
    mask: null,
  };
  const epsilon = normal(key(3), [3, 9, 2]);
  const analysis = enkfAnalysis(E, observation, { covarianceInflation: 0 }, epsilon);
  const { volume, misfit } = evidenceTerms(analysis, observation);
  [0, 1, 2].forEach((b) => {
    const all = index(volume, 0, b).item() + index(misfit, 0, b).item();
    const constant = Math.log(2 * Math.PI); // two entries, halved
    expect(all).toBeCloseTo(index(analysis.logEvidence, 0, b).item() + constant, 12);
    expect(index(misfit, 0, b).item()).toBeLessThan(0);
  });
});
