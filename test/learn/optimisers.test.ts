import { describe, expect, test } from "vitest";
import { add, index, mul, square, sub, sum, type Tensor, tensor } from "../../src/engine/index.js";
import { adam, newton, objective, plateau, plateauStart } from "../../src/learn/index.js";

describe("adam", () => {
  // The recurrences written out in plain numbers; equal up to the rounding of a few operations.
  test("follows its recurrences", () => {
    const optimiser = adam();
    let parameters: Readonly<Record<string, Tensor>> = { a: tensor(1) };
    let state = optimiser.init(parameters);
    let [a, m, v] = [1, 0, 0];
    for (let t = 1; t <= 5; t++) {
      const g = Math.sin(t) + a;
      const step = optimiser.update(parameters, { a: tensor(g) }, state, { a: 0.1 });
      ({ parameters, state } = step);
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      a -= (0.1 * (m / (1 - 0.9 ** t))) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
      expect(parameters.a!.item()).toBeCloseTo(a, 12);
    }
  });
});

describe("plateau", () => {
  test("shrinks the rate when patience has run out, and then waits anew", () => {
    const losses = [3, 2, 2, 2, 2, 2, 2];
    const scales = losses.reduce<{ state: typeof plateauStart; scales: number[] }>(
      ({ state, scales }, loss) => {
        const next = plateau(state, loss, { patience: 2, factor: 0.1 });
        return { state: next, scales: [...scales, next.scale] };
      },
      { state: plateauStart, scales: [] },
    ).scales;
    expect(scales.map((s) => Number(s.toPrecision(12)))).toEqual([1, 1, 1, 1, 0.1, 0.1, 0.1]);
  });

  test("improvement below the threshold is none", () => {
    const options = { patience: 5, factor: 0.5 };
    const first = plateau(plateauStart, 1, options);
    expect(plateau(first, 1 - 1e-6, options).waited).toBe(1);
    expect(plateau(first, 0.9, options).waited).toBe(0);
  });
});

describe("newton", () => {
  const options = { iterations: 100, tolerance: 1e-12, floor: Number.NEGATIVE_INFINITY };

  test("finds the minimum of a parabola in one step", () => {
    const J = (u: Tensor) => sum(square(sub(u, tensor([0.3, -0.2]))));
    const { point, curvature, converged } = newton(objective(J), [0, 0], options);
    expect(point[0]).toBeCloseTo(0.3, 14);
    expect(point[1]).toBeCloseTo(-0.2, 14);
    expect(curvature.hessian).toEqual([
      [2, 0],
      [0, 2],
    ]);
    expect(converged).toBe(true);
  });

  // From here the Hessian is indefinite on the way: the shift must help. The minimum is (1, 1).
  test("finds the minimum of Rosenbrock's valley", () => {
    const J = (u: Tensor) => {
      const [x, y] = [index(u, 0, 0), index(u, 0, 1)];
      return add(square(sub(1, x)), mul(100, square(sub(y, square(x)))));
    };
    const { point, converged } = newton(objective(J), [-1.2, 1], options);
    expect(converged).toBe(true);
    expect(point[0]).toBeCloseTo(1, 9);
    expect(point[1]).toBeCloseTo(1, 9);
  });
});
