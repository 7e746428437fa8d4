import { expect, test } from "vitest";
import { mul, type Tensor, tensor } from "../../src/engine/index.js";
import { adam } from "../../src/learn/adam.js";
import { normaliseGradient } from "../../src/learn/normalise-gradient.js";

test("the direction stays, the root mean square over all tensors is 1", () => {
  // Squares 9 + 16 + 0 + 144 over four numbers: a root mean square of 6.5.
  const { a, b } = normaliseGradient({ a: tensor([3, 4]), b: tensor([[0], [12]]) });
  expect([...a!.data(), ...b!.data()]).toEqual(
    [3, 4, 0, 12].map((v) => expect.closeTo(v / 6.5, 12)),
  );
});

test("no gradient stays none", () => {
  expect([...normaliseGradient({ a: tensor([0, 0]) }).a!.data()]).toEqual([0, 0]);
});

// From (0, 0) to (1, −2) along gradients θ − goal, the first of them a million times as large.
test("learning goes on after a gradient a million times the others'", () => {
  const goal = [1, -2];
  const learn = (shaped: typeof normaliseGradient): number => {
    const optimiser = adam();
    let parameters: Readonly<Record<string, Tensor>> = { x: tensor([0, 0]) };
    let state = optimiser.init(parameters);
    for (let t = 0; t < 400; t++) {
      const gradient = parameters.x!.data().map((v, i) => v - goal[i]!);
      const g = mul(t === 0 ? 1e6 : 1, tensor([...gradient]));
      ({ parameters, state } = optimiser.update(parameters, shaped({ x: g }), state, { x: 0.02 }));
    }
    return Math.hypot(...parameters.x!.data().map((v, i) => v - goal[i]!));
  };
  expect(learn((gradient) => gradient)).toBeGreaterThan(1); // of √5 = 2.2 at the start
  expect(learn(normaliseGradient)).toBeLessThan(0.1);
});
