import { expect, test } from "vitest";
import { UsageError } from "../../src/engine/index.js";
import {
  bindModel,
  linear,
  localLevel,
  lotkaVolterra,
  propagations,
  stepsOver,
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
