import { expect, test } from "vitest";
import { type Domain, distanceOn, distances, type Position } from "../../src/prob/index.js";
import { expectClose } from "../support/close.js";

test("distances go the shorter way round a ring", () => {
  expect(distanceOn({ kind: "ring", length: 10 }, 1, 9)).toBe(2);
  expect(distanceOn({ kind: "line" }, 1, 9)).toBe(8);
});

const sphere: Domain = { kind: "sphere", radius: 6.371 };

test("on a sphere they go along the great circle, over the poles and across the date line", () => {
  const quarter = (Math.PI / 2) * 6.371;
  const cases: [Position, Position, number][] = [
    [[0, 0], [90, 0], quarter],
    [[17, 90], [250, 0], quarter],
    [[30, 60], [210, 60], quarter * (2 / 3)], // over the pole: 60°
    [[359, 0], [1, 0], quarter / 45],
    [[-1, 0], [359, 0], 0],
    [[10, 20], [190, -20], 2 * quarter],
    // cos r = sin φ₁ sin φ₂ + cos φ₁ cos φ₂ cos Δλ = ¼ + ¾ · ½
    [[0, 30], [60, 30], 6.371 * Math.acos(0.625)],
  ];
  for (const [a, b, expected] of cases) {
    // The chord of antipodes has a slope of 0: half of the digits.
    expect(distanceOn(sphere, a, b)).toBeCloseTo(expected, expected > 20 ? 6 : 13);
    expect(distanceOn(sphere, b, a)).toBe(distanceOn(sphere, a, b));
  }
  // 1 mm on the earth, where the arc cosine has no digits left.
  const millimetre = (1e-9 / 6.371) * (180 / Math.PI);
  expect(distanceOn(sphere, [5, 40], [5, 40 + millimetre]) / 1e-9).toBeCloseTo(1, 5);
});

test("tables of distances are those of the pairs", () => {
  const rows: Position[] = [
    [0, 10],
    [100, -30],
  ];
  const columns: Position[] = [
    [20, 80],
    [200, 5],
    [0, 10],
  ];
  const expected = rows.flatMap((a) => columns.map((b) => distanceOn(sphere, a, b)));
  expectClose([...distances(sphere, rows, columns)], expected, 1e-15);
  const ring: Domain = { kind: "ring", length: 5 };
  expect([...distances(ring, [0, 1], [4])]).toEqual([1, 2]);
});
