import { describe, expect, test } from "vitest";
import {
  exp,
  index,
  jvp,
  log,
  ShapeError,
  stack,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import {
  bindModel,
  type Coordinates,
  lotkaVolterra,
  lotkaVolterraTendency,
} from "../../src/models/index.js";
import { distance, expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";

const rates = { preyGrowth: 0.55, predation: 0.028, predatorDeath: 0.8, conversion: 0.024 };
const general = {
  growth: [0.5, -0.2, 0.1],
  interactions: [
    [0, -0.3, 0.1],
    [0.3, -0.1, 0],
    [-0.1, 0.05, -0.2],
  ],
};

test("two species: the equations written out", () => {
  const [u, v] = [30, 4];
  const step = 1e-4;
  const moved = bindModel(lotkaVolterra, { ...rates, coordinates: "abundance" })
    .step(step)
    .map(tensor([u, v]));
  const slope = [(0.55 - 0.028 * v) * u, (0.024 * u - 0.8) * v];
  // One step of 10⁻⁴: curvature adds x″ h/2, here below 10⁻³.
  expectClose(
    (moved.toArray() as number[]).map((x, i) => (x - [u, v][i]!) / step),
    slope,
    1e-3,
  );
});

test("abundances and their logarithms move alike", () => {
  const x = tensor([30, 4]);
  const step = (coordinates: Coordinates) =>
    bindModel(lotkaVolterra, { ...rates, coordinates }, { substeps: 200 }).step(1);
  const plain = step("abundance").map(x);
  const logs = step("log").map(log(x));
  // Two discretisations of order four at h = 0.005.
  expect(distance(exp(logs), plain)).toBeLessThan(1e-7);
});

test("the two-species cycle keeps its invariant δu − γ log u + βv − α log v", () => {
  const { map } = bindModel(lotkaVolterra, rates, { substeps: 400 }).step(10);
  const invariant = ([a, b]: number[]) =>
    0.024 * Math.exp(a!) - 0.8 * a! + 0.028 * Math.exp(b!) - 0.55 * b!;
  const z = log(tensor([30, 4]));
  const before = invariant(z.toArray() as number[]);
  expect(invariant(map(z).toArray() as number[])).toBeCloseTo(before, 7);
});

describe.each<Coordinates>(["abundance", "log"])("n species, %s", (coordinates) => {
  const { map } = bindModel(lotkaVolterra, { ...general, coordinates }, { substeps: 2 }).step(0.1);
  const x = [0.4, 1.2, 0.7];

  test("members are moved as if alone, whatever the leading axes", () => {
    const E = tensor([
      [x, [1, 1, 1]],
      [[0.2, 0.3, 0.4], x],
    ]);
    const together = map(E);
    expect(together.shape).toEqual([2, 2, 3]);
    expectClose(index(index(together, 0, 1), 0, 1), map(tensor(x)), 1e-15);
  });

  test("tangent equals the difference along it", () => {
    const t = [0.3, -0.5, 1];
    const tangent = jvp(map, tensor(x), tensor(t)).tangent.toArray() as number[];
    tangent.forEach((value, i) => {
      const along = (s: number) =>
        (map(tensor(x.map((v, j) => v + s * t[j]!))).toArray() as number[])[i]!;
      expect(value).toBeCloseTo(slopeOf(along, 0, 1e-3), 10);
    });
  });
});

describe.each<Coordinates>(["abundance", "log"])("given its steady state, %s", (coordinates) => {
  const xs = [0.8, 1.1, 0.6];
  const { interactions } = general;
  const growth = interactions.map((row) => -row.reduce((t, a, j) => t + a * xs[j]!, 0));
  const bySteadyState = lotkaVolterraTendency({ steadyState: xs, interactions }, coordinates);

  test("the system is that of r = −A x_s", () => {
    const byGrowth = lotkaVolterraTendency({ growth, interactions }, coordinates);
    const x = tensor([[0.4, 1.2, 0.7]]);
    expectClose(bySteadyState(x), byGrowth(x), 1e-15);
  });

  test("which stands still at x_s", () => {
    const x = coordinates === "log" ? log(tensor(xs)) : tensor(xs);
    expectClose(bySteadyState(x), [0, 0, 0], 1e-15);
  });
});

test("tangent in a rate, through the assembled matrix", () => {
  const after = (delta: Tensor) =>
    bindModel(lotkaVolterra, { ...rates, conversion: delta })
      .step(0.5)
      .map(log(tensor([30, 4])));
  const { tangent } = jvp(after, tensor(0.024), tensor(1));
  [0, 1].forEach((i) => {
    const along = (d: number) => (after(tensor(d)).toArray() as number[])[i]!;
    expect((tangent.toArray() as number[])[i]!).toBeCloseTo(slopeOf(along, 0.024, 1e-4), 8);
  });
});

test("what does not fit is refused with advice", () => {
  const narrow = { growth: [1, 1], interactions: general.interactions };
  expect(() => lotkaVolterraTendency(narrow, "log")).toThrow(/one column for each species/);
  const tendency = lotkaVolterraTendency(general, "log");
  const states = stack([tensor([1, 2])], 0);
  expect(() => tendency(states)).toThrow(ShapeError);
});
