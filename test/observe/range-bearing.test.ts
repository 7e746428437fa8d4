/** Polar coordinates, wrapped angles and the range-bearing operator, against plain Math. */
import { describe, expect, test } from "vitest";
import {
  add,
  cast,
  grad,
  index,
  jvp,
  mul,
  NumericError,
  sum,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import { observeRangeBearing, polar, wrapAngle } from "../../src/observe/index.js";
import { distance, expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";
import { expectDerivatives } from "../support/steps.js";

/** Directions in all octants, on all of their borders and beside them, and short and long vectors. */
const turns = Array.from({ length: 64 }, (_, i) => -Math.PI + ((i + 0.37) * Math.PI) / 32);
const points = [
  ...turns.map((a, i) => [10 ** ((i % 9) - 4) * Math.cos(a), 10 ** ((i % 9) - 4) * Math.sin(a)]),
  ...[-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => [x, y])).filter(([x, y]) => x || y),
  ...[1e-12, -1e-12].flatMap((e) => [
    [1, e],
    [-1, e],
    [e, 1],
    [e, -1],
    [1, 1 + e],
    [-1, 1 + e],
  ]),
] as [number, number][];
const xs = tensor(points.map(([x]) => x));
const ys = tensor(points.map(([, y]) => y));

describe("polar", () => {
  test("the angle is Math.atan2, the radius Math.hypot", () => {
    const { radius, angle } = polar(xs, ys);
    // Rounding of an angle up to π and of its sine and cosine: a few 2.2·10⁻¹⁶ of π.
    expectClose(
      angle,
      points.map(([x, y]) => Math.atan2(y, x)),
      2e-15,
    );
    const ratio = radius.toArray() as number[];
    ratio.forEach((r, i) => {
      expect(Math.abs(r / Math.hypot(...points[i]!) - 1)).toBeLessThan(1e-15);
    });
  });

  test("small angles keep their digits", () => {
    const small = polar(tensor([1, 2]), tensor([1e-9, -3e-14])).angle;
    // The last step starts within 1.7·10⁻⁷ of the angle, and a sine of that size is rounded by 10⁻²¹.
    expectClose(small, [1e-9, -1.5e-14], 5e-21);
  });

  test("in f32 to its rounding", () => {
    const { angle } = polar(cast(xs, "f32"), cast(ys, "f32"));
    const [x, y] = [xs, ys].map((v) => cast(cast(v, "f32"), "f64").toArray() as number[]);
    expectClose(
      cast(angle, "f64"),
      x!.map((u, i) => Math.atan2(y![i]!, u)),
      1e-6,
    );
  });

  test("derivatives of first and second order are those of atan2, on the borders of octants too", () => {
    const angle = (v: Tensor) => polar(index(v, 0, 0), index(v, 0, 1)).angle;
    for (const [x, y] of points.filter(
      ([u, v]) => Math.hypot(u, v) > 0.1 && Math.hypot(u, v) < 20,
    )) {
      const r2 = x * x + y * y;
      const gradient = grad(angle);
      // Rounding: derivatives are of the size 1/r and 1/r².
      expectClose(gradient(tensor([x, y])), [-y / r2, x / r2], 1e-14 / r2 + 1e-13);
      const second = jvp(gradient, tensor([x, y]), tensor([1, 0])).tangent;
      const hessian = [(2 * x * y) / r2 ** 2, (y * y - x * x) / r2 ** 2];
      expectClose(second, hessian, 1e-12 * (1 + 1 / r2));
    }
  });

  test("the origin is refused", () => {
    expect(() => polar(tensor([0]), tensor([0]))).toThrow(NumericError);
  });
});

describe("wrapAngle", () => {
  test("(−π, π], whole turns taken off, and angles inside stay as they are", () => {
    const inside = [Math.PI, 0, 1.25, -3.1, -1e-300];
    expect(distance(wrapAngle(tensor(inside)), inside)).toBe(0);
    expectClose(wrapAngle(tensor([-Math.PI])), [Math.PI], 0);
    const given = [3.2, -3.2, 7, 2 * Math.PI + 0.3, -9.8, 100, -1000];
    const expected = given.map((a) => Math.atan2(Math.sin(a), Math.cos(a)));
    // 160 turns of 2π, rounded: 1000 · 2·10⁻¹⁶.
    expectClose(wrapAngle(tensor(given)), expected, 5e-13);
  });

  test("its derivative is 1", () => {
    const gradient = grad((a: Tensor) => sum(mul(wrapAngle(a), tensor([1, 2, 3]))));
    expect(distance(gradient(tensor([4, -1, 9])), [1, 2, 3])).toBe(0);
  });
});

describe("observeRangeBearing", () => {
  const sites = [
    [0, 0],
    [3, -1],
  ] as const;
  const operator = observeRangeBearing([2, 0], sites);
  const states = [
    [1, 9, -2, 0.5],
    [-4, 9, -0.3, 0],
  ];
  const expected = states.map(([y, , x]) =>
    sites.flatMap(([a, b]) => [Math.hypot(x! - a, y! - b), Math.atan2(y! - b, x! - a)]),
  );

  test("two values a site, for states with any leading axes", () => {
    expect(operator.size).toBe(4);
    expectClose(operator.apply(tensor(states)), expected, 2e-15);
    expectClose(operator.apply(tensor(states[0]!)), expected[0]!, 2e-15);
    expectClose(operator.apply(tensor([states, states])), [expected, expected], 2e-15);
    expect(operator.matrix(4)).toBeNull();
    expect(operator.linear).toBe(false);
  });

  // Differences of order four with steps of 10⁻³: h⁴ = 10⁻¹² and rounding 10⁻¹³.
  test("tangent and adjoint equal differences", () => {
    expectDerivatives(operator.apply, tensor(states), 1e-9);
    const bearing = (y: number) => index(operator.apply(tensor([y, 0, -2, 0])), 0, 1).item();
    const slope = jvp(operator.apply, tensor([1, 0, -2, 0]), tensor([1, 0, 0, 0])).tangent;
    expect(Math.abs(index(slope, 0, 1).item() - slopeOf(bearing, 1, 1e-3))).toBeLessThan(1e-9);
  });

  test("differences of bearings are wrapped, those of ranges are not", () => {
    const a = tensor([9, Math.PI - 0.1, 1, -3]);
    const b = tensor([1, -Math.PI + 0.2, 20, -2]);
    expectClose(operator.difference!(a, b), [8, -0.3, -19, -1], 1e-14);
    // It broadcasts as sub does.
    const rows = operator.difference!(add(tensor([[0], [1]]), a), b);
    expect(rows.shape).toEqual([2, 4]);
  });

  test("what does not fit is refused", () => {
    expect(() => observeRangeBearing([0, 1], [])).toThrow(/need one sensor site/);
    expect(() => observeRangeBearing([0, 1], [[0, Number.NaN]])).toThrow(/two finite numbers/);
    expect(() => observeRangeBearing([0, 5], [[0, 0]]).apply(tensor(states))).toThrow(
      /component 5/,
    );
    expect(() => observeRangeBearing([0, 1], [[1, 2]]).apply(tensor([1, 2]))).toThrow(NumericError);
  });
});
