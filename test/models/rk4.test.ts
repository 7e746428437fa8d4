import { expect, test } from "vitest";
import { mul, type Tensor, tensor } from "../../src/engine/index.js";
import { lotkaVolterraTendency, predatorPreyAsGeneral, rk4 } from "../../src/models/index.js";
import { distance } from "../support/close.js";

const predators = lotkaVolterraTendency(
  predatorPreyAsGeneral({ preyGrowth: 1, predation: 0.5, predatorDeath: 0.8, conversion: 0.4 }),
  "abundance",
);
const x0 = tensor([1.5, 2]);

test("the error falls with the fourth power of the step", () => {
  const exact = rk4(predators, 4, 4096)(x0);
  const steps = [16, 32, 64, 128];
  const errors = steps.map((n) => distance(rk4(predators, 4, n)(x0), exact));
  const slopes = errors.slice(1).map((e, i) => Math.log2(errors[i]! / e));
  // The next order in h shifts the first slopes; the last is within 0.05 of 4.
  expect(Math.abs(slopes.at(-1)! - 4)).toBeLessThan(0.05);
});

test("on x′ = a x one step is the Taylor polynomial of order four", () => {
  const z = 0.3;
  const step = rk4((x) => mul(0.6, x), 0.5)(tensor([2]));
  const polynomial = 1 + z + z ** 2 / 2 + z ** 3 / 6 + z ** 4 / 24;
  expect(distance(step, [2 * polynomial])).toBeLessThan(1e-15 * 8);
});

test("substeps are steps of a shorter length, and the length may be a tensor", () => {
  const half = rk4(predators, 0.1);
  const expected = half(half(x0));
  expect(distance(rk4(predators, 0.2, 2)(x0), expected)).toBeLessThan(1e-14);
  const length: Tensor = tensor(0.2);
  expect(distance(rk4(predators, length, 2)(x0), expected)).toBeLessThan(1e-14);
});

test("substeps must be a whole number", () => {
  expect(() => rk4(predators, 1, 0)).toThrow(/substeps is 0/);
});
