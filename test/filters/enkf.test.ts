import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  cast,
  expandDims,
  index,
  ShapeError,
  scope,
  slice,
  stack,
  type Tensor,
  tensor,
  UsageError,
} from "../../src/engine/index.js";
import {
  assimilate,
  cycleKeys,
  enkf,
  enkfAnalysis,
  gridPositions,
  kalman,
  kalmanAnalysis,
  observedTaper,
  perturbations,
} from "../../src/filters/index.js";
import { linearTransition, withNoise } from "../../src/models/index.js";
import {
  type Observation,
  observeAll,
  observeComponents,
  observeExp,
  observeMatrix,
} from "../../src/observe/index.js";
import { sampleMoments, taperMatrix } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import {
  exactDraws,
  factor,
  flip,
  identityMatrix,
  type Matrix,
  make,
  pickRows,
  solveLower,
  times,
  timesVector,
} from "../support/dense.js";
import { cycles, F, H, m0, P0, prior, q, R } from "./linear-case.js";
import { covarianceOf, ownKalman } from "./own-moments.js";

/** An ensemble with exact moments and perturbations with exact moments, uncorrelated with it. */
function exactEnsemble(N: number, seed: number): { E: Tensor; epsilon: Tensor } {
  const draws = exactDraws(N, 5, seed);
  const L = factor(P0);
  const states = times(
    draws.map((row) => row.slice(0, 3)),
    flip(L),
  );
  const E = states.map((row) => row.map((v, i) => v + m0[i]!));
  const epsilon = draws.map((row) => row.slice(3).map((v, i) => v * Math.sqrt(R[i]!)));
  return { E: tensor(E), epsilon: tensor(epsilon) };
}

const observation: Observation = {
  y: tensor([0.7, -1.1]),
  operator: observeMatrix(tensor(H)),
  variance: tensor(R),
  mask: null,
};
const initial = kalman().init(prior, key(0));

/** Moments are exact by construction, so only rounding (≈ 10⁻¹⁴) is left. */
const exact = 1e-10;

describe("enkf equals Kalman when moments match by construction", () => {
  const { E, epsilon } = exactEnsemble(12, 3);

  test.each([
    ["everything observed", null],
    ["with a gap", [0, 1]],
  ])("mean, covariance, evidence: %s", (_, gaps) => {
    const seen = { ...observation, mask: gaps && tensor(gaps) };
    const ensemble = enkfAnalysis(E, seen, { covarianceInflation: 0 }, epsilon);
    const best = kalmanAnalysis(initial, seen);
    expectClose(sampleMoments(ensemble.state).mean, best.state.mean, exact);
    expectClose(covarianceOf(ensemble.state), best.state.covariance, exact);
    expectClose(ensemble.logEvidence, best.logEvidence, exact);
    expectClose(ensemble.innovation, best.innovation, exact);
    expectClose(ensemble.chiSquare, best.chiSquare, exact);
  });

  test("inflation: mean and evidence are those of (1 + φ) P", () => {
    const phi = 0.3;
    const ensemble = enkfAnalysis(E, observation, { covarianceInflation: phi }, epsilon);
    const inflated = tensor(P0.map((row) => row.map((v) => (1 + phi) * v)));
    const best = kalmanAnalysis({ mean: initial.mean, covariance: inflated }, observation);
    expectClose(sampleMoments(ensemble.state).mean, best.state.mean, exact);
    expectClose(ensemble.logEvidence, best.logEvidence, exact);
  });

  test("a missing entry gives exactly what dropping its row gives", () => {
    const masked = { ...observation, mask: tensor([0, 1]) };
    const dropped = {
      y: tensor([-1.1]),
      operator: observeMatrix(tensor([H[1]!])),
      variance: tensor([R[1]!]),
      mask: null,
    };
    const columns = tensor((epsilon.toArray() as Matrix).map((row) => [row[1]!]));
    const a = enkfAnalysis(E, masked, { covarianceInflation: 0.1 }, epsilon);
    const b = enkfAnalysis(E, dropped, { covarianceInflation: 0.1 }, columns);
    expectClose(a.state, b.state, 1e-13);
    expectClose(a.logEvidence, b.logEvidence, 1e-13);
  });
});

test("the error against Kalman falls as N^(−1/2)", () => {
  const all = cycles().slice(0, 3);
  const keys = cycleKeys(key(0), 0, 3);
  const best = assimilate(kalman(), initial, all, keys);
  const sizes = [10, 32, 100, 316, 1000, 3162, 10000];
  const errors = sizes.map((members) => {
    const filter = enkf({ members, covarianceInflation: 0 });
    const run = capture((seed: Tensor) => {
      const end = assimilate(filter, filter.init(prior, seed), all, cycleKeys(seed, 0, 3));
      return sampleMoments(end.state).mean;
    });
    const target = best.state.mean.toArray() as number[];
    const repeats = members > 1000 ? 100 : 400;
    let total = 0;
    for (let s = 0; s < repeats; s++) {
      const mean = scope(() => run(key(1000 * members + s)).toArray() as number[]);
      total += mean.reduce((t, v, i) => t + (v - target[i]!) ** 2, 0);
    }
    run.forget();
    return Math.sqrt(total / repeats);
  });
  const slope = fittedSlope(sizes.map(Math.log), errors.map(Math.log));
  console.info(`EnKF → Kalman: errors ${errors.map((e) => e.toExponential(2))}, slope ${slope}`);
  // An RMS over 300 numbers has a standard error of 4 %; over a range of 10³ in N that moves the
  // slope by 0.01, and the bias of order 1/N at N = 10 by as much again.
  expect(Math.abs(slope + 0.5)).toBeLessThan(0.03);
});

function fittedSlope(x: readonly number[], y: readonly number[]): number {
  const n = x.length;
  const [mx, my] = [x, y].map((v) => v.reduce((t, a) => t + a, 0) / n) as [number, number];
  const sxy = x.reduce((t, a, i) => t + (a - mx) * (y[i]! - my), 0);
  return sxy / x.reduce((t, a) => t + (a - mx) ** 2, 0);
}

test("a batch of ensembles is analysed as if each were alone", () => {
  const pairs = [exactEnsemble(12, 3), exactEnsemble(12, 8)];
  const E = stack(
    pairs.map((p) => p.E),
    0,
  );
  const epsilon = stack(
    pairs.map((p) => p.epsilon),
    0,
  );
  const y = tensor([
    [0.7, -1.1],
    [2, 0.4],
  ]);
  const mask = tensor([
    [1, 1],
    [0, 1],
  ]);
  const params = { covarianceInflation: 0.2 };
  const together = enkfAnalysis(E, { ...observation, y, mask }, params, epsilon);
  pairs.forEach((pair, b) => {
    const own = { ...observation, y: index(y, 0, b), mask: index(mask, 0, b) };
    const alone = enkfAnalysis(pair.E, own, params, pair.epsilon);
    expectClose(index(together.state, 0, b), alone.state, 1e-13);
    expectClose(index(together.logEvidence, 0, b), alone.logEvidence, 1e-13);
    expectClose(index(together.innovation, 0, b), alone.innovation, 1e-13);
  });
});

describe.each([
  ["fewer members than components", 5],
  ["more members than components", 12],
])("with a taper, %s, the analysis is that of the d×d formulas", (_, N) => {
  const d = 8;
  const observed = [1, 2, 5];
  const phi = 0.2;
  const E = make(N, d, (i, j) => Math.sin(1 + 3 * i + 2 * j * j));
  const eps = make(N, 3, (i, j) => 0.3 * Math.cos(i - 2 * j));
  const y = [0.4, -0.3, 1];
  const R = 0.5;
  const params = { domain: { kind: "ring", length: d }, halfWidth: 1.7 } as const;
  const taper = observedTaper(gridPositions(d, observed), params);
  const seen: Observation = {
    ...{ y: tensor(y), operator: observeComponents(observed), variance: R, mask: null },
  };

  test("state and evidence", () => {
    const rho = taperMatrix([0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6, 7], params);
    const damping = rho.toArray() as Matrix;
    const C = covarianceOf(tensor(E)).map((row, i) =>
      row.map((v, j) => (1 + phi) * damping[i]![j]! * v),
    );
    const HC = pickRows(C, observed);
    const S = HC.map((row, i) => observed.map((j, k) => row[j]! + (i === k ? R : 0)));
    const L = factor(S);
    const Linv = solveLower(L, identityMatrix(3));
    const gain = flip(times(times(flip(Linv), Linv), HC)); // [d, m]
    const expected = E.map((x, n) => {
      const r = observed.map((i, k) => y[k]! + eps[n]![k]! - x[i]!);
      return timesVector(gain, r).map((v, j) => v + x[j]!);
    });
    const { state, logEvidence } = enkfAnalysis(
      tensor(E),
      seen,
      { covarianceInflation: phi, taper },
      tensor(eps),
    );
    expectClose(state, expected, 1e-12);
    const mean = observed.map((i) => E.reduce((t, x) => t + x[i]!, 0) / N);
    const w = timesVector(
      Linv,
      y.map((v, k) => v - mean[k]!),
    );
    const logDet = 2 * L.reduce((t, row, i) => t + Math.log(row[i]!), 0);
    const chi = w.reduce((t, v) => t + v * v, 0);
    expectClose(logEvidence, -0.5 * (chi + logDet + 3 * Math.log(2 * Math.PI)), 1e-12);
  });

  test("a taper for other positions is refused", () => {
    const other = observedTaper(gridPositions(d, [1, 2]), params);
    const analyse = () =>
      enkfAnalysis(tensor(E), seen, { covarianceInflation: phi, taper: other }, tensor(eps));
    expect(analyse).toThrow(/the taper is \[2,8\] and \[2,2\]; need \[3, 8\] and \[3, 3\]/);
  });
});

test("a nonlinear operator: h(E) = eᶻ gives what the engine's matrix form gives on e^E", () => {
  const E = tensor(make(8, 2, (i, j) => Math.sin(1 + i * 2 + j)));
  const seen: Observation = {
    y: tensor([1.4]),
    operator: observeExp([1]),
    variance: 0.2,
    mask: null,
  };
  const epsilon = tensor(make(8, 1, (i) => 0.1 * Math.cos(i)));
  const { state, logEvidence } = enkfAnalysis(E, seen, { covarianceInflation: 0 }, epsilon);
  // The scalar formulas, written out.
  const e = E.toArray() as Matrix;
  const h = e.map((row) => Math.exp(row[1]!));
  const hbar = h.reduce((t, v) => t + v, 0) / 8;
  const S = h.reduce((t, v) => t + (v - hbar) ** 2, 0) / 7 + 0.2;
  const mean = [0, 1].map((j) => e.reduce((t, row) => t + row[j]!, 0) / 8);
  const gain = [0, 1].map(
    (j) => e.reduce((t, row, n) => t + (row[j]! - mean[j]!) * (h[n]! - hbar), 0) / 7 / S,
  );
  const expected = e.map((row, n) =>
    row.map((v, j) => v + gain[j]! * (1.4 + 0.1 * Math.cos(n) - h[n]!)),
  );
  expectClose(state, expected, 1e-13);
  const ell = -0.5 * ((1.4 - hbar) ** 2 / S + Math.log(S) + Math.log(2 * Math.PI));
  expectClose(logEvidence, ell, 1e-13);
});

test("f32 gives what f64 gives, to its rounding", () => {
  const { E, epsilon } = exactEnsemble(12, 3);
  const half = (x: Tensor) => cast(x, "f32");
  const coarse: Observation = {
    y: half(observation.y),
    operator: observeMatrix(half(tensor(H))),
    variance: 0.4,
    mask: null,
  };
  const params = { covarianceInflation: 0.1 };
  const a = enkfAnalysis(half(E), coarse, params, half(epsilon));
  const b = enkfAnalysis(E, { ...observation, variance: 0.4 }, params, epsilon);
  expect(a.logEvidence.dtype).toBe("f32");
  // Numbers of order one, a condition of ten, roundoff 6·10⁻⁸.
  expectClose(a.state, b.state, 1e-5);
  expectClose(a.logEvidence, b.logEvidence, 1e-5);
});

test("a mean far from zero costs f32 no more digits than the members have", () => {
  const { E, epsilon } = exactEnsemble(12, 3);
  const half = (x: Tensor) => cast(x, "f32");
  const far = half(add(E, 1000)); // members are rounded to 3·10⁻⁵
  const shifted = {
    ...{ y: half(tensor([1000.7, 998.9])), operator: observeComponents([0, 1]) },
    ...{ variance: 0.4, mask: null },
  };
  const params = { covarianceInflation: 0.1 };
  const a = enkfAnalysis(far, shifted, params, half(epsilon));
  const exactly = (x: Tensor) => cast(x, "f64");
  const b = enkfAnalysis(
    exactly(far),
    { ...shifted, y: exactly(shifted.y) },
    params,
    exactly(half(epsilon)),
  );
  expectClose(cast(a.state, "f64"), b.state, 3e-4);
  expectClose(cast(a.logEvidence, "f64"), b.logEvidence, 3e-4);
});

test("more components than members: the gain on the other side gives the same", () => {
  const d = 30;
  const wide = tensor(make(12, d, (i, j) => Math.sin(1 + 3 * i + j * j)));
  const seen: Observation = {
    y: tensor([0.3, -0.4]),
    operator: observeComponents([0, 1]),
    variance: 0.5,
    mask: null,
  };
  const epsilon = tensor(make(12, 2, (i, j) => Math.cos(i - j)));
  const params = { covarianceInflation: 0 };
  const all = enkfAnalysis(wide, seen, params, epsilon);
  const few = enkfAnalysis(slice(wide, -1, 0, 6), seen, params, epsilon);
  expectClose(slice(all.state, -1, 0, 6), few.state, 1e-13);
});

test("centred perturbations: none on average, and the mean is that of Kalman's gain", () => {
  const { E } = exactEnsemble(12, 3);
  const epsilon = perturbations(E, observation, key(7), { centredPerturbations: true });
  expectClose(sampleMoments(epsilon).mean, [0, 0], 1e-14);
  const plain = perturbations(E, observation, key(7)).toArray() as Matrix;
  const ratio = Math.sqrt(12 / 11);
  expectClose(
    covarianceOf(epsilon),
    covarianceOf(tensor(plain)).map((row) => row.map((v) => ratio ** 2 * v)),
    1e-13,
  );
  const filter = enkf({ members: 12, covarianceInflation: 0.3, centredPerturbations: true });
  const ours = filter.analyse(E, observation, key(7));
  expectClose(sampleMoments(ours.state).mean, ownKalman(E, observation, 0.3).state.mean, exact);
});

test("after the analysis members are inflated and rotated", () => {
  const { E } = exactEnsemble(12, 3);
  const plain = enkf({ members: 12 }).analyse(E, observation, key(7));
  const filter = enkf({ members: 12, inflation: 1.1, rotate: true });
  const after = filter.analyse(E, observation, key(7));
  expectClose(sampleMoments(after.state).mean, sampleMoments(plain.state).mean, exact);
  const larger = covarianceOf(plain.state).map((row) => row.map((v) => 1.21 * v));
  expectClose(covarianceOf(after.state), larger, exact);
  expectClose(after.logEvidence, plain.logEvidence, 0);
});

test("positive states and observations stay positive when noise is added", () => {
  const filter = enkf({ members: 50, covarianceInflation: 0 });
  const E = filter.init(
    {
      mean: tensor([0.1, 0.1]),
      covariance: { kind: "diagonal", variance: 1 },
      support: "positive",
    },
    key(4),
  );
  expect(Math.min(...E.data())).toBeGreaterThan(0);
  const still = {
    ...withNoise(linearTransition(tensor(make(2, 2, (i, j) => Number(i === j)))), 1),
  };
  const moved = filter.forecast(E, { ...still, support: "positive" }, key(5));
  expect(Math.min(...moved.data())).toBeGreaterThan(0);
});

test("what does not fit is refused with advice", () => {
  const { E, epsilon } = exactEnsemble(12, 3);
  const params = { covarianceInflation: 0 };
  expect(() => enkf({ members: 1, covarianceInflation: 0 })).toThrow(UsageError);
  expect(() => enkfAnalysis(tensor(m0), observation, params, epsilon)).toThrow(ShapeError);
  expect(() => enkfAnalysis(expandDims(tensor(m0), 0), observation, params, epsilon)).toThrow(
    /need \[\.\.\., N, d\] with N ≥ 2/,
  );
  const wide = { ...observation, operator: observeAll(4) };
  expect(() => enkfAnalysis(E, wide, params, epsilon)).toThrow(/y is \[2\]; need 4/);
  const absent = { ...observation, operator: observeComponents([0, 3]) };
  expect(() => enkfAnalysis(E, absent, params, epsilon)).toThrow(/component 3 of a state of 3/);
});

test("cycles with noise from keys: the forecast of a linear model has variance F P Fᵀ + Q", () => {
  const N = 20000;
  const filter = enkf({ members: N, covarianceInflation: 0 });
  const transition = withNoise(linearTransition(tensor(F)), tensor(q));
  const E = filter.forecast(filter.init(prior, key(1)), transition, key(2));
  const expected = times(times(F, P0), flip(F)).map((row, i) =>
    row.map((v, j) => v + (i === j ? q[i]! : 0)),
  );
  // The standard error of a variance v is v √(2/N) ≈ 0.01 v; v < 3, five of those.
  expectClose(covarianceOf(E), expected, 0.15);
});
