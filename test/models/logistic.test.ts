import { describe, expect, test } from "vitest";
import { exp, jvp, log, type Tensor, tensor } from "../../src/engine/index.js";
import { bindModel, type Coordinates, logistic } from "../../src/models/index.js";
import { distance, expectClose } from "../support/close.js";
import { expectMembersAlone, expectParameterGradients } from "../support/steps.js";

const [r, K] = [0.7, 12];
const x0 = [0.5, 6, 20].map((x) => [x]);

/** K / (1 + (K/x₀ − 1) e^{−rt}), @see verhulst1838 */
const exact = (t: number, growth = r, capacity = K) =>
  x0.map(([x]) => [capacity / (1 + (capacity / x! - 1) * Math.exp(-growth * t))]);

describe.each<Coordinates>(["abundance", "log"])("in %s", (coordinates) => {
  const inside = (x: Tensor) => (coordinates === "log" ? log(x) : x);
  const outside = (x: Tensor) => (coordinates === "log" ? exp(x) : x);
  const grown = (t: number, substeps: number) => {
    const model = bindModel(logistic, { growth: r, capacity: K, coordinates }, { substeps });
    return outside(model.step(t).map(inside(tensor(x0))));
  };

  test("growth follows the closed form, with an error of order four", () => {
    const errors = [10, 20].map((substeps) => distance(grown(4, substeps), exact(4)));
    expect(Math.log2(errors[0]! / errors[1]!)).toBeGreaterThan(3.7);
    // Steps of 0.02, each with an error of order (0.7 × 0.02)⁵.
    expectClose(grown(4, 200), exact(4), 1e-7);
  });

  test("the capacity stays as it is", () => {
    const { map } = bindModel(logistic, { growth: r, capacity: K, coordinates }).step(1);
    expectClose(outside(map(inside(tensor([K])))), [K], 1e-13);
  });

  test("gradients in both parameters, members as if alone", () => {
    const step = (p: Record<string, Tensor> | { growth: number; capacity: number }) =>
      bindModel(logistic, { ...p, coordinates }).step(0.5).map;
    const moved = (p: Record<string, Tensor>) => step(p)(inside(tensor(x0)));
    expectParameterGradients(moved, { growth: r, capacity: K }, 1e-9);
    expectMembersAlone(step({ growth: r, capacity: K }), inside(tensor(x0)), 1e-15);
  });
});

test("the sensitivity to the start is that of the closed form", () => {
  const t = 2;
  const model = bindModel(logistic, { growth: r, capacity: K }, { substeps: 100 });
  const { tangent } = jvp(model.step(t).map, log(tensor([2])), tensor([1]));
  // d log x(t) / d log x₀ = (K/x₀) e^{−rt} / (1 + (K/x₀ − 1) e^{−rt}), steps of 0.02 as above.
  const decay = Math.exp(-r * t);
  expectClose(tangent, [((K / 2) * decay) / (1 + (K / 2 - 1) * decay)], 1e-8);
});

test("a population is positive, and folded where it is not held by its logarithm", () => {
  const support = (coordinates: Coordinates) =>
    bindModel(logistic, { growth: r, capacity: K, coordinates });
  expect(support("abundance")).toMatchObject({ positive: true, support: "positive" });
  expect(support("log")).toMatchObject({ positive: true, support: "real", coordinates: "log" });
});
