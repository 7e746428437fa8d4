import { expect, test } from "vitest";
import { UsageError } from "../../src/engine/index.js";
import {
  bindModel,
  intervalBetween,
  linear,
  localLevel,
  lotkaVolterra,
  propagations,
  stepsOver,
  wholeSteps,
} from "../../src/models/index.js";

test.each([
  [1, 0.25, 4, 0.25],
  [1, 0.3, 4, 0.25],
  [0.1, 0.3, 1, 0.1],
  [0, 0.3, 0, 0.3],
  [0.3, 0.1, 3, 0.1],
])("over %d with the step %d: %i steps of %d", (interval, step, steps, length) => {
  const found = stepsOver(interval, step, "continuous");
  expect(found.steps).toBe(steps);
  expect(found.length).toBeCloseTo(length, 12);
});

test("a discrete model needs whole steps", () => {
  expect(stepsOver(3, 1, "discrete")).toEqual({ steps: 3, length: 1 });
  expect(stepsOver(0.3, 0.1, "discrete").steps).toBe(3);
  expect(() => stepsOver(2.5, 1, "discrete")).toThrow(UsageError);
  expect(() => stepsOver(2.5, 1, "discrete")).toThrow(/the interval 2.5 is 2.5 steps of 1/);
});

test.each([
  [0.1, 0.1 + 2.4e-7, 1],
  [1 / 12, 0.084, 1],
  [1 / 12, 0.083, 1],
  [1, 2.015, 2],
  [1, 0.001, 1],
  [1, 2.03, 3],
])("a continuous model with the step %d over %d makes %i steps", (step, interval, steps) => {
  const found = stepsOver(interval, step, "continuous");
  expect(found.steps).toBe(steps);
  expect(found.length * steps).toBeCloseTo(interval, 12);
});

test("a discrete model takes no interval for whole that is more than a fiftieth of a step off", () => {
  expect(stepsOver(12.019, 1, "discrete")).toEqual({ steps: 12, length: 1 });
  expect(() => stepsOver(12.021, 1, "discrete")).toThrow(UsageError);
  expect(() => stepsOver(0.01, 1, "discrete")).toThrow(UsageError);
  expect(wholeSteps(0, 1)).toBe(0);
});

test.each([0, 1e7, -1e7, 1_700_000_000])(
  "intervals after %d are those of the decimals",
  (origin) => {
    for (const gap of [0.1, 0.25, 0.001, 0.123456]) {
      expect(intervalBetween(origin, origin + gap)).toBe(gap);
      expect(intervalBetween(origin + gap, origin + 3 * gap)).toBe(Number((2 * gap).toFixed(6)));
    }
    // Of neighbouring numbers the difference is all that is known.
    const next = origin + (Number.EPSILON * Math.abs(origin) || 1e-300);
    expect(intervalBetween(origin, next)).toBeGreaterThan(0);
  },
);

test("times that go back and steps that are not positive are refused", () => {
  expect(() => stepsOver(-1, 1, "continuous")).toThrow(/the interval is -1/);
  expect(() => stepsOver(1, 0, "continuous")).toThrow(/the step is 0/);
});

test("noise grows with the length of the steps; equal intervals share a transition", () => {
  const rates = { preyGrowth: 1, predation: 1, predatorDeath: 1, conversion: 1 };
  const ways = propagations(bindModel(lotkaVolterra, rates), 0.4, [0, 1, 0.5, 1], 1);
  expect(ways.map(({ steps }) => steps)).toEqual([0, 1, 1, 1]);
  expect(ways.map(({ transition }) => transition.noise)).toEqual([0.4, 0.4, 0.2, 0.4]);
  expect(ways[3]!.transition).toBe(ways[1]!.transition);
});

test("a model without noise stays without", () => {
  const [way] = propagations(bindModel(linear, localLevel), null, [2], 1);
  expect(way!.transition.noise).toBeNull();
  expect(way!.steps).toBe(2);
});
