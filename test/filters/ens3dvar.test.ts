import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  expandDims,
  index,
  neg,
  sigmoid,
  slice,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from "../../src/engine/index.js";
import {
  assimilate,
  type Cycle,
  cycleKeys,
  enkfAnalysis,
  ens3dvar,
  ens3dvarAnalysis,
  gridPositions,
  observedTaper,
  stateTaper,
  staticGain,
  threedvarAnalysis,
} from "../../src/filters/index.js";
import { linearTransition, withNoise } from "../../src/models/index.js";
import {
  type Observation,
  observeComponents,
  observedCovariance,
  observeExp,
  observeMatrix,
} from "../../src/observe/index.js";
import { type Covariance, formCovariance, taperMatrix } from "../../src/prob/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { covariances, dimension as d } from "../support/covariances.js";
import {
  factor,
  flip,
  identityMatrix,
  type Matrix,
  make,
  solveLower,
  times,
  timesVector,
} from "../support/dense.js";
import { slopeOf } from "../support/differences.js";

const N = 7;
const E = normal(key(1), [2, N, d]);
const epsilon = normal(key(2), [2, N, 2]);
const operators = [
  observeComponents([0, 3]),
  observeMatrix(tensor(make(2, d, (i, j) => Math.cos(i + 2 * j)))),
];
const seen = (operator = operators[0]!): Observation => ({
  ...{ y: normal(key(3), [2, 2]), operator, variance: tensor([0.4, 0.9]), mask: null },
});
const ring = { domain: { kind: "ring", length: d }, halfWidth: 1.3 } as const;
const taper = observedTaper(gridPositions(d, [0, 3]), ring);
const { C } = covariances[1]!;

describe("φ₁ = 1 is the EnKF to the last bit", () => {
  test.each([
    ["plain", seen(), {}],
    ["with a taper", seen(), { taper }],
    ["through a matrix", seen(operators[1]), {}],
    [
      "with gaps",
      {
        ...seen(),
        mask: tensor([
          [1, 0],
          [1, 1],
        ]),
      },
      { taper },
    ],
  ])("%s", (_, observation, more) => {
    const inflation = { covarianceInflation: 0.2, ...more };
    const hybrid = { ...inflation, covariance: C, mixing: 1 };
    const ours = ens3dvarAnalysis(E, observation, hybrid, epsilon);
    const plain = enkfAnalysis(E, observation, inflation, epsilon);
    expectClose(ours.state, plain.state, 0);
    expectClose(ours.logEvidence, plain.logEvidence, 0);
  });
});

describe.each(covariances)("φ₁ = 0 with $name", ({ C: covariance }) => {
  test.each(operators)("$name: every member has the gain of 3DVar-C for its own y + ε", (op) => {
    const observation = seen(op);
    const hybrid = { covarianceInflation: 0.2, covariance, mixing: 0 };
    const ours = ens3dvarAnalysis(E, observation, hybrid, epsilon);
    const gain = staticGain(covariance, observation);
    const perturbed = { ...observation, y: add(expandDims(observation.y, -2), epsilon) };
    expectClose(ours.state, threedvarAnalysis(E, perturbed, gain).state, 1e-13);
    const mean = tensor(
      [0, 1].map((b) => {
        const rows = index(E, 0, b).toArray() as Matrix;
        return rows[0]!.map((_, j) => rows.reduce((t, row) => t + row[j]!, 0) / N);
      }),
    );
    const atMean = threedvarAnalysis(mean, observation, gain);
    expectClose(ours.logEvidence, atMean.logEvidence, 1e-12);
  });
});

describe.each([
  ["fewer members than components", 4],
  ["more members than components", 7],
])("%s: between the two, the analysis is that of eq. 9 with d×d matrices", (_, members) => {
  const [share, phi, R] = [0.3, 0.1, 0.5];
  const rows = slice(index(E, 0, 0), 0, 0, members);
  const eps = slice(index(epsilon, 0, 0), 0, 0, members);
  const y = [0.4, -0.3];

  test.each(operators)("$name", (operator) => {
    const inflation = operator === operators[0] ? { taper } : {};
    const rho =
      operator === operators[0]
        ? (taperMatrix([0, 1, 2, 3, 4], [0, 1, 2, 3, 4], ring).toArray() as Matrix)
        : make(d, d, () => 1);
    const members_ = rows.toArray() as Matrix;
    const mean = members_[0]!.map((_, j) => members_.reduce((t, x) => t + x[j]!, 0) / members);
    const A = members_.map((x) => x.map((v, j) => v - mean[j]!));
    const sample = times(flip(A), A).map((row) => row.map((v) => v / (members - 1)));
    const still = formCovariance(C, d).toArray() as Matrix;
    const mixed = make(
      d,
      d,
      (i, j) => (1 - share) * still[i]![j]! + share * (1 + phi) * rho[i]![j]! * sample[i]![j]!,
    );
    const H = operator.matrix(d)!.toArray() as Matrix;
    const HC = times(H, mixed);
    const S = times(HC, flip(H)).map((row, i) => row.map((v, j) => v + (i === j ? R : 0)));
    const L = factor(S);
    const inverse = solveLower(L, identityMatrix(2));
    const gain = flip(times(times(flip(inverse), inverse), HC)); // [d, m]
    const expected = members_.map((x, n) => {
      const Hx = timesVector(H, x);
      const r = y.map((v, k) => v + (eps.toArray() as Matrix)[n]![k]! - Hx[k]!);
      return timesVector(gain, r).map((v, j) => v + x[j]!);
    });
    const hybrid = { covarianceInflation: phi, covariance: C, mixing: share, ...inflation };
    const observation = { y: tensor(y), operator, variance: R, mask: null };
    const ours = ens3dvarAnalysis(rows, observation, hybrid, eps);
    expectClose(ours.state, expected, 1e-12);
    const Hm = timesVector(H, mean);
    const w = timesVector(
      inverse,
      y.map((v, k) => v - Hm[k]!),
    );
    const logDet = 2 * L.reduce((t, row, i) => t + Math.log(row[i]!), 0);
    const chi = w.reduce((t, v) => t + v * v, 0);
    expectClose(ours.logEvidence, -0.5 * (chi + logDet + 2 * Math.log(2 * Math.PI)), 1e-12);
  });
});

/** A window of three cycles with all that may be learned. */
interface Learned {
  readonly B: Tensor;
  readonly mixing: Tensor;
  readonly phi: Tensor;
  readonly halfWidth: Tensor;
  readonly q: Tensor;
}

function loss(fixed: boolean) {
  const operator = operators[0]!;
  const F = tensor(make(d, d, (i, j) => 0.4 * Math.sin(i - 2 * j) + (i === j ? 0.5 : 0)));
  return ({ B, mixing, phi, halfWidth, q }: Learned): Tensor => {
    const covariance: Covariance = {
      ...{ kind: "update", base: { kind: "diagonal", variance: 0.3 }, factor: B },
    };
    const places = [0, 1, 2, 3, 4];
    const filter = ens3dvar({
      ...{ members: N, covariance, mixing: sigmoid(mixing), covarianceInflation: sigmoid(phi) },
      taper: stateTaper(places, { ...ring, halfWidth }),
      ...(fixed ? { operator } : {}),
    });
    const transition = withNoise(linearTransition(F), q);
    const cycles = [0, 1, 2].map(
      (t): Cycle => ({
        ...{ transition, steps: 1 },
        observation: {
          ...{ operator, variance: 0.4, y: normal(key(20 + t), [2, 2]) },
          mask: t === 1 ? tensor([1, 0]) : null,
        },
      }),
    );
    return neg(sum(assimilate(filter, E, cycles, cycleKeys(key(5), 0, 3)).logEvidence));
  };
}

const at: Learned = {
  B: tensor(make(d, 2, (i, j) => 0.5 * Math.sin(1 + i + 2 * j))),
  ...{ mixing: tensor(0.3), phi: tensor(-1), halfWidth: tensor(1.3), q: tensor(0.2) },
};

test("a window's gradient in B, φ₁, φ, the half-width and Q equals differences", () => {
  const { gradient } = capture(valueAndGrad(loss(false)))(at);
  const replay = capture(loss(false));
  for (const name of ["mixing", "phi", "halfWidth", "q"] as const) {
    const along = (v: number) => replay({ ...at, [name]: tensor(v) }).item();
    const slope = slopeOf(along, at[name].item(), 1e-3);
    expect(Math.abs(gradient[name].item() - slope)).toBeLessThan(1e-6 * Math.abs(slope));
  }
  const B = [...at.B.data()];
  B.forEach((v, i) => {
    const along = (w: number) =>
      replay({ ...at, B: tensor(B.with(i, w), { shape: [d, 2] }) }).item();
    expect([...gradient.B.data()][i]).toBeCloseTo(slopeOf(along, v, 1e-3), 7);
  });
});

test("with H known beforehand, value and gradient are the same", () => {
  const [once, each] = [true, false].map((fixed) => valueAndGrad(loss(fixed))(at));
  expectClose(once!.value, each!.value, 1e-13);
  expectClose(once!.gradient.B, each!.gradient.B, 1e-12);
});

test("H C may be given to the analysis", () => {
  const hybrid = { covarianceInflation: 0, covariance: C, mixing: 0.5 };
  const known = observedCovariance("test", C, operators[0]!);
  const [a, b] = [known, undefined].map((each) =>
    ens3dvarAnalysis(E, seen(), hybrid, epsilon, each),
  );
  expectClose(a!.state, b!.state, 0);
});

test("what does not fit is refused with advice", () => {
  const params = { members: N, covarianceInflation: 0, covariance: C };
  expect(() => ens3dvar({ ...params, mixing: 1.2 })).toThrow(/need a number from 0 to 1/);
  expect(() => ens3dvar({ ...params, members: 1, mixing: 0.5 })).toThrow(/ens3dvar: members is 1/);
  const hybrid = { ...params, mixing: 0.5 };
  expect(() => ens3dvarAnalysis(slice(E, -1, 0, 4), seen(), hybrid, epsilon)).toThrow(
    /has 5 components, the members have 4/,
  );
  expect(() => ens3dvarAnalysis(E, seen(observeExp([0, 1])), hybrid, epsilon)).toThrow(
    /is not linear/,
  );
});
