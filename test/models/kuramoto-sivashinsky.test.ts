import { expect, test } from "vitest";
import {
  capture,
  mean,
  mul,
  roll,
  square,
  sub,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import {
  bindModel,
  kuramotoSivashinsky,
  kuramotoSivashinskyDefaults,
} from "../../src/models/index.js";
import { key, normal } from "../../src/random/index.js";
import { distance, expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";
import {
  expectDerivatives,
  expectMembersAlone,
  expectParameterGradients,
  orderOf,
} from "../support/steps.js";

const usual = kuramotoSivashinskyDefaults;
const [d, L] = [32, 22];

/** A few long waves at points 0, L/d, …: the same function whatever the number of points. */
const waves = (points: number, at = 0): number[] =>
  Array.from({ length: points }, (_, j) => {
    const x = (2 * Math.PI * (j + at)) / points;
    return 0.4 + Math.cos(x) + 1.2 * Math.sin(2 * x + 1) - 0.7 * Math.cos(3 * x);
  });

const moved = (x: Tensor, h: number, substeps = 1, points = d) =>
  bindModel(kuramotoSivashinsky, { points, length: L }, { substeps }).step(h).map(x);

/** The equation by complex sums over the waves −d/2 < k < d/2, in plain numbers. */
function tendency(u: readonly number[], alpha = 1, beta = 1): number[] {
  const n = u.length;
  const out = new Array<number>(n).fill(0);
  const wave = (values: readonly number[], k: number, sign: number) =>
    values.reduce(
      ([re, im], v, j) => {
        const angle = (2 * Math.PI * k * j) / n;
        return [re + v * Math.cos(angle), im + sign * v * Math.sin(angle)];
      },
      [0, 0],
    );
  const flux = u.map((v) => -0.5 * v * v);
  for (let k = 1; k < n / 2; k++) {
    const kappa = (2 * Math.PI * k) / L;
    const growth = alpha * kappa ** 2 - beta * kappa ** 4;
    const [a, b] = wave(u, k, -1) as [number, number];
    const [p, q] = wave(flux, k, -1) as [number, number];
    const [re, im] = [growth * a - kappa * q, growth * b + kappa * p];
    for (let j = 0; j < n; j++) {
      const angle = (2 * Math.PI * k * j) / n;
      out[j]! += (2 / n) * (re * Math.cos(angle) - im * Math.sin(angle));
    }
  }
  return out;
}

function reference(u0: readonly number[], time: number, steps: number): number[] {
  const h = time / steps;
  const along = (u: readonly number[], k: readonly number[], s: number) =>
    u.map((v, i) => v + s * k[i]!);
  let u = u0;
  for (let i = 0; i < steps; i++) {
    const k1 = tendency(u);
    const k2 = tendency(along(u, k1, h / 2));
    const k3 = tendency(along(u, k2, h / 2));
    const k4 = tendency(along(u, k3, h));
    u = u.map((v, j) => v + (h / 6) * (k1[j]! + 2 * k2[j]! + 2 * k3[j]! + k4[j]!));
  }
  return [...u];
}

test("fine steps agree with a fine explicit integration of the same waves", () => {
  // Explicit steps of 0.001, stable to 2.8/κ⁴ = 0.006: errors of order (h κ⁴)⁴ of waves that are 0.
  expectClose(moved(tensor(waves(d)), 0.5, 64), reference(waves(d), 0.5, 500), 1e-8);
});

test("order four in time", () => {
  // Where the damping of the shortest wave, 27, times the step is well below 1; with more points
  // the waves in between converge with order three first, as stiff ones do.
  const at = (substeps: number) => moved(tensor(waves(16)), 1, substeps, 16);
  const order = orderOf(at, [64, 128], at(1024));
  expect(order).toBeGreaterThan(3.8);
  expect(order).toBeLessThan(4.1);
});

test("more points converge faster than any power", () => {
  const some = (points: number) => {
    const u = moved(tensor(waves(points)), 2, 32, points).toArray() as number[];
    return u.filter((_, j) => j % (points / 8) === 0);
  };
  const fine = some(96);
  const errors = [16, 24, 32, 48].map((points) => distance(some(points), fine));
  // An order would be the same at each; here it grows: 16 → 32 and 24 → 48 double the points.
  expect(errors[0]! / errors[2]!).toBeGreaterThan(1e2);
  expect(errors[1]! / errors[3]!).toBeGreaterThan(1e3);
  expect(errors[3]).toBeLessThan(1e-7);
});

test("the mean stays, and shifts and reflections go through", () => {
  const u = tensor(waves(d));
  const after = moved(u, 0.5);
  expect(mean(after).item()).toBeCloseTo(mean(u).item(), 13);
  expectClose(moved(roll(u, 3, -1), 0.5), roll(after, 3, -1), 1e-12);
  const mirrored = (x: Tensor) => tensor((x.toArray() as number[]).toReversed().map((v) => -v));
  expectClose(moved(mirrored(u), 0.5), mirrored(after), 1e-13);
});

test("in a frame that moves along, the same solution (Galilean invariance)", () => {
  const [points, shift] = [64, 5];
  const speed = (shift * L) / points; // so many points in a unit of time
  const over = (u: number[]) => moved(tensor(u), 1, 128, points);
  const moving = over(waves(points).map((v) => v + speed));
  expectClose(sub(moving, speed), roll(over(waves(points)), shift, -1), 1e-7);
});

test("the energy changes by what u_xx feeds and u_xxxx damps, and advection keeps it", () => {
  const u = waves(d);
  const energyAlong = (antidiffusion: number, hyperviscosity: number) => {
    const sizes = { points: d, length: L };
    const model = bindModel(kuramotoSivashinsky, { ...sizes, antidiffusion, hyperviscosity });
    const energy = (h: number) => 0.5 * mean(square(model.step(h).map(tensor(u)))).item();
    return slopeOf(energy, 0, 1e-3);
  };
  const kappa = (2 * Math.PI) / L;
  // Half the squares of the amplitudes of waves 1, 2, 3.
  const sumOf = (power: number) =>
    0.5 * (kappa ** power + 1.44 * (2 * kappa) ** power + 0.49 * (3 * kappa) ** power);
  expect(energyAlong(0, 0)).toBeCloseTo(0, 8);
  expect(energyAlong(1, 0)).toBeCloseTo(sumOf(2), 7);
  expect(energyAlong(0, 1)).toBeCloseTo(-sumOf(4), 7);
});

test("tangent and adjoint, gradients in both parameters, members as if alone", () => {
  const u = normal(key(1), [d]);
  const step = (x: Tensor) => moved(x, 0.5);
  expectDerivatives(step, u, 1e-9);
  const sizes = { points: d, length: L };
  const learned = (parameters: Record<string, Tensor>) =>
    bindModel(kuramotoSivashinsky, { ...sizes, ...parameters })
      .step(0.5)
      .map(u);
  expectParameterGradients(learned, usual, 1e-9);
  const constants = { antidiffusion: tensor(1), hyperviscosity: tensor(1) };
  expectClose(learned(constants), step(u), 1e-13);
  expectMembersAlone(step, normal(key(2), [3, d]), 1e-13);
  const single = tensor(u.toArray(), { dtype: "f32" });
  expectClose(step(single), step(u), 1e-5); // values of size 1, roundoff 6·10⁻⁸
});

test("on 128 points the attractor has mean 0 and the standard deviation 1.3", () => {
  // DAPPER's score of climatology, for the settings of Bocquet and Farchi (2019).
  const model = bindModel(kuramotoSivashinsky);
  const advance = capture((u: Tensor) => model.step(0.5).map(u));
  const start = normal(key(3), [8, 128]);
  let u = sub(start, mean(start, -1, { keepDims: true }));
  for (let k = 0; k < 300; k++) u = advance(u);
  let total = 0;
  const samples = 40;
  for (let k = 0; k < 20 * samples; k++) {
    u = advance(u);
    if (k % 20 === 0) total += mean(mul(u, u)).item() / samples;
  }
  expect(mean(u).item()).toBeCloseTo(0, 10);
  // 320 fields of some ten independent patches each: 2 %.
  expect(Math.abs(Math.sqrt(total) - 1.3)).toBeLessThan(0.06);
});

test("what does not fit is refused with advice", () => {
  expect(() => bindModel(kuramotoSivashinsky, { points: 33 })).toThrow(
    /33 points .*; need an even number/,
  );
  expect(() => moved(tensor([1, 2]), 0.1)).toThrow(/the state is \[2\]; need 32/);
});
