/**
 * Deterministic analyses have the moments of Kalman's, for any sizes, gaps and batches; the DEnKF's
 * covariance is larger by ¼ K H P Hᵀ Kᵀ.
 */
import { describe, expect, test } from "vitest";
import {
  add,
  cast,
  gather,
  index,
  indices,
  ones,
  stack,
  sub,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import {
  type Analysis,
  denkf,
  denkfAnalysis,
  eakf,
  eakfAnalysis,
  etkf,
  etkfAnalysis,
  type Filter,
  type Inflation,
  type KalmanState,
} from "../../src/filters/index.js";
import {
  type Observation,
  observeComponents,
  observeExp,
  observeMatrix,
} from "../../src/observe/index.js";
import { floatType, sampleMoments } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { flip, type Matrix, make, plus, times } from "../support/dense.js";
import { covarianceOf, ofTrajectory, ownKalman, someMembers } from "./own-moments.js";

interface Case {
  readonly name: string;
  /** Covariance beyond Kalman's, in units of K H P Hᵀ Kᵀ. */
  readonly excess: number;
  readonly analyse: (E: Tensor, observation: Observation, phi?: number) => Analysis<Tensor>;
  readonly filter: (params: Inflation & { members: number }) => Filter<Tensor>;
}

const inflated = (phi: number | undefined) => ({ covarianceInflation: phi ?? 0 });
const cases: Case[] = [
  { name: "etkf", excess: 0, analyse: etkfAnalysis, filter: etkf },
  {
    name: "denkf",
    excess: 0.25,
    analyse: (E, observation, phi) => denkfAnalysis(E, observation, inflated(phi)),
    filter: denkf,
  },
  {
    name: "denkf, by matrices of observations",
    excess: 0.25,
    analyse: (E, observation, phi) =>
      denkfAnalysis(E, observation, withUnitTaper(E, observation, phi)),
    filter: denkf,
  },
  {
    name: "eakf",
    excess: 0,
    analyse: (E, observation, phi) => eakfAnalysis(E, observation, inflated(phi)),
    filter: eakf,
  },
];

/** A taper that damps nothing. */
const withUnitTaper = (E: Tensor, { operator }: Observation, phi?: number) => ({
  ...inflated(phi),
  taper: {
    observedState: ones([operator.size, E.shape.at(-1)!], floatType(E)),
    observed: ones([operator.size, operator.size], floatType(E)),
  },
});

/** Conditions of ten or so: only rounding is left. */
const exact = 1e-10;

const d = 5;
const variance = tensor([0.4, 0.9, 0.2, 1.3]);
const H = tensor(make(4, d, (i, j) => Math.cos(i + 2 * j) + Number(i === j)));
const seen: Observation = {
  ...{ y: tensor([0.7, -1.1, 0.3, 1.9]), operator: observeMatrix(H), variance, mask: null },
};
const gaps: Observation = { ...seen, mask: tensor([1, 0, 1, 1]) };
const rows = [0, 2, 3];
const dropped: Observation = {
  y: tensor([0.7, 0.3, 1.9]),
  operator: observeMatrix(gather(H, indices(rows), 0)),
  variance: gather(variance, indices(rows), 0),
  mask: null,
};

/** P⁺ + a K H P Hᵀ Kᵀ, with K = P⁺ Hᵀ R⁻¹, which has no column for a gap. */
function withExcess(
  { covariance }: KalmanState,
  P: Matrix,
  { mask, variance: R }: Observation,
  a: number,
): Matrix {
  const [rows, shares] = [H.toArray() as Matrix, mask ? mask.data() : [1, 1, 1, 1]];
  const weighted = rows.map((row, i) =>
    row.map((v) => (v * shares[i]!) / (R as Tensor).data()[i]!),
  );
  const after = covariance.toArray() as Matrix;
  const KH = times(times(after, flip(weighted)), rows);
  return plus(
    after,
    times(times(KH, P), flip(KH)).map((row) => row.map((v) => a * v)),
  );
}

describe.each(cases)("$name", ({ excess, analyse, filter }) => {
  describe.each([
    ["fewer members than observations", 3],
    ["as many", 4],
    ["more members than observations, fewer than components and one", 5],
    ["many members", 12],
  ])("%s", (_, N) => {
    const E = someMembers(N, d);

    test.each([
      ["everything observed", seen, 0],
      ["a gap", gaps, 0],
      ["the forecast inflated", gaps, 0.3],
    ])("moments and evidence are those of Kalman: %s", (__, observation, phi) => {
      const ours = analyse(E, observation, phi);
      const best = ownKalman(E, observation, phi);
      expectClose(sampleMoments(ours.state).mean, best.state.mean, exact);
      const P = covarianceOf(E).map((row) => row.map((v) => (1 + phi) * v));
      expectClose(covarianceOf(ours.state), withExcess(best.state, P, observation, excess), exact);
      expectClose(ours.logEvidence, best.logEvidence, exact);
      expectClose(ours.chiSquare, best.chiSquare, exact);
      const w = ours.innovation.toArray() as number[];
      const chi = ours.chiSquare.item();
      expect(w.reduce((t, v) => t + v * v, 0)).toBeCloseTo(chi, 10);
      if (observation.mask) expect(Math.abs(w[1]!)).toBe(0);
    });

    test("a gap gives what dropping its row gives", () => {
      const [a, b] = [analyse(E, gaps), analyse(E, dropped)];
      expectClose(a.state, b.state, exact);
      expectClose(a.logEvidence, b.logEvidence, exact);
    });

    test("members keep their places", () => {
      const order = indices(Array.from({ length: N }, (__, i) => (i * (N - 1) + 1) % N));
      const there = analyse(gather(E, order, 0), gaps).state;
      expectClose(there, gather(analyse(E, gaps).state, order, 0), exact);
    });

    test("a batch is analysed as if each were alone", () => {
      const both = [E, someMembers(N, d, 0.7)];
      const batch: Observation = {
        ...seen,
        y: tensor([
          [0.7, -1.1, 0.3, 1.9],
          [2, 0.4, -0.5, 0.1],
        ]),
        mask: tensor([
          [1, 0, 1, 1],
          [1, 1, 0, 1],
        ]),
      };
      const together = analyse(stack(both, 0), batch, 0.2);
      both.forEach((own, b) => {
        const alone = analyse(own, ofTrajectory(batch, b), 0.2);
        expectClose(index(together.state, 0, b), alone.state, exact);
        expectClose(index(together.logEvidence, 0, b), alone.logEvidence, exact);
        expectClose(index(together.innovation, 0, b), alone.innovation, exact);
        expectClose(index(together.chiSquare, 0, b), alone.chiSquare, exact);
      });
    });

    test("a rotation after the analysis leaves the moments", () => {
      const turned = filter({ members: N, rotate: true }).analyse(E, gaps, key(3));
      const still = analyse(E, gaps);
      expectClose(sampleMoments(turned.state).mean, sampleMoments(still.state).mean, exact);
      expectClose(covarianceOf(turned.state), covarianceOf(still.state), exact);
      expectClose(turned.logEvidence, still.logEvidence, exact);
      const moved = sub(turned.state, still.state).toArray() as Matrix;
      expect(Math.max(...moved.flat().map(Math.abs))).toBeGreaterThan(0.01);
    });
  });

  test("a nonlinear operator: what it sees of the members, as components of a longer state", () => {
    const E = someMembers(7, 3);
    const observation = { ...seen, y: tensor([1.4, 0.7]), variance: 0.2 };
    const curved = analyse(E, { ...observation, operator: observeExp([1, 2]) });
    const hE = observeExp([1, 2]).apply(E).toArray() as Matrix;
    const long = tensor((E.toArray() as Matrix).map((row, n) => [...row, ...hE[n]!]));
    const straight = analyse(long, { ...observation, operator: observeComponents([3, 4]) });
    expectClose(
      curved.state,
      (straight.state.toArray() as Matrix).map((row) => row.slice(0, 3)),
      exact,
    );
    expectClose(curved.logEvidence, straight.logEvidence, exact);
  });

  test("f32 gives what f64 gives, to its rounding", () => {
    const E = someMembers(12, d);
    const half = (x: Tensor) => cast(x, "f32");
    const coarse: Observation = {
      ...{ y: half(seen.y), operator: observeMatrix(half(H)), variance: 0.4, mask: null },
    };
    const a = analyse(half(E), coarse, 0.1);
    const b = analyse(E, { ...seen, variance: 0.4 }, 0.1);
    expect(a.state.dtype).toBe("f32");
    // Numbers of order one, a condition of a hundred, roundoff 6·10⁻⁸.
    expectClose(cast(a.state, "f64"), b.state, 1e-5);
    expectClose(cast(a.logEvidence, "f64"), b.logEvidence, 1e-5);
  });

  test("what does not fit is refused with advice", () => {
    expect(() => filter({ members: 1 })).toThrow(/members is 1; need a whole number, at least 2/);
    expect(() => analyse(tensor([1, 2, 3]), seen)).toThrow(/need \[\.\.\., N, d\] with N ≥ 2/);
    const wide = { ...seen, y: tensor([1, 2]) };
    expect(() => analyse(add(someMembers(4, d), 0), wide)).toThrow(/y is \[2\]; need 4/);
  });
});
