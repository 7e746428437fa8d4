/** Settings of models in library calls: unknown ones and those of a wrong type are refused, with the known names. */
import { expect, test } from "vitest";
import { neg, tensor, UsageError } from "../../src/engine/index.js";
import * as models from "../../src/models/index.js";
import { observeBy } from "../../src/observe/index.js";

const scales = { forcing: 8, coupling: 1, timeScale: 10, amplitude: 10 };
const beta = models.lorenz96Coefficients();
const equations = {
  variables: ["x"],
  parameters: [],
  tendency: ([x]: readonly unknown[]) => [neg(x as never)],
};

/** Every call with its settings, and a slip of the pen in one of them. */
const calls = [
  ["lorenz63Tendency", models.lorenz63Tendency, { sigma: 10, rho: 28, beta: 2 }, "rhoo", "rho"],
  ["lorenz96Tendency", models.lorenz96Tendency, { forcing: 8 }, "forcin", "forcing"],
  [
    "lorenz96TwoScaleTendency",
    (given: never) => models.lorenz96TwoScaleTendency(given, { slow: 4, fastPerSlow: 2 }),
    scales,
    "couplin",
    "coupling",
  ],
  [
    "lorenz96TwoScaleTendency",
    (given: never) => models.lorenz96TwoScaleTendency(scales, given),
    { slow: 4, fastPerSlow: 2 },
    "slo",
    "slow",
  ],
  [
    "lorenz96PolynomialTendency",
    models.lorenz96PolynomialTendency,
    { coefficients: beta },
    "coeficients",
    "coefficients",
  ],
  [
    "clohessyWiltshireMatrix",
    models.clohessyWiltshireMatrix,
    { meanMotion: 0.1 },
    "meanmotion",
    "meanMotion",
  ],
  [
    "lotkaVolterraTendency",
    (given: never) => models.lotkaVolterraTendency(given, "abundance"),
    { growth: tensor([1]), interactions: tensor([[-1]]) },
    "grwoth",
    "growth",
  ],
  ["defineEquations", models.defineEquations, equations, "coordinate", "coordinates"],
  [
    "observeBy",
    (given: never) => observeBy("mine", 1, (x) => x, given),
    {},
    "diference",
    "difference",
  ],
] as unknown as readonly [string, (given: object) => unknown, object, string, string][];

test.each(calls)("%s: an unknown setting", (name, call, given, slip, meant) => {
  expect(() => call(given)).not.toThrow();
  const slipped = () => call({ ...given, [slip]: 1 });
  expect(slipped).toThrow(UsageError);
  expect(slipped).toThrow(
    `${name}: the option ${slip} is unknown (did you mean ${meant}?); known are `,
  );
});

test.each([
  [{ sigma: 10, rho: 28 }, "lorenz63Tendency: beta is undefined; need a finite number or a tensor"],
  [{ sigma: 10, rho: "28", beta: 2 }, 'lorenz63Tendency: rho is "28"; need a finite number'],
  [{ sigma: Number.NaN, rho: 28, beta: 2 }, "lorenz63Tendency: sigma is the number NaN; need"],
  [undefined, "lorenz63Tendency: no options were given; need some of sigma, rho, beta"],
])("parameters that are none: %o", (given, message) => {
  expect(() => models.lorenz63Tendency(given as never)).toThrow(message);
});
