import { describe, expect, test } from "vitest";
import { index, mul, neg, tensor } from "../../src/engine/index.js";
import {
  assimilate,
  assimilateSeries,
  type Cycle,
  cycleKeys,
  extendedKalman,
  jacobianAt,
  kalman,
  viewAt,
} from "../../src/filters/index.js";
import { bindModel, lorenz96, withNoise } from "../../src/models/index.js";
import { observeComponents, observeExp } from "../../src/observe/index.js";
import type { Scalar } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { make } from "../support/dense.js";
import { slopeOf } from "../support/differences.js";
import { gradientError, type Loss } from "../support/gradients.js";
import { cycles, prior, values } from "./linear-case.js";

const d = 5;
const x0 = make(2, d, (i, j) => 3 + Math.sin(1 + 2 * i + 3 * j));
const step = bindModel(lorenz96, { dimension: d, forcing: 8 }).step(0.05);
/** Three exponentials of components: the other kind of operator, with a tangent of its own. */
const seen = observeExp([0, 2, 3]);
const start = { mean: tensor(x0), covariance: { kind: "diagonal", variance: 0.04 } } as const;

describe("tangents", () => {
  // Differences of order four with steps of 10⁻³: 10⁻¹² from h⁴, 10⁻¹² from rounding.
  test.each([
    ["columns of the model", step.map, d],
    ["rows of an operator", seen.apply, 3],
  ])("%s equal differences, for every trajectory", (_, f, m) => {
    const { value, jacobian } = jacobianAt(f, tensor(x0), m);
    expectClose(value, f(tensor(x0)), 1e-14);
    const J = jacobian.toArray() as number[][][];
    x0.forEach((x, b) => {
      for (let i = 0; i < m; i++) {
        const row = x.map((v, j) =>
          slopeOf((u) => (f(tensor(x.with(j, u))).toArray() as number[])[i]!, v, 1e-3),
        );
        expectClose(J[b]![i]!, row, 1e-8);
      }
    });
  });

  test("a linear operator gives its matrix", () => {
    const operator = observeComponents([1, 4]);
    const { hx, H } = viewAt(operator, tensor(x0));
    expectClose(hx, operator.apply(tensor(x0)), 0);
    expectClose(H, operator.matrix(d)!, 0);
  });
});

test("of a linear model it is the Kalman filter, gaps included, with or without the matrix", () => {
  const keys = cycleKeys(key(0), 0, values.length);
  const initial = kalman().init(prior, key(0));
  const exact = assimilateSeries(kalman(), initial, cycles(), keys);
  const { matrix: _, ...mapOnly } = cycles()[0]!.transition;
  const hidden = cycles().map((cycle) => ({ ...cycle, transition: mapOnly }));
  for (const run of [cycles(), hidden]) {
    const ours = assimilateSeries(extendedKalman(), initial, run, keys);
    // The same sums in another order: rounding.
    expectClose(ours.logEvidence, exact.logEvidence, 1e-12);
    ours.series.forEach(({ analysis }, k) => {
      expectClose(analysis.mean, exact.series[k]!.analysis.mean, 1e-12);
      expectClose(analysis.covariance, exact.series[k]!.analysis.covariance, 1e-12);
    });
  }
});

const ys = make(3, 3, (i, j) => Math.exp(3 + 0.2 * Math.sin(i + 2 * j)));
const mask = tensor([1, 0, 1]);

function windowOf({ forcing, r, q }: Record<string, Scalar>): Cycle[] {
  const transition = withNoise(
    bindModel(lorenz96, { dimension: d, forcing: forcing! }).step(0.05),
    q!,
  );
  return ys.map((y, k) => ({
    ...{ transition, steps: 2 },
    observation: { operator: seen, y: tensor(y), variance: r!, mask: k === 1 ? mask : null },
  }));
}
const at = { forcing: 8, r: 4, q: 0.01 };

test("trajectories are filtered as if alone", () => {
  const run = windowOf(at);
  const keys = cycleKeys(key(0), 0, run.length);
  const filter = extendedKalman({ inflation: 1.1 });
  const together = assimilate(filter, filter.init(start, key(0)), run, keys);
  x0.forEach((x, b) => {
    const alone = filter.init({ ...start, mean: tensor(x) }, key(0));
    const one = assimilate(filter, alone, run, keys);
    expectClose(index(together.state.mean, 0, b), one.state.mean, 1e-13);
    expectClose(index(together.state.covariance, 0, b), one.state.covariance, 1e-13);
    expectClose(index(together.logEvidence, 0, b), one.logEvidence, 1e-11);
  });
});

test("inflation multiplies the analysed covariance by its square", () => {
  const cycle = windowOf(at)[0]!;
  const [plain, inflated] = [undefined, 1.3].map((inflation) => {
    const filter = extendedKalman(inflation === undefined ? {} : { inflation });
    return filter.analyse(filter.init(start, key(0)), cycle.observation!, key(0)).state;
  });

  expectClose(inflated!.covariance, mul(1.69, plain!.covariance), 1e-14);
});

test("gradients of a window: the model, Q, R and the inflation", () => {
  const loss: Loss = ({ lambda, prior: variance, ...p }) => {
    const filter = extendedKalman({ inflation: lambda! });
    const mean = tensor(x0[0]!);
    const covariance = { kind: "diagonal", variance: variance! } as const;
    const run = windowOf(p);
    const initial = filter.init({ mean, covariance }, key(0));
    return neg(assimilate(filter, initial, run, cycleKeys(key(0), 0, 3)).logEvidence);
  };
  // Differences of order four with steps of 10⁻³ leave some 10⁻¹⁰.
  const error = gradientError("extended-kalman", loss, { ...at, lambda: 1.1, prior: 0.04 });
  expect(error).toBeLessThan(1e-6);
});
