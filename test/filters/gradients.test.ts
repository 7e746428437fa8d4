/** The gradient of a whole window's loss in every learned parameter, against central differences. */
import { expect, test } from "vitest";
import { mul, neg, sum, type Tensor, tensor, valueAndGrad } from "../../src/engine/index.js";
import {
  assimilate,
  type Cycle,
  cycleKeys,
  enkf,
  type Filter,
  kalman,
  optimalParticle,
  type ParticleState,
  particle,
} from "../../src/filters/index.js";
import {
  bindModel,
  type Coordinates,
  clohessyWiltshire,
  linear,
  lotkaVolterra,
  propagations,
} from "../../src/models/index.js";
import {
  observationAt,
  observationSeries,
  observeComponents,
  observeLog,
} from "../../src/observe/index.js";
import type { Gaussian, Scalar } from "../../src/prob/index.js";
import { matrixOf, vectorOf } from "../../src/prob/index.js";
import { type Key, key } from "../../src/random/index.js";
import { gradientError, type Loss, type Parameters } from "../support/gradients.js";
import { cyclesWith, F, prior, stepCounts } from "./linear-case.js";

/** Differences of order four with steps of 10⁻³ leave some 10⁻¹⁰; the issue asks for 10⁻⁶. */
const tolerance = 1e-6;

const run = <S>(
  filter: Filter<S>,
  before: Gaussian,
  cycles: readonly Cycle[],
  from: Key,
): Tensor => {
  const initial = filter.init(before, from);
  return neg(assimilate(filter, initial, cycles, cycleKeys(from, 0, cycles.length)).logEvidence);
};

const linearCycles = ({ a00, a12, q0, q1, r0, r1 }: Parameters): Cycle[] => {
  const rows: Scalar[][] = F.map((row) => [...row]);
  rows[0]![0] = a00!;
  rows[1]![2] = a12!;
  const noise = vectorOf([q0!, q1!, 0.2]);
  const step = bindModel(linear, { transition: matrixOf(rows) }).step(1);
  return cyclesWith(
    (k) => ({ transition: { ...step, noise }, steps: stepCounts[k]! }),
    vectorOf([r0!, r1!]),
  );
};
const linearAt = { a00: 0.9, a12: 0.1, q0: 0.3, q1: 0.1, r0: 0.4, r1: 0.9 };

test("kalman: entries of the transition, Q and R, with gaps and irregular times", () => {
  const loss: Loss = (p) => run(kalman(), prior, linearCycles(p), key(0));
  expect(gradientError("kalman", loss, linearAt)).toBeLessThan(tolerance);
});

test("enkf: entries of the transition, Q, R and the inflation", () => {
  const loss: Loss = (p) => {
    const filter = enkf({ members: 12, covarianceInflation: p.phi! });
    return run(filter, prior, linearCycles(p), key(5));
  };
  expect(gradientError("enkf", loss, { ...linearAt, phi: 0.2 })).toBeLessThan(tolerance);
});

/**
 * Steps are short enough for ancestors and decisions to stay as they are: the derivative holds them
 * fixed. The rounding of |ℓ| ≈ 20 over steps of 10⁻⁵ leaves some 10⁻¹⁰ of a slope of order 1.
 */
test.each([
  ["particle", particle, {}],
  ["optimalParticle", optimalParticle, { h: 0.4 }],
] as const)("%s: entries of the transition, Q, R and the kernels", (name, make, kernel) => {
  const loss: Loss = (p) => {
    const filter = make({
      ...{ members: 40, resampleBelow: 0.9, regularisation: p.s! },
      ...("h" in kernel ? { proposalRegularisation: p.h! } : {}),
    }) as Filter<ParticleState>;
    return run(filter, prior, linearCycles(p), key(5));
  };
  const at = { ...linearAt, s: 0.8, ...kernel };
  expect(gradientError(name, loss, at, 1e-5)).toBeLessThan(tolerance);
});

test("kalman: the mean motion of Clohessy and Wiltshire, through exp(A(n) h)", () => {
  const record = observationSeries({
    times: [0, 10, 20, 35],
    values: [
      [1, 0.5, 1],
      [0.9, 0.6, Number.NaN],
      [1.2, 0.2, 0.7],
      [0.8, 0.1, 0.9],
    ],
  });
  const before: Gaussian = {
    mean: tensor([1, 0.5, 1, -0.001375, -0.000275, -0.001375]),
    covariance: { kind: "diagonal", variance: 1 },
  };
  const loss: Loss = ({ n, q }) => {
    const ways = propagations(
      bindModel(clohessyWiltshire, { meanMotion: n! }),
      q!,
      record.intervals,
      10,
    );
    const cycles = ways.map((way, k) => ({
      ...way,
      observation: observationAt(record, k, observeComponents([0, 1, 2]), 0.1),
    }));
    return run(kalman(), before, cycles, key(0));
  };
  expect(gradientError("clohessy-wiltshire", loss, { n: 0.013, q: 0.1 })).toBeLessThan(tolerance);
});

test.each<Coordinates>(["log", "abundance"])(
  "enkf: rates of Lotka and Volterra, Q, R and the inflation, in %s",
  (coordinates) => {
    const record = observationSeries(
      {
        times: [0, 1, 2, 3, 4.5],
        values: [
          [30, 4],
          [47.2, 6.1],
          [70.2, 9.8],
          [77.4, Number.NaN],
          [36.3, 59.4],
        ],
      },
      "log",
    );
    const log = coordinates === "log";
    const operator = log ? observeComponents([0, 1]) : observeLog([0, 1]);
    const before: Gaussian = log
      ? {
          mean: tensor([Math.log(30), Math.log(4)]),
          covariance: { kind: "diagonal", variance: 0.1 },
        }
      : {
          mean: tensor([30, 4]),
          covariance: { kind: "diagonal", variance: tensor([9, 0.2]) },
          support: "positive",
        };
    const scale = log ? 1 : 20;
    const loss: Loss = (p) => {
      const rates = {
        preyGrowth: p.alpha!,
        predation: p.beta!,
        predatorDeath: p.gamma!,
        conversion: p.delta!,
        coordinates,
      };
      const noise = mul(scale, p.q!);
      const model = bindModel(lotkaVolterra, rates, { substeps: 2 });
      const ways = propagations(model, noise, record.intervals, 0.5);
      const cycles = ways.map((way, k) => ({
        ...way,
        observation: observationAt(record, k, operator, p.r!),
      }));
      const filter = enkf({ members: 20, covarianceInflation: p.phi! });
      return run(filter, before, cycles, key(11));
    };
    const at = { alpha: 0.55, beta: 0.028, gamma: 0.8, delta: 0.024, q: 0.01, r: 0.06, phi: 0.1 };
    expect(gradientError(`lotka-volterra, ${coordinates}`, loss, at)).toBeLessThan(tolerance);
  },
);

test("a batch's gradient is the sum of its members' gradients", () => {
  const ys = [
    [0.7, -1.1],
    [2, 0.4],
  ];
  const lossOf = (y: Tensor) => (p: Parameters) => {
    const [first] = linearCycles(p);
    const cycle = { ...first!, steps: 1, observation: { ...first!.observation!, y, mask: null } };
    return run(kalman(), prior, [cycle], key(0));
  };
  const p = Object.fromEntries(Object.entries(linearAt).map(([k, v]) => [k, tensor(v)]));
  const total = (y: Tensor) => valueAndGrad((x: Parameters) => sum(lossOf(y)(x)))(p);
  const together = total(tensor(ys)).gradient;
  const alone = ys.map((y) => total(tensor(y)).gradient);
  for (const name of Object.keys(linearAt)) {
    const parts = alone.map((g) => (g[name] as Tensor).item());
    expect((together[name] as Tensor).item()).toBeCloseTo(parts[0]! + parts[1]!, 12);
  }
});
