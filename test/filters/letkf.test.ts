/** The LETKF against the ETKF, against loops over points in plain numbers, and its symmetries. */
import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  gather,
  index,
  indices,
  mean,
  mul,
  roll,
  slice,
  sqrt,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from "../../src/engine/index.js";
import {
  assimilate,
  type Cycle,
  cycleKeys,
  etkfAnalysis,
  filterCycle,
  gridPositions,
  type LetkfParams,
  letkf,
  letkfAnalysis,
  type Neighbours,
  neighbours,
} from "../../src/filters/index.js";
import {
  bindModel,
  earthRadius,
  gaussianGrid,
  lorenz96,
  sphereGeometry,
} from "../../src/models/index.js";
import {
  type Observation,
  type Operator,
  observeAll,
  observeComponents,
  observeExp,
  observeIndices,
} from "../../src/observe/index.js";
import {
  type Domain,
  distanceOn,
  gaspariCohnAt,
  type Position,
  type Scalar,
} from "../../src/prob/index.js";
import { foldIn, type Key, key, normal } from "../../src/random/index.js";
import { distance, expectClose } from "../support/close.js";
import { type Matrix, make } from "../support/dense.js";
import { slopesOf } from "../support/differences.js";
import { eigen } from "../twin/symmetric.js";

const rows = (x: Tensor): Matrix => x.toArray() as Matrix;
const numbers = (x: Tensor): number[] => x.toArray() as number[];

/** The local analysis as Hunt et al. write it, a point at a time, over all observations. */
function plainAnalysis(
  E: Matrix,
  hE: Matrix,
  y: number[],
  R: number[],
  weight: (i: number, j: number) => number,
): Matrix {
  const [N, d, m] = [E.length, E[0]!.length, y.length];
  const means = (X: Matrix) => X[0]!.map((_, j) => X.reduce((t, row) => t + row[j]!, 0) / N);
  const [xbar, ybar] = [means(E), means(hE)];
  const Y = hE.map((row) => row.map((v, j) => v - ybar[j]!));
  const out = make(N, d, () => 0);
  for (let i = 0; i < d; i++) {
    const G = make(N, N, (k, l) => (k === l ? N - 1 : 0));
    const b = new Array<number>(N).fill(0);
    for (let j = 0; j < m; j++) {
      const c = weight(i, j) / R[j]!;
      for (let k = 0; k < N; k++) {
        for (let l = 0; l < N; l++) G[k]![l]! += c * Y[k]![j]! * Y[l]![j]!;
        b[k]! += c * Y[k]![j]! * (y[j]! - ybar[j]!);
      }
    }
    const { values, vectors: V } = eigen(Float64Array.from(G.flat()), N)!;
    const power = (p: number) =>
      make(N, N, (k, l) =>
        values.reduce((t, w, a) => t + V[k * N + a]! * V[l * N + a]! * w ** p, 0),
      );
    const [inverse, root] = [power(-1), power(-0.5)];
    const w = inverse.map((row) => row.reduce((t, v, k) => t + v * b[k]!, 0));
    for (let n = 0; n < N; n++) {
      out[n]![i] = xbar[i]!;
      for (let k = 0; k < N; k++) {
        out[n]![i]! += (E[k]![i]! - xbar[i]!) * (w[k]! + Math.sqrt(N - 1) * root[k]![n]!);
      }
    }
  }
  return out;
}

const grid = (d: number) => Array.from({ length: d }, (_, i) => i);
const ring = (length: number): Domain => ({ kind: "ring", length });
const ensemble = (N: number, d: number, seed = 1): Tensor =>
  add(tensor(grid(d).map((i) => Math.sin(i))), mul(0.8, normal(key(seed), [N, d])));

const observing = (operator: Operator, variance: Scalar = 0.6, seed = 9): Observation => ({
  ...{ y: normal(key(seed), [operator.size]), operator, variance, mask: null },
});

// eigenvalues and the sums of the local analyses err by some N ε of numbers of size 1 to 10
const rounding = 1e-12;

describe("against a loop over points", () => {
  const earth: Domain = { kind: "sphere", radius: earthRadius };
  const places = sphereGeometry(gaussianGrid(9)).positions;
  const cases: [string, number, number, Position[], number[], Domain, number, number][] = [
    ["a ring, all observed", 6, 40, grid(40), grid(40), ring(40), 7.28, 14.56],
    [
      "a ring, every third, many patches",
      5,
      300,
      grid(300),
      grid(300).filter((i) => i % 3 === 0),
      ring(300),
      4,
      9,
    ],
    ["a line", 7, 290, grid(290), grid(290).slice(20, 200), { kind: "line" }, 5, 10],
    [
      "a line of uneven positions",
      4,
      60,
      grid(60).map((i) => (i * i) / 60),
      grid(60),
      { kind: "line" },
      3,
      6,
    ],
    ["members in plenty", 30, 24, grid(24), grid(24), ring(24), 4, 8],
    [
      "a grid on the sphere, every fifth",
      5,
      places.length,
      [...places],
      grid(places.length).filter((i) => i % 5 === 0),
      earth,
      1.5,
      3,
    ],
  ];
  test.each(cases)("%s", (_, N, d, state, seen, domain, c, reach) => {
    const E = ensemble(N, d);
    const operator = observeComponents(seen);
    const R = tensor(seen.map((_, j) => 0.3 + (j % 5) / 4));
    const observation = observing(operator, R);
    const observed = seen.map((i) => state[i]!);
    const near = neighbours({ state, observed }, { domain, reach });
    const weight = (i: number, j: number) =>
      gaspariCohnAt(distanceOn(domain, state[i]!, observed[j]!) / c);
    const expected = plainAnalysis(
      rows(E),
      rows(operator.apply(E)),
      numbers(observation.y),
      numbers(R),
      weight,
    );
    const analysed = (halfWidth: Scalar) =>
      letkfAnalysis(E, observation, { neighbours: near, halfWidth }).state;
    expectClose(analysed(c), expected, rounding * 10);
    expectClose(analysed(tensor(c)), expected, rounding * 10);
  });

  test("components in blocks, by their mean position", () => {
    const [N, d, block] = [5, 301, 2] as const;
    const E = ensemble(N, d);
    const observation = observing(observeAll(d));
    const near = neighbours({ state: grid(d) }, { domain: ring(d), reach: 8, block });
    const middle = (i: number) => (i < d - 1 ? 2 * Math.floor(i / 2) + 0.5 : d - 1.5);
    const weight = (i: number, j: number) => {
      // the last block reaches back over the one before
      const at = i === d - 2 ? d - 1.5 : middle(i);
      return gaspariCohnAt(distanceOn(ring(d), at, j) / 4);
    };
    const R = grid(d).map(() => 0.6);
    const expected = plainAnalysis(rows(E), rows(E), numbers(observation.y), R, weight);
    const { state } = letkfAnalysis(E, observation, { neighbours: near, halfWidth: 4 });
    expectClose(state, expected, rounding * 10);
  });

  test("an operator that is not linear, by its members", () => {
    const [N, d, seen] = [6, 30, [0, 7, 8, 9, 21]] as const;
    const E = mul(0.3, ensemble(N, d));
    const operator = observeExp(seen);
    const observation = observing(operator);
    const near = neighbours(gridPositions(d, seen), { domain: ring(d), reach: 8 });
    const weight = (i: number, j: number) => gaspariCohnAt(distanceOn(ring(d), i, seen[j]!) / 4);
    const R = seen.map(() => 0.6);
    const expected = plainAnalysis(
      rows(E),
      rows(operator.apply(E)),
      numbers(observation.y),
      R,
      weight,
    );
    const { state } = letkfAnalysis(E, observation, { neighbours: near, halfWidth: 4 });
    expectClose(state, expected, rounding);
  });
});

describe("limits", () => {
  test("a half-width without end: the ETKF", () => {
    const [N, d] = [8, 30];
    const E = ensemble(N, d);
    const observation = observing(observeAll(d));
    const near = neighbours({ state: grid(d) }, { domain: ring(d), reach: Infinity });
    const all = { neighbours: near, halfWidth: Infinity };
    for (const phi of [0, 0.2]) {
      const { state } = letkfAnalysis(E, observation, all, phi);
      expectClose(state, etkfAnalysis(E, observation, phi).state, rounding);
    }
  });

  test("no observation near: the forecast", () => {
    const [N, d] = [5, 300];
    const E = ensemble(N, d);
    const near = neighbours(gridPositions(d, [150]), { domain: { kind: "line" }, reach: 6 });
    const params = { neighbours: near, halfWidth: 3 };
    const { state } = letkfAnalysis(E, observing(observeComponents([150])), params);
    const moved = rows(state).map((row, n) => row.map((v, i) => Math.abs(v - rows(E)[n]![i]!)));
    for (let i = 0; i < d; i++) {
      const most = Math.max(...moved.map((row) => row[i]!));
      if (Math.abs(i - 150) >= 6) expect(most).toBeLessThan(rounding);
      else expect(most).toBeGreaterThan(1e-6);
    }
  });

  test("nothing observed at all", () => {
    const E = ensemble(4, 20);
    const near = neighbours(gridPositions(20, []), { domain: ring(20), reach: 6 });
    const params = { neighbours: near, halfWidth: 3 };
    const { state, logEvidence } = letkfAnalysis(E, observing(observeComponents([])), params);
    expectClose(state, E, rounding);
    expect(logEvidence.item()).toBeCloseTo(0, 12);
  });
});

describe("symmetries", () => {
  const [N, d] = [6, 300];
  const near = neighbours({ state: grid(d) }, { domain: ring(d), reach: 9 });
  const params = { neighbours: near, halfWidth: 4.5 };
  const observation = observing(observeAll(d));
  const E = ensemble(N, d);
  const { state } = letkfAnalysis(E, observation, params);

  test("round the ring", () => {
    const turned = { ...observation, y: roll(observation.y, 37, -1) };
    expectClose(
      letkfAnalysis(roll(E, 37, -1), turned, params).state,
      roll(state, 37, -1),
      rounding,
    );
  });

  test("members in another order", () => {
    const order = indices([3, 0, 5, 1, 4, 2]);
    const permuted = letkfAnalysis(gather(E, order, -2), observation, params).state;
    expectClose(permuted, gather(state, order, -2), rounding);
  });

  test("components in another order", () => {
    const order = grid(d).map((i) => (i * 77) % d);
    const other = neighbours({ state: order }, { domain: ring(d), reach: 9 });
    const at = indices(order);
    const shuffled = { ...observation, y: gather(observation.y, at, -1) };
    const permuted = letkfAnalysis(gather(E, at, -1), shuffled, { ...params, neighbours: other });
    expectClose(permuted.state, gather(state, at, -1), rounding);
  });

  test("trajectories together as alone", () => {
    const Es = [E, ensemble(N, d, 2)];
    const ys = [observation.y, normal(key(10), [d])];
    const together = letkfAnalysis(stack(Es), { ...observation, y: stack(ys) }, params);
    Es.forEach((alone, b) => {
      const one = letkfAnalysis(alone, { ...observation, y: ys[b]! }, params);
      expectClose(index(together.state, 0, b), one.state, rounding);
      expectClose(index(together.logEvidence, 0, b), one.logEvidence, 1e-10);
    });
  });

  test("f32 to its rounding", () => {
    const short = (x: Tensor) => tensor(x.data(), { shape: x.shape, dtype: "f32" });
    const seen = { ...observation, y: short(observation.y) };
    const close = letkfAnalysis(short(E), seen, params);
    expect(close.state.dtype).toBe("f32");
    // 2⁻²⁴ of numbers up to 3, through sums of 20 terms and eigenvalues of 6 × 6
    expect(distance(close.state, state)).toBeLessThan(2e-5);
  });
});

describe("gaps, and positions that change", () => {
  const [N, d] = [5, 40];
  const E = ensemble(N, d);
  const onGrid = neighbours({ state: grid(d) }, { domain: ring(d), reach: 8 });
  const seen = [1, 4, 5, 11, 30, 39];
  const operator = observeComponents(seen);
  const observation = observing(operator, 0.7);
  const near = neighbours(gridPositions(d, seen), { domain: ring(d), reach: 8 });
  const expected = letkfAnalysis(E, observation, { neighbours: near, halfWidth: 4 });

  test("a gap is an observation less", () => {
    const all = observeAll(d);
    const mask = tensor(grid(d).map((i) => Number(seen.includes(i))));
    const values = grid(d).map((i) => {
      const j = seen.indexOf(i);
      return j < 0 ? 99 : numbers(observation.y)[j]!;
    });
    const gappy = { ...{ y: tensor(values), operator: all, variance: 0.7, mask } };
    const found = letkfAnalysis(E, gappy, { neighbours: onGrid, halfWidth: 4 });
    expectClose(found.state, expected.state, rounding);
    expectClose(found.logEvidence, expected.logEvidence, rounding * 10);
    expectClose(found.chiSquare, expected.chiSquare, rounding * 10);
    const unseen = numbers(found.innovation).filter((_, i) => !seen.includes(i));
    expect(unseen.every((w) => w === 0)).toBe(true);
  });

  test.each<[string, Operator]>([
    ["components in a list", operator],
    ["positions in a tensor", observeIndices(indices(seen), d)],
  ])("every component a site: %s", (_, picking) => {
    const found = letkfAnalysis(
      E,
      { ...observation, operator: picking },
      { neighbours: onGrid, halfWidth: 4 },
    );
    expectClose(found.state, expected.state, rounding);
    expectClose(found.logEvidence, expected.logEvidence, rounding);
  });

  test("positions of each trajectory", () => {
    const others = [0, 2, 3, 17, 18, 33];
    const two = observeIndices(indices([...seen, ...others]), d);
    const positions = stack([indices(seen), indices(others)]);
    const both = {
      ...observation,
      operator: observeIndices(positions, d),
      y: stack([observation.y, observation.y]),
    };
    const found = letkfAnalysis(stack([E, E]), both, { neighbours: onGrid, halfWidth: 4 });
    expect(two.size).toBe(12);
    expectClose(index(found.state, 0, 0), expected.state, rounding);
  });
});

test("ℓ is the sum of the observations' own log-densities", () => {
  const [N, d, seen] = [6, 12, [0, 5, 6]] as const;
  const E = ensemble(N, d);
  const R = [0.4, 1.1, 0.2];
  const observation = observing(observeComponents(seen), tensor(R));
  const near = neighbours(gridPositions(d, seen), { domain: ring(d), reach: 8 });
  const { logEvidence, innovation, chiSquare } = letkfAnalysis(E, observation, {
    neighbours: near,
    halfWidth: 4,
  });
  let [total, square] = [0, 0];
  seen.forEach((i, j) => {
    const values = rows(E).map((row) => row[i]!);
    const mean = values.reduce((t, v) => t + v, 0) / N;
    const V = values.reduce((t, v) => t + (v - mean) ** 2, 0) / (N - 1) + R[j]!;
    const r = numbers(observation.y)[j]! - mean;
    expect(numbers(innovation)[j]!).toBeCloseTo(r / Math.sqrt(V), 12);
    total -= 0.5 * (r ** 2 / V + Math.log(2 * Math.PI * V));
    square += r ** 2 / V;
  });
  expect(logEvidence.item()).toBeCloseTo(total, 11);
  expect(chiSquare.item()).toBeCloseTo(square, 11);
});

type Learned = Record<"inflation" | "halfWidth" | "variance" | "forcing", Tensor>;

/** −ℓ of a window of the twin's observations, as a function of what is learned. */
function windowLoss(d: number, near: Neighbours, mask: Tensor | null = null) {
  const y = normal(key(21), [3, d]);
  return (p: Learned): Tensor => {
    const params: LetkfParams = {
      ...{ members: 5, neighbours: near, halfWidth: p.halfWidth },
      ...{ inflation: p.inflation, rotate: true },
    };
    const transition = bindModel(lorenz96, { dimension: d, forcing: p.forcing }).step(0.05);
    const cycles = grid(3).map((t): Cycle => {
      const observation = {
        y: index(y, 0, t),
        operator: observeAll(d),
        variance: p.variance,
        mask,
      };
      return { transition, steps: 1, observation };
    });
    const start = ensemble(5, d, 4);
    const { logEvidence, state } = assimilate(
      letkf(params),
      start,
      cycles,
      cycleKeys(key(5), 0, 3),
    );
    // what the last analysis does, too
    return sum(add(mul(-1, logEvidence), mul(0.1, sum(mul(state, state)))));
  };
}

const learned = (x: typeof at): Learned => ({
  inflation: tensor(x.inflation),
  halfWidth: tensor(x.halfWidth),
  variance: tensor(x.variance),
  forcing: tensor(x.forcing),
});
const at = { inflation: 1.05, halfWidth: 3.3, variance: 0.8, forcing: 7.7 };

test.each([
  ["one run", 20, null],
  ["two runs, with gaps", 300, 7],
])("gradients of a window: %s", (_, d, gaps) => {
  const near = neighbours({ state: grid(d) }, { domain: ring(d), reach: 13 });
  const mask = gaps === null ? null : tensor(grid(d).map((i) => Number(i % gaps !== 0)));
  const loss = windowLoss(d, near, mask);
  const { gradient } = capture(valueAndGrad(loss))(learned(at));
  const value = capture(loss);
  const slopes = slopesOf((x: typeof at) => {
    return value(learned(x)).item();
  }, at);
  for (const name of Object.keys(at) as (keyof typeof at)[]) {
    const [exact, found] = [slopes[name], gradient[name].item()];
    expect(Math.abs(exact)).toBeGreaterThan(1e-3);
    // steps of 10⁻³: error 10⁻¹² of the fifth derivative; rounding 10⁻¹⁶ · loss/10⁻³
    expect(Math.abs(found - exact) / Math.abs(exact), name).toBeLessThan(1e-7);
  }
});

test("memory and work are linear in d, of a gradient, too", () => {
  const cost = (d: number) => {
    const near = neighbours({ state: grid(d) }, { domain: ring(d), reach: 13 });
    const of = capture(valueAndGrad(windowLoss(d, near)));
    of(learned(at));
    const { bytes, instructions } = of.statistics();
    of.forget();
    return { bytes, instructions };
  };
  const [small, large] = [cost(1000), cost(8000)];
  // per component no more for eight times as many; a part of quadratic cost would show
  expect(large.bytes / 8).toBeLessThan(1.02 * small.bytes);
  expect(large.instructions / 8).toBeLessThan(1.02 * small.instructions);
});

// DAPPER's scores of Lorenz-96, d = 40, fully observed with R = 1 every 0.05 (sakov2008.py and
// hoteit2015.py of its models; N = 7 after bocquet2011, figure 6). Its radius r is c = 1.82 r.
test.each([
  [7, 1.04, 4, 0.22],
  [10, 1.04, 6, 0.2],
])("published error of N = %i, λ = %f, radius %i: %f", (N, inflation, radius, published) => {
  const d = 40;
  const halfWidth = 1.82 * radius;
  const near = neighbours({ state: grid(d) }, { domain: ring(d), reach: 2 * halfWidth });
  const filter = letkf({ members: N, neighbours: near, halfWidth, inflation, rotate: true });
  const transition = bindModel(lorenz96, { dimension: d, forcing: 8 }).step(0.05);
  const cycle = capture((x: Tensor, E: Tensor, noise: Tensor, at: Key) => {
    const truth = transition.map(x);
    const observation = { ...observing(observeAll(d), 1), y: add(truth, noise) };
    const { analysis } = filterCycle(filter, E, { transition, steps: 1, observation }, at);
    const error = sqrt(mean(square(sub(mean(analysis, -2), truth))));
    return { truth, analysis, error };
  });
  let [x, total] = [add(8, normal(key(1), [d])), 0];
  for (let t = 0; t < 200; t++) x = transition.map(x);
  let E = add(x, normal(key(2), [N, d]));
  const [spinup, counted] = [200, 3000];
  for (let t = 0; t < spinup + counted; t++) {
    const step = cycle(x, E, normal(foldIn(key(3), t), [d]), foldIn(key(4), t));
    [x, E] = [step.truth, step.analysis];
    if (t >= spinup) total += step.error.item();
  }
  // two digits are published (± 0.005); a mean of 3000 cycles is known to some 2 %
  expect(Math.abs(total / counted - published)).toBeLessThan(0.01);
});

test("what does not fit is refused", () => {
  const d = 12;
  const E = ensemble(4, d);
  const near = neighbours({ state: grid(d) }, { domain: ring(d), reach: 5 });
  const params = { members: 4, neighbours: near, halfWidth: 2.5 };
  expect(() => letkf({ ...params, halfWidth: 3 })).toThrow(
    /half-width is 3, the neighbours reach 5; need .* cut-off.* is within the reach.*reach of 6 or more/,
  );
  expect(() => letkf({ ...params, halfWidth: 0 })).toThrow(/half-width is 0/);
  expect(() => letkf({ ...params, members: 1 })).toThrow(/letkf: members is 1/);
  const all = observing(observeAll(d));
  expect(() =>
    letkfAnalysis(
      slice(E, -1, 0, 9),
      { ...all, operator: observeAll(9), y: slice(all.y, 0, 0, 9) },
      params,
    ),
  ).toThrow(/ensemble is \[4,9\]; need \[\.\.\., N, 12\]/);
  expect(() => letkfAnalysis(E, observing(observeExp([1])), params)).toThrow(
    /"exp" picks no components; give the neighbours the positions/,
  );
  const fixed = neighbours(gridPositions(d, [1, 2]), { domain: ring(d), reach: 5 });
  expect(() => letkfAnalysis(E, all, { ...params, neighbours: fixed })).toThrow(
    /neighbours have 2 positions observed, the operator "components" gives 12 values/,
  );
});
