import { describe, expect, test } from "vitest";
import { grad, index, mul, neg, sum, type Tensor, tensor } from "../../src/engine/index.js";
import {
  assimilate,
  assimilateSeries,
  type Cycle,
  cycleKeys,
  kalman,
  runCycle,
  threedvar,
} from "../../src/filters/index.js";
import { bindModel, lorenz96 } from "../../src/models/index.js";
import { observeComponents, observeExp } from "../../src/observe/index.js";
import type { Gaussian, Scalar } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { type FourdvarParams, fourdvar, type InnerSolver, rts } from "../../src/smoothers/index.js";
import { expectClose } from "../support/close.js";
import { factor, make, solveLower } from "../support/dense.js";
import { slopeOf } from "../support/differences.js";
import { gradientError, type Loss } from "../support/gradients.js";
import { pairOf, prior, windowCycles } from "./linear-window.js";

const solvers: readonly InnerSolver[] = [
  { kind: "direct" },
  { kind: "conjugate-gradients", steps: 6 },
];
const keys = cycleKeys(key(0), 0, 6);

/** Exact in both; conditions of the matrices are below 10³. */
const exact = 1e-10;

describe.each(solvers)("a whole record in the window, solved by $kind", (solver) => {
  const method = fourdvar({
    ...{ covariance: prior.covariance, lag: 6, observations: "window" as const, solver },
    iterations: 1,
  });

  test.each([0, 2])("%i steps before the first observation: Kalman and RTS", (before) => {
    const cycles = windowCycles(before);
    const exactly = assimilateSeries(kalman(), kalman().init(prior, key(0)), cycles, keys);
    const ours = assimilateSeries(method, method.init(prior, key(0)), cycles, keys);
    expectClose(ours.logEvidence, exactly.logEvidence, exact);
    ours.series.forEach(({ forecast, analysis, evidence }, k) => {
      const best = exactly.series[k]!;
      expectClose(method.moments(forecast).mean, best.forecast.mean, exact);
      expectClose(method.moments(analysis).mean, best.analysis.mean, exact);
      if (evidence) {
        expectClose(evidence.logEvidence, best.evidence!.logEvidence, exact);
        expectClose(evidence.innovation, best.evidence!.innovation, exact);
      }
    });
    const smoothed = rts(exactly.series, cycles);
    smoothed.forEach(({ mean }, k) => {
      expectClose(method.past(ours.state, 5 - k).mean, mean, exact);
    });
    if (solver.kind === "direct") {
      smoothed.forEach(({ covariance }, k) => {
        const variance = (covariance.toArray() as number[][]).map((row, i) => row[i]!);
        expectClose(method.past(ours.state, 5 - k).variance, variance, exact);
      });
    }
  });
});

/** Lorenz-96 in five variables, three of them seen through exponentials at a gap or none. */
const d = 5;
const x0 = make(2, d, (i, j) => 2 * Math.sin(1 + 2 * i + 3 * j));
const S = make(d, d, (i, j) => (i === j ? 0.3 : 0.1 / (1 + Math.abs(i - j))));
const curved = observeExp([0, 2, 3]);
const ys = make(4, 3, (i, j) => Math.exp(0.5 * Math.sin(i + 2 * j)));
const cyclesOf = ({ forcing, r }: { forcing: Scalar; r: Scalar }): Cycle[] =>
  ys.map((y, k) => ({
    transition: bindModel(lorenz96, { dimension: d, forcing }).step(0.05),
    steps: 2,
    observation: {
      ...{ operator: curved, y: tensor([y, y]), variance: r },
      mask:
        k === 2
          ? tensor([
              [1, 0, 1],
              [1, 1, 1],
            ])
          : null,
    },
  }));
const from: Gaussian = {
  mean: tensor(x0),
  covariance: { kind: "dense", factor: tensor(factor(S)) },
};
const params = (observations: "newest" | "window", lag: number): FourdvarParams => ({
  ...{ covariance: from.covariance, observations, lag, iterations: 4 },
});

describe.each(["newest", "window"] as const)("a model that is not linear, %s", (observations) => {
  const cycles = cyclesOf({ forcing: 8, r: 0.5 });
  const four = cycleKeys(key(0), 0, 4);

  test("conjugate gradients find what the matrix gives", () => {
    const [direct, products] = solvers.map((solver) => {
      const method = fourdvar({ ...params(observations, 2), solver });
      const { series } = assimilateSeries(method, method.init(from, key(0)), cycles, four);
      return series.map(({ analysis, evidence }) => ({
        mean: method.moments(analysis).mean,
        evidence,
      }));
    });
    direct!.forEach(({ mean, evidence }, k) => {
      // 6 steps for 5 unknowns: solved to rounding.
      expectClose(products![k]!.mean, mean, 1e-11);
      expectClose(products![k]!.evidence!.logEvidence, evidence!.logEvidence, 1e-10);
    });
  });

  test("trajectories as if alone", () => {
    const method = fourdvar(params(observations, 2));
    const { state, logEvidence } = assimilate(method, method.init(from, key(0)), cycles, four);
    x0.forEach((x, b) => {
      const alone = cycles.map((cycle) => {
        const { y, mask, ...rest } = cycle.observation!;
        const own = { y: index(y, 0, b), mask: mask && index(mask, 0, b) };
        return { ...cycle, observation: { ...rest, ...own } };
      });
      const start = method.init({ ...from, mean: tensor(x) }, key(0));
      const one = assimilate(method, start, alone, four);
      expectClose(index(logEvidence, 0, b), one.logEvidence, 1e-12);
      [0, 1, 2].forEach((back) => {
        const [ours, theirs] = [method.past(state, back), method.past(one.state, back)];
        expectClose(index(ours.mean, 0, b), theirs.mean, 1e-13);
        expectClose(index(ours.variance, 0, b), theirs.variance, 1e-13);
      });
    });
  });

  test.each(solvers)("one start for all records, by $kind", (solver) => {
    const method = fourdvar({ ...params(observations, 2), solver });
    const mean = tensor(x0[0]!);
    const [one, each] = [mean, tensor([x0[0]!, x0[0]!])].map((start) =>
      assimilate(method, method.init({ ...from, mean: start }, key(0)), cycles, four),
    );
    expectClose(one!.logEvidence, each!.logEvidence, 1e-12);
    expectClose(method.moments(one!.state).mean, method.moments(each!.state).mean, 1e-13);
  });

  test("cycles computed again for their derivative give the same gradient", () => {
    const slope = (recompute: boolean) =>
      grad((r: Tensor) => {
        const method = fourdvar({ ...params(observations, 2), iterations: 2 });
        const run = cyclesOf({ forcing: 8, r });
        const start = method.init(from, key(0));
        return sum(assimilate(method, start, run, four, { recompute }).logEvidence);
      })(tensor(0.5));
    expectClose(slope(true), slope(false), 1e-12);
  });

  test.each(solvers)(
    "gradients by $kind in R, the scale of B, the forcing and the start",
    (solver) => {
      const loss: Loss = ({ r, scale, forcing, x }) => {
        const covariance = { kind: "matrix", matrix: mul(scale!, tensor(S)) } as const;
        const method = fourdvar({ ...params(observations, 2), covariance, solver, iterations: 2 });
        const run = cyclesOf({ forcing: forcing!, r: r! }).slice(0, 3);
        const start = method.init({ ...from, mean: mul(x!, tensor(x0)) }, key(0));
        return neg(sum(assimilate(method, start, run, four.slice(0, 3)).logEvidence));
      };
      const at = { r: 0.5, scale: 0.7, forcing: 8, x: 1 };
      // Differences of order four with steps of 10⁻³ leave some 10⁻¹⁰.
      expect(gradientError(`4dvar, ${solver.kind}`, loss, at)).toBeLessThan(1e-6);
    },
  );

  test("the optimum is where the cost is flat, and the trajectory is the model's", () => {
    const method = fourdvar({ ...params(observations, 1), iterations: 40 });
    const [cycle] = cycles;
    const { analysis } = runCycle(method, method.init(from, key(0)), cycle!, key(1));
    const [start, end] = analysis.times.map(({ mean }) => mean) as [Tensor, Tensor];
    const { map } = cycle!.transition;
    expectClose(end, map(map(start)), 1e-14);
    const cost = (x: number[]): number => {
      const w = solveLowerOf(
        S,
        x.map((v, i) => v - x0[0]![i]!),
      );
      const seen = curved.apply(map(map(tensor(x)))).toArray() as number[];
      const misfit = seen.map((v, i) => (v - ys[0]![i]!) ** 2 / 0.5);
      return 0.5 * [...w.map((v) => v ** 2), ...misfit].reduce((a, b) => a + b, 0);
    };
    const best = (start.toArray() as number[][])[0]!;
    best.forEach((v, i) => {
      const slope = slopeOf((u) => cost(best.with(i, u)), v, 1e-3);
      // Differences: 10⁻¹² of the cost from rounding over 10⁻³.
      expect(Math.abs(slope)).toBeLessThan(1e-8);
    });
  });
});

test("an observation of the first state is analysed as 3DVar does", () => {
  const method = fourdvar({ covariance: from.covariance, lag: 3 });
  const filter = threedvar({ covariance: from.covariance });
  const [cycle] = cyclesOf({ forcing: 8, r: 0.5 });
  const observation = { ...cycle!.observation!, operator: observeComponents([0, 2, 3]) };
  const here = { ...cycle!, steps: 0, observation };
  const ours = runCycle(method, method.init(from, key(0)), here, key(2));
  const best = filter.analyse(from.mean, observation, key(2));
  expectClose(method.moments(ours.analysis).mean, best.state, 1e-13);
  expectClose(ours.evidence!.logEvidence, best.logEvidence, 1e-12);
});

test("windows grow to the lag and then move; what lies before is refused", () => {
  const method = fourdvar({ covariance: prior.covariance, lag: 2 });
  const start = method.init(pairOf(prior), key(0));
  const { state } = assimilate(method, start, windowCycles(2), keys);
  expect(state.times.length).toBe(3);
  expect(() => method.past(state, 3)).toThrow(
    /4dvar: the state 3 cycles ago is not in the window; need 0 to 2 cycles/,
  );
  expect(() => fourdvar({ covariance: prior.covariance, lag: 0 })).toThrow(/lag is 0.*3dvar/);
  expect(() => fourdvar({ covariance: prior.covariance, lag: 1, iterations: 0.5 })).toThrow(
    /iterations is 0.5/,
  );
});

/** L⁻¹ r */
function solveLowerOf(A: number[][], r: readonly number[]): number[] {
  return solveLower(
    factor(A),
    r.map((v) => [v]),
  ).flat();
}
