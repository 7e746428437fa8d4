/** The finite-size EnKF: its two forms, the minimum that it finds, its limits. */
import { describe, expect, test } from "vitest";
import { eye, index, matmul, mul, stack, type Tensor, tensor } from "../../src/engine/index.js";
import {
  enkfN,
  enkfNAnalysis,
  ensembleSpace,
  etkfAnalysis,
  finiteSizeFactor,
  hyperprior,
  scaledEnsemble,
} from "../../src/filters/index.js";
import { type Observation, observeMatrix } from "../../src/observe/index.js";
import { sampleMoments } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import {
  exactDraws,
  factor,
  flip,
  identityMatrix,
  type Matrix,
  make,
  plus,
  solveLower,
  times,
} from "../support/dense.js";
import { covarianceOf, ofTrajectory, someMembers } from "./own-moments.js";

/** Steps of Newton's method go to rounding; the curvature at the minimum is of order one. */
const exact = 1e-10;
const d = 5;
const H = tensor(make(4, d, (i, j) => Math.cos(i + 2 * j) + Number(i === j)));
const seen: Observation = {
  y: tensor([0.7, -1.1, 0.3, 1.9]),
  operator: observeMatrix(H),
  variance: tensor([0.4, 0.9, 0.2, 1.3]),
  mask: null,
};
const gaps: Observation = { ...seen, mask: tensor([1, 0, 1, 1]) };
const far: Observation = { ...seen, y: mul(2, seen.y) };
const near: Observation = { ...seen, variance: tensor([4e4, 9e4, 2e4, 1e5]) };

/** s, and D(s) in plain numbers. */
function dual(E: Tensor, observation: Observation, form: "dual" | "primal", xN = 1) {
  const { seen: Z, departure } = scaledEnsemble("test", E, observation);
  const prior = hyperprior(ensembleSpace(Z, departure).inverse(), { xN });
  const s = finiteSizeFactor(Z, departure, prior, form).item();
  const [rows, delta] = [Z.toArray() as Matrix, departure.toArray() as number[]];
  const [epsilon, c] = [prior.epsilon.item(), prior.c.item()];
  const cost = (at: number): number => {
    const S = plus(
      times(flip(rows), rows).map((row) => row.map((v) => at * v)),
      identityMatrix(delta.length),
    );
    const w = solveLower(
      factor(S),
      delta.map((v) => [v]),
    ).flat();
    const chi = w.reduce((t, v) => t + v * v, 0);
    return chi / (rows.length - 1) + epsilon / at + c * Math.log(at);
  };
  return { s, cost, epsilon, c };
}

describe.each([
  ["ordinary", seen],
  ["with a gap", gaps],
  ["far off", far],
  ["that says little", near],
])("an observation %s", (_, observation) => {
  test.each([3, 5, 12])("N = %i: both forms find the minimum of D", (N) => {
    const E = someMembers(N, d);
    const [a, b] = [dual(E, observation, "dual"), dual(E, observation, "primal")];
    expect(Math.abs(a.s / b.s - 1)).toBeLessThan(exact);
    const { s, cost } = a;
    const grid = Array.from({ length: 400 }, (__, i) => Math.exp(-2 + (11 * i) / 400));
    expect(Math.min(...grid.map(cost))).toBeGreaterThanOrEqual(cost(s) - 1e-12);
    const h = 1e-4; // dD/d log s by differences: h² and rounding 10⁻¹⁶/h
    const slope = (cost(s * Math.exp(h)) - cost(s * Math.exp(-h))) / (2 * h);
    expect(Math.abs(slope)).toBeLessThan(1e-7);
  });

  test("a gap or not, the analysis is the ETKF's of anomalies √s A", () => {
    const E = someMembers(6, d);
    const { s } = dual(E, observation, "dual");
    const ours = enkfNAnalysis(E, observation);
    expectClose(ours.state, etkfAnalysis(E, observation, s - 1).state, exact);
    const forecast = etkfAnalysis(E, observation);
    expectClose(ours.logEvidence, forecast.logEvidence, exact);
    expectClose(ours.innovation, forecast.innovation, exact);
    expectClose(enkfNAnalysis(E, observation, { form: "primal" }).state, ours.state, exact);
  });
});

test("ε and c: numbers of one observation of unit variance seen by members of unit variance", () => {
  // Z has one singular value 1: p = (N − 1 + ½)/N.
  const N = 4;
  const inverse = matmul(eye(N), tensor(make(N, N, (i, j) => (i !== j ? 0 : i === 0 ? 0.5 : 1))));
  const [ratio, p] = [5 / 4 / (4 / 3), 3.5 / 4];
  const { epsilon, c } = hyperprior(inverse, { xN: 2 });
  expect(epsilon.item()).toBeCloseTo((2 * (5 / 4)) / ratio ** (p / 2), 13);
  expect(c.item()).toBeCloseTo(2 * (4 / 3) * ratio ** (p / 2), 13);
  expect(hyperprior(inverse, { nullity: 1 }).c.item()).toBeGreaterThan(c.item() / 2);
});

test("the factor is that of DAPPER's EnKF_N, with its xN and g", () => {
  // l1² of hyperprior_coeffs and the dual cost of dapper/da_methods/ensemble.py, minimised to rounding
  const E = someMembers(6, d);
  const { seen: Z, departure } = scaledEnsemble("test", E, seen);
  const inverse = ensembleSpace(Z, departure).inverse();
  const factorOf = (xN: number, nullity: number) =>
    finiteSizeFactor(Z, departure, hyperprior(inverse, { xN, nullity })).item();
  expect(factorOf(1, 0)).toBeCloseTo(1.0926690981066078, 12);
  expect(factorOf(1, 1)).toBeCloseTo(1.0326230870859685, 12);
  expect(factorOf(2, 0)).toBeCloseTo(1.0405641218125634, 12);
  expect(factorOf(2, 1)).toBeCloseTo(0.9870489750804181, 12);
});

test("an observation that says nothing changes nothing", () => {
  const E = someMembers(6, d);
  const blind = enkfNAnalysis(E, { ...seen, variance: 1e12 });
  expectClose(blind.state, E, 1e-9); // p differs from 1 by the members' variance over R
});

test("many members, or certainty, or both: the ETKF", () => {
  const draws = tensor(exactDraws(400, d, 2));
  const gapsTo = (N: number, xN: number) => {
    const E = N === 400 ? draws : someMembers(N, d);
    return Math.abs(dual(E, seen, "dual", xN).s - 1);
  };
  // 1/N and 1/xN times numbers of order one
  expect(gapsTo(400, 1)).toBeLessThan(0.02);
  expect(gapsTo(12, 1e4)).toBeLessThan(0.02);
  expect(gapsTo(12, 1e8)).toBeLessThan(0.02);
});

test("a gap gives what dropping its row gives; a batch what each gives alone", () => {
  const pair = [someMembers(6, d), someMembers(6, d, 0.7)];
  const kept = make(3, 4, (i, j) => Number(j === [0, 2, 3][i]));
  const dropped: Observation = {
    y: tensor([0.7, 0.3, 1.9]),
    operator: observeMatrix(matmul(tensor(kept), H)),
    variance: tensor([0.4, 0.2, 1.3]),
    mask: null,
  };
  expectClose(enkfNAnalysis(pair[0]!, gaps).state, enkfNAnalysis(pair[0]!, dropped).state, exact);
  const batch: Observation = {
    ...seen,
    y: tensor([
      [0.7, -1.1, 0.3, 1.9],
      [20, 4, -5, 1],
    ]),
    mask: tensor([
      [1, 0, 1, 1],
      [1, 1, 0, 1],
    ]),
  };
  for (const form of ["dual", "primal"] as const) {
    const together = enkfNAnalysis(stack(pair, 0), batch, { form });
    pair.forEach((E, b) => {
      const alone = enkfNAnalysis(E, ofTrajectory(batch, b), { form });
      expectClose(index(together.state, 0, b), alone.state, exact);
      expectClose(index(together.logEvidence, 0, b), alone.logEvidence, exact);
    });
  }
});

test("members that have lost the truth altogether: inflated up to a bound, and no further", () => {
  const lost = { ...seen, y: mul(1e4, seen.y) };
  const { s } = dual(someMembers(5, d), lost, "dual");
  expect(s).toBeGreaterThan(1e3);
  expect(s).toBeLessThanOrEqual(1e6);
  const after = sampleMoments(enkfNAnalysis(someMembers(5, d), lost).state).mean;
  expect(Math.max(...after.data().map(Math.abs))).toBeGreaterThan(100);
});

test("inflation and rotation come after it", () => {
  const E = someMembers(6, d);
  const plain = enkfNAnalysis(E, seen, { xN: 2 }).state;
  const filter = enkfN({ members: 6, xN: 2, inflation: 1.1, rotate: true });
  const after = filter.analyse(E, seen, key(1)).state;
  expectClose(sampleMoments(after).mean, sampleMoments(plain).mean, exact);
  expectClose(
    covarianceOf(after),
    covarianceOf(plain).map((row) => row.map((v) => 1.21 * v)),
    exact,
  );
});
