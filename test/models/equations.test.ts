/** Models from their equations: the same numbers as one formula for all variables. */
import { describe, expect, test } from "vitest";
import {
  add,
  concat,
  exp,
  grad,
  mul,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import {
  bindModel,
  continuousModel,
  defineEquations,
  fitzhughNagumo,
  lotkaVolterra,
} from "../../src/models/index.js";
import { learned, positiveNumber, use } from "../../src/parts/index.js";
import { distance, expectClose } from "../support/close.js";

const vanDerPol = defineEquations({
  kind: "van-der-pol",
  variables: ["x", "y"],
  parameters: { damping: positiveNumber({ default: 1, about: "strength of the damping" }) },
  tendency: ([x, y], { damping }) => [y, sub(mul(damping, mul(sub(1, square(x)), y)), x)],
});

const states = [
  [1, 0],
  [0.5, -1],
  [-2, 0.3],
];

describe("defineEquations", () => {
  test("moves states as the same formula does that is written for all variables", () => {
    const whole = continuousModel({
      ...{ name: "whole", dimension: 2 },
      tendency: (state) => {
        const [x, y] = [slice(state, -1, 0, 1), slice(state, -1, 1, 2)];
        return concat([y, sub(mul(2, mul(sub(1, square(x)), y)), x)], -1);
      },
    });
    const model = bindModel(vanDerPol, { damping: 2 });
    const x = tensor(states);
    expect(distance(model.step(0.1).map(x), whole.step(0.1).map(x))).toBe(0);
    expect(
      distance(model.step(0.1).map(tensor(states[1]!)), whole.step(0.1).map(tensor(states[1]!))),
    ).toBe(0);
  });

  test("is the built-in model where the equations are its own", () => {
    const nerve = defineEquations({
      variables: ["v", "w"],
      parameters: ["current", "offset", "damping", "timeScale"],
      tendency: ([v, w], p) => [
        add(sub(sub(v, mul(1 / 3, mul(v, mul(v, v)))), w), p.current),
        mul(1 / 12.5, sub(add(v, p.offset), mul(p.damping, w))),
      ],
    });
    const values = { current: 0.5, offset: 0.7, damping: 0.8, timeScale: 12.5 };
    const mine = bindModel(nerve, values).step(0.2).map(tensor(states));
    // A division by 12.5 against a product with 1/12.5: rounding.
    expectClose(mine, bindModel(fitzhughNagumo, values).step(0.2).map(tensor(states)), 1e-15);
  });

  test("logarithms are positive variables, and the tendency is that of the logarithms", () => {
    const rates = { growth: 0.5, predation: 0.03, death: 0.8, conversion: 0.025 };
    const record = defineEquations({
      variables: ["prey", "predators"],
      coordinates: "log",
      parameters: ["growth", "predation", "death", "conversion"],
      tendency: ([u, v], { growth, predation, death, conversion }) => [
        sub(growth, mul(predation, exp(v))),
        sub(mul(conversion, exp(u)), death),
      ],
    });
    const model = bindModel(record, rates, { substeps: 4 });
    expect(model).toMatchObject({ coordinates: "log", positive: true, support: "real" });
    const { growth, predation, death, conversion } = rates;
    const given = { preyGrowth: growth, predation, predatorDeath: death, conversion };
    const known = bindModel(lotkaVolterra, given, { substeps: 4 });
    const z = tensor([3.4, 1.4]);
    // The same operations in another order: rounding of logarithms of order one.
    expectClose(model.step(1).map(z), known.step(1).map(z), 1e-13);
    expect(record.kind).toBe("prey-predators");
  });

  test("equations may be numbers, or parameters alone, and gradients follow", () => {
    const record = defineEquations({
      variables: ["x", "y", "z"],
      parameters: ["rate"],
      tendency: ([x], { rate }) => [0, rate, mul(rate, x)],
    });
    const moved = (rate: Tensor) =>
      bindModel(record, { rate })
        .step(1)
        .map(tensor([[1, 2, 3]]));
    expect(moved(tensor(2)).toArray()).toEqual([[1, 4, 5]]);
    const slope = grad((rate: Tensor) => sum(moved(rate)))(tensor(2));
    expectClose(slope, 2, 1e-15); // y + rate, z + rate x, x = 1: sums of two ones, rounded
  });

  test("names become keys that may be learned, and keys stay as they are", () => {
    const record = defineEquations({
      variables: ["x"],
      parameters: ["rate"],
      tendency: ([x], { rate }) => [mul(rate, x)],
    });
    expect(use(record, { rate: learned(-0.3) }).block).toEqual({
      rate: { learn: true, start: -0.3 },
    });
    expect(() => use(record, {})).toThrow(
      'x.rate: missing; need a number or { learn: true, start: … }: parameter "rate"',
    );
    expect(() => use(record, { rat: 1 })).toThrow("x.rat: unknown key; known here: rate");
    expect(use(vanDerPol, {}).block).toEqual({ damping: 1 });
    expect(() => use(vanDerPol, { damping: -1 })).toThrow("van-der-pol.damping: got -1; need");
  });

  test("reports have words and equations for it", () => {
    expect(vanDerPol.title).toBe("van-der-pol: a model of x, y");
    expect(vanDerPol.phrase({}, 2)).toBe('the model "van-der-pol"');
    expect(vanDerPol.formula({}, ["x", "y"])[1]).toBe("d {y} / dt = {f}_{2}({x}, {y})");
  });

  test("no variables, or an equation of another shape, is refused", () => {
    expect(() => defineEquations({ variables: [], parameters: [], tendency: () => [] })).toThrow(
      "defineEquations: there are no variables",
    );
    const wrong = defineEquations({
      variables: ["x", "y"],
      parameters: [],
      tendency: ([x, y]) => [concat([x, y], -1), y],
    });
    expect(() => bindModel(wrong).step(1).map(tensor(states))).toThrow(
      "x-y: the equation of x returned a tensor [3,2] for variables [3,1]; need [3,1]",
    );
  });
});
