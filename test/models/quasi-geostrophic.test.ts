/** The model against exact solutions and invariants of the equation; its transforms have a test of their own. */
import { describe, expect, test } from "vitest";
import { leadingLyapunovExponent } from "../../src/diagnostics/index.js";
import { capture, mean, mul, sum, type Tensor, tensor } from "../../src/engine/index.js";
import {
  bindModel,
  earthRadius,
  gaussianGrid,
  quasiGeostrophic,
  quasiGeostrophicDefaults,
  rotationRate,
  sphericalTransforms,
} from "../../src/models/index.js";
import { key, normal } from "../../src/random/index.js";
import { distance, expectClose } from "../support/close.js";
import {
  expectDerivatives,
  expectMembersAlone,
  expectParameterGradients,
} from "../support/steps.js";

/** No forcing, drag, hyperdiffusion or mountains. */
const free = { drag: 0, hyperdiffusion: 0, mountains: 0 } as const;

const a = earthRadius;

/** Values of a function of longitude and the sine of the latitude at the points of the grid. */
const at = (T: number, value: (lambda: number, mu: number) => number): number[] => {
  const { nodes, longitudes: K } = gaussianGrid(T);
  return nodes.flatMap((mu) =>
    Array.from({ length: K }, (_, k) => value((2 * Math.PI * k) / K, mu)),
  );
};

/** A state of degrees up to T with waves of all lengths, of the size of weather. */
function weather(T: number, seed: number): Tensor {
  const { degrees, analyse, synthesise } = sphericalTransforms(T);
  const noise = analyse(normal(key(seed), [1, gaussianGrid(T).latitudes ** 2 * 2]));
  const red = tensor(degrees.map((row) => [row.map((l) => (l === 0 ? 0 : 60 / l ** 2))]));
  return synthesise(mul(red, noise));
}

/** The mean over the sphere of the product of two fields that are given by their harmonics. */
const productOf = (x: Tensor, y: Tensor): number => sum(mul(x, y)).item();

describe("Rossby–Haurwitz waves: solid rotation and waves of one degree l turn as they are", () => {
  // ψ = −ω a² μ + Σ_m a_m P_l^m cos(mλ + …) solves the equation, turning eastwards with the speed
  // c = (ω l(l + 1) − 2(Ω + ω))/(l(l + 1) + a²/R²) in the angle. @see haurwitz1940
  const [T, l, omega] = [12, 5, 0.15];
  const waves = (lambda: number, mu: number) => {
    const cosine = Math.sqrt(1 - mu * mu);
    // Y_5^4, Y_5^5 and Y_5^1, without their norms.
    return (
      mu * cosine ** 4 * Math.cos(4 * lambda) * 30 +
      cosine ** 5 * Math.sin(5 * lambda) * 10 +
      cosine * (21 * mu ** 4 - 14 * mu * mu + 1) * Math.cos(lambda - 1)
    );
  };
  const turned = (angle: number) =>
    at(T, (lambda, mu) => -omega * a * a * mu + waves(lambda - angle, mu));

  test.each([
    ["barotropic", Infinity],
    ["with a radius of deformation", 2],
  ])("%s", (_, R) => {
    const block = Number.isFinite(R) ? { deformationRadius: R } : {};
    const c = (omega * l * (l + 1) - 2 * (rotationRate + omega)) / (l * (l + 1) + (a / R) ** 2);
    const errorOf = (substeps: number) => {
      const model = bindModel(quasiGeostrophic, { truncation: T, ...free, ...block }, { substeps });
      return distance(model.step(2).map(tensor(turned(0))), turned(2 * c));
    };
    // A wave of frequency 5c, at most 1.7 a day, in steps of 1/16 day: (5ch)⁵/120 a step, of size 30.
    expect(errorOf(32)).toBeLessThan(1e-4);
    expect(distance(turned(0), turned(2 * c))).toBeGreaterThan(1); // it did move
    expect(Math.log2(errorOf(32) / errorOf(64))).toBeCloseTo(4, 0);
    expect(errorOf(256)).toBeLessThan(1e-7);
  });
});

test("without forcing, drag and hyperdiffusion energy and potential enstrophy stay", () => {
  const T = 10;
  const [R, mountains] = [3, 0.3];
  const { degrees, analyse } = sphericalTransforms(T);
  const factor = (value: (l: number) => number) =>
    tensor(degrees.map((row) => [row.map((l) => (l === 0 ? 0 : value(l)))]));
  const inner = factor((l) => -(l * (l + 1)) / a ** 2 - 1 / R ** 2);
  const planet = analyse(
    tensor([
      at(T, (lambda, mu) => {
        const h = mountains * 4 * mu * mu * (1 - mu * mu) * Math.cos(2 * lambda);
        return 2 * rotationRate * mu * (1 + h);
      }),
    ]),
  );
  const invariants = (x: Tensor) => {
    const psi = analyse(x);
    const own = mul(inner, psi); // ζ − ψ/R²
    const total = tensor(
      (own.toArray() as number[][][]).map((wave, c) =>
        wave.map((row) => row.map((v, k) => v + (planet.toArray() as number[][][])[c]![0]![k]!)),
      ),
    );
    return { energy: -productOf(psi, own) / 2, enstrophy: productOf(total, total) / 2 };
  };
  const x = weather(T, 3);
  const before = invariants(x);
  const drift = (substeps: number) => {
    const block = { truncation: T, ...free, mountains, deformationRadius: R };
    const after = invariants(bindModel(quasiGeostrophic, block, { substeps }).step(2).map(x));
    return [
      Math.abs(after.energy / before.energy - 1),
      Math.abs(after.enstrophy / before.enstrophy - 1),
    ] as const;
  };
  const [coarse, fine, finest] = [drift(32), drift(64), drift(512)];
  for (const i of [0, 1] as const) {
    expect(coarse[i]).toBeGreaterThan(1e-9); // more than roundoff
    // Order four or five of the time step; there is no other error.
    expect(Math.log2(coarse[i] / fine[i])).toBeGreaterThan(3.7);
    expect(finest[i]).toBeLessThan(1e-11);
  }
});

test("without anything but drag the wind dies out as exp(−rt), with hyperdiffusion by degree", () => {
  // A single harmonic moves no vorticity by itself; a zonal one feels no rotation either.
  const [T, r, nu, time] = [10, 0.3, 0.5, 2];
  const x = at(T, (_, mu) => (3 * mu * mu - 1) / 2); // l = 2
  const model = bindModel(
    quasiGeostrophic,
    { truncation: T, jet: 0, mountains: 0, drag: r, hyperdiffusion: nu },
    { substeps: 32 },
  );
  const rate = r + nu * (6 / (T * (T + 1))) ** 4;
  expectClose(
    model.step(time).map(tensor(x)),
    x.map((v) => v * Math.exp(-rate * time)),
    1e-8,
  );
});

test("the jets are where the drag leads", () => {
  const T = 42;
  const block = { truncation: T, drag: 1, hyperdiffusion: 0, mountains: 0, jet: 2 };
  const model = bindModel(quasiGeostrophic, block, { substeps: 16 });
  // From rest, and symmetric about the axis: u = (1 − e^−t) u*, exactly, whatever the rotation.
  const moved = model.step(2).map(tensor(at(T, () => 0)));
  const { analyse, alongSine } = sphericalTransforms(T);
  const slope = alongSine(analyse(tensor([moved.toArray() as number[]])));
  const expected = at(T, (_, mu) => {
    const u = (1 - Math.exp(-2)) * 2 * (4 * mu * mu * (1 - mu * mu)) ** 2;
    return (-a * u) / Math.sqrt(1 - mu * mu);
  });
  // Values up to 11. The jets are no polynomial: what is missing are harmonics above degree 42.
  expectClose(slope, [expected], 1e-2);
});

test("tangent and adjoint, gradients in all parameters, members as if alone, single precision", () => {
  const T = 6;
  const x = mul(0.1, weather(T, 1));
  const rows = tensor((x.toArray() as number[][])[0]!);
  const step = (psi: Tensor) => bindModel(quasiGeostrophic, { truncation: T }).step(0.125).map(psi);
  expectDerivatives(step, rows, 1e-7);
  const learned = (parameters: Record<string, Tensor>) =>
    bindModel(quasiGeostrophic, { truncation: T, ...parameters })
      .step(0.125)
      .map(rows);
  expectParameterGradients(learned, { ...quasiGeostrophicDefaults, deformationRadius: 3 }, 1e-7);
  const d = rows.shape[0]!;
  expectMembersAlone(step, normal(key(2), [3, d]), 1e-12);
  const single = tensor(rows.toArray(), { dtype: "f32" });
  expect(step(single).dtype).toBe("f32");
  expectClose(step(single), step(rows), 1e-4); // values of size 5, roundoff 6·10⁻⁸
});

test("what is beyond degree T and the mean are gone after a step, and a step of 0 leaves the rest", () => {
  const model = bindModel(quasiGeostrophic, { truncation: 8 });
  const noise = normal(key(4), [model.dimension]);
  const { analyse, synthesise } = sphericalTransforms(8);
  const once = model.step(0).map(noise);
  const row = (x: Tensor) => tensor([x.toArray() as number[]]);
  expectClose(row(model.step(0).map(once)), row(once), 1e-13);
  const mu = gaussianGrid(8);
  const weights = tensor(mu.weights.flatMap((w) => Array.from({ length: mu.longitudes }, () => w)));
  expect(Math.abs(mean(mul(weights, once)).item())).toBeLessThan(1e-14);
  const fitted = (synthesise(analyse(row(noise))).toArray() as number[][])[0]!;
  const average = mean(mul(weights, noise)).item() / mean(weights).item();
  expectClose(
    once,
    fitted.map((v) => v - average),
    1e-12,
  );
});

test("chaotic: errors of T21 double within days", { timeout: 180_000 }, () => {
  // Over 600 days the leading exponent is 0.19 a day (examples/library/lyapunov.ts). Here 150 days, after 75 of
  // spin-up: rates over 150 days differ by some 0.03.
  const model = bindModel(quasiGeostrophic);
  const { map } = model.step(0.125);
  const advance = capture((x: Tensor) => map(x));
  let x = tensor(model.start!);
  for (let k = 0; k < 600; k++) x = advance(x);
  const v = normal(key(9), [model.dimension]);
  const exponent = leadingLyapunovExponent(map, x, v, {
    ...{ step: 0.125, transient: 160, counted: 1200 },
  });
  expect(exponent).toBeGreaterThan(0.12);
  expect(exponent).toBeLessThan(0.28);
});

test("what does not fit is refused with advice", () => {
  expect(() => bindModel(quasiGeostrophic, { truncation: 4 })).toThrow(
    /truncation is 4; need a whole number from 5 to 213/,
  );
  const model = bindModel(quasiGeostrophic, { truncation: 6 });
  expect(() => model.step(0.1).map(tensor([1, 2]))).toThrow(/the state is \[2\]; need 200/);
});
