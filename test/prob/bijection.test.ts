import { describe, expect, test } from "vitest";
import { grad, NumericError, type Tensor, tensor } from "../../src/engine/index.js";
import { type Bijection, identity, positive, scaled, unitInterval } from "../../src/prob/index.js";

const cases: [name: string, bijection: Bijection, values: number[]][] = [
  ["identity", identity, [-1e12, -1, 0, 1e-12, 3]],
  ["scaled", scaled(250), [-1e12, -1, 0, 1e-12, 3]],
  ["positive", positive(), [1e-300, 1e-12, 1e-3, 1, 40, 800, 1e12]],
  ["positive, scaled", positive(15099), [1e-12, 1, 15099, 1e9, 1e15]],
  ["positive, small scale", positive(0.0013), [1e-12, 0.0013, 0.5, 1e6]],
  ["positive, by factors", positive(250).scaleFree!, [1e-300, 1e-12, 250, 1e6, 1e300]],
  ["unit interval", unitInterval, [1e-12, 1e-3, 0.1, 0.5, 0.9, 0.999]],
];

describe.each(cases)("%s", (_, bijection, values) => {
  test.each(values)("forward(inverse(%d)) is the value", (value) => {
    const latent = bijection.inverse(value);
    const back = bijection.forward(tensor(latent)).item();
    // A latent of −690 has an absolute rounding of 10⁻¹³, which is relative in its exponential.
    expect(Math.abs(back - value)).toBeLessThanOrEqual(2e-13 * Math.abs(value));
  });

  test.each(values)("slope at the latent of %d is the derivative", (value) => {
    const latent = bijection.inverse(value);
    const derivative = grad((x: Tensor) => bijection.forward(x))(tensor(latent)).item();
    // The engine's y (1 − y) loses three digits at y = 0.999.
    expect(Math.abs(bijection.slope(latent) - derivative)).toBeLessThanOrEqual(
      1e-12 * Math.abs(derivative),
    );
  });
});

test("latents are of order one whatever the unit", () => {
  expect(positive(15099).inverse(15099)).toBeCloseTo(positive(0.0013).inverse(0.0013), 12);
});

test.each([
  ["positive", positive(), -1],
  ["positive", positive(), 0],
  ["unitInterval", unitInterval, 1],
  ["identity", identity, Number.NaN],
])("%s says why a value outside its range has no latent", (name, bijection, value) => {
  expect(() => bijection.inverse(value)).toThrow(NumericError);
  expect(() => bijection.inverse(value)).toThrow(`${name}: the value ${value} has no latent`);
});

test("a scale must be positive", () => {
  expect(() => positive(0)).toThrow(/the scale is 0/);
});
