/** Operators that are not linear, from their records: a tracked target that crosses ±π, and powers. */
import { describe, expect, test } from "vitest";
import { iteratedExtendedKalman, unscentedKalman } from "../../src/filters/index.js";
import { linear, lorenz96 } from "../../src/models/index.js";
import { operators, powerOperator, rangeBearingOperator } from "../../src/observe/index.js";
import { use } from "../../src/parts/index.js";
import { rowsOf, runFilter, simulate, stateSpace } from "../../src/problem/index.js";

/** A target (x, y, vx, vy) of constant velocity, west of a radar, that goes south across y = 0. */
const target = (mean: readonly number[]) =>
  stateSpace({
    model: linear,
    parameters: {
      transition: [
        [1, 0, 1, 0],
        [0, 1, 0, 1],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ],
    },
    processNoise: [1e-4, 1e-4, 1e-4, 1e-4],
    observe: use(rangeBearingOperator, { sites: [[0, 0]] }),
    noise: [0.02 ** 2, 0.02 ** 2],
    prior: { mean, variance: [0.04, 0.04, 1e-4, 1e-4] },
    seed: 5,
  });

const methods = [
  ["unscented-kalman", unscentedKalman()],
  ["iterated-extended-kalman", iteratedExtendedKalman()],
] as const;

describe("range-bearing", () => {
  const west = target([-4, 2, 0, -0.2]);
  const twin = simulate(west, { cycles: 25 });
  const bearings = twin.record.record.values.map((row) => row[1]!);

  test("the bearings of the target cross ±π, and have names", () => {
    expect(bearings.some((b) => b > 2.8)).toBe(true);
    expect(bearings.some((b) => b < -2.8)).toBe(true);
    expect(twin.record.record.columns).toEqual(["range", "bearing"]);
    for (const [k, [range, bearing]] of twin.record.record.values.entries()) {
      const [x, y] = twin.truth[k] as [number, number];
      // Five standard deviations of the errors.
      expect(Math.abs(range! - Math.hypot(x, y))).toBeLessThan(0.1);
      const off = bearing! - Math.atan2(y, x);
      expect(Math.abs(Math.atan2(Math.sin(off), Math.cos(off)))).toBeLessThan(0.1);
    }
  });

  test.each(methods)("the %s follows it across", (_, method) => {
    const run = runFilter(method, west, twin.record);
    const errors = rowsOf(run.analysis.mean).map((row, k) =>
      Math.hypot(row[0]! - twin.truth[k]![0]!, row[1]! - twin.truth[k]![1]!),
    );
    // One observation alone locates it to 0.02 in range and 4 · 0.02 across; filtered less.
    const mean = errors.reduce((sum, e) => sum + e, 0) / errors.length;
    expect(mean).toBeLessThan(0.08);
    expect(Math.max(...errors)).toBeLessThan(0.25);
    // χ² of two values observed has the mean 2 and the variance 4: three standard errors of 25.
    const chiSquare = run.chiSquare.reduce((sum, each) => sum + each, 0) / 25;
    expect(Math.abs(chiSquare - 2)).toBeLessThan((3 * 2) / Math.sqrt(25));
  });

  test.each(methods)("the %s gives turned states for the world turned by a half", (_, method) => {
    const east = target([4, -2, 0, 0.2]);
    const { times, values } = twin.record.record;
    const turned = values.map(([r, b]) => [r!, b! > 0 ? b! - Math.PI : b! + Math.PI]);
    const here = runFilter(method, west, { times, values });
    const there = runFilter(method, east, { times, values: turned });
    // The same numbers with other signs; adding π to a bearing rounds it by 4·10⁻¹⁶, and sigma points
    // and tangents magnify that by no more than the inverse of the errors' sizes.
    for (const [k, row] of rowsOf(there.analysis.mean).entries()) {
      row.forEach((x, i) => {
        expect(Math.abs(x + here.analysis.mean.data[4 * k + i]!)).toBeLessThan(1e-9);
      });
    }
    expect(Math.abs(there.logLikelihood! - here.logLikelihood!)).toBeLessThan(1e-9);
  });

  test("several sites have names of their own, and the position may be any two variables", () => {
    const system = stateSpace({
      model: lorenz96,
      parameters: { dimension: 5, forcing: 8 },
      observe: use(rangeBearingOperator, {
        sites: [
          [0, 0],
          [9, 9],
        ],
        indices: [3, 1],
      }),
      noise: 0.01,
      prior: { mean: [1, 2, 3, 4, 5], variance: 1e-12 },
      step: 0.01,
    });
    const { record, truth } = simulate(system, { cycles: 1 });
    expect(record.record.columns).toEqual(["range0", "bearing0", "range1", "bearing1"]);
    const [x, y] = [truth[0]![3]!, truth[0]![1]!];
    const expected = [Math.hypot(x, y), Math.atan2(y, x), Math.hypot(x - 9, y - 9)];
    // Five standard deviations of the errors, 0.1 each.
    expected.forEach((value, j) => {
      expect(Math.abs(record.record.values[0]![j]! - value)).toBeLessThan(0.5);
    });
  });

  test("wrong blocks are refused", () => {
    expect(() => use(rangeBearingOperator, {})).toThrow("range-bearing.sites: missing; need");
    expect(() => use(rangeBearingOperator, { sites: [[0]] })).toThrow(
      "range-bearing.sites.0: got [0]; need a list of points of 2 numbers",
    );
    expect(() => use(rangeBearingOperator, { sites: [[0, 0]], indices: [1] })).toThrow(
      "range-bearing.indices: has 1 variables; need two, those of x and y",
    );
    const plane = { model: lorenz96, parameters: { dimension: 4, forcing: 8 }, noise: 1 };
    const observe = use(rangeBearingOperator, { sites: [[0, 0]], indices: [0, 7] });
    expect(() => stateSpace({ ...plane, observe })).toThrow(
      "range-bearing.indices.1: got 7; the state has 4 variables",
    );
  });
});

describe("power", () => {
  const squares = (block: object) =>
    stateSpace({
      model: lorenz96,
      parameters: { dimension: 4, forcing: 8 },
      observe: use(powerOperator, { power: 2, ...block }),
      noise: 1e-6,
      prior: { mean: [1, -2, 3, 4], variance: 0.04 },
      step: 0.01,
    });

  test("observes a power of all variables, or of those of a list, with names", () => {
    const all = simulate(squares({}), { cycles: 3 });
    expect(all.record.record.columns).toEqual(["x0^2", "x1^2", "x2^2", "x3^2"]);
    const some = simulate(squares({ indices: [3, 1] }), { cycles: 3 });
    expect(some.record.record.columns).toEqual(["x3^2", "x1^2"]);
    for (const [k, row] of some.record.record.values.entries()) {
      // Five standard deviations of the errors, 0.001 each.
      expect(Math.abs(row[0]! - some.truth[k]![3]! ** 2)).toBeLessThan(0.005);
      expect(Math.abs(row[1]! - some.truth[k]![1]! ** 2)).toBeLessThan(0.005);
    }
  });

  test.each(methods)("the %s learns the sizes from precise squares", (_, method) => {
    const system = squares({});
    const twin = simulate(system, { cycles: 5 });
    const run = runFilter(method, system, twin.record);
    const last = rowsOf(run.analysis.mean).at(-1)!;
    // An error of 0.001 in x² is one of 0.0005/|x| in x; signs are known from the prior.
    last.forEach((x, i) => {
      expect(Math.abs(x - twin.truth.at(-1)![i]!)).toBeLessThan(0.01);
    });
  });

  test("wrong blocks are refused", () => {
    expect(() => use(powerOperator, { power: 0 })).toThrow(
      "power.power: got 0; need another number",
    );
    expect(() => squares({ indices: [0, 0] })).toThrow(
      "power.indices.1: variable 0 is observed twice",
    );
    expect(() => squares({ indices: [4] })).toThrow(
      "power.indices.0: got 4; the state has 4 variables",
    );
  });
});

test("each kind stands once in the list, and every parameter says what it is", () => {
  const kinds = operators.map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(kinds).toContain("range-bearing");
  expect(kinds).toContain("power");
  for (const { parameters } of operators) {
    for (const { about } of Object.values(parameters)) expect(about).toMatch(/^.{5,}[^.]$/);
  }
});
