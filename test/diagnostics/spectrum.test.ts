import { expect, test } from "vitest";
import { powerSpectrum } from "../../src/diagnostics/index.js";
import { expectClose } from "../support/close.js";
import { gaussianNumbers } from "../support/dense.js";

const wave = (d: number, k: number, amplitude: number) =>
  Array.from({ length: d }, (_, j) => amplitude * Math.cos((2 * Math.PI * k * j) / d + 0.3));

test.each([8, 9])("one wave on %d points has all its power, a²/2, at its wavenumber", (d) => {
  const power = powerSpectrum([wave(d, 3, 2)]);
  expect(power.length).toBe(Math.floor(d / 2) + 1);
  expectClose(
    power,
    power.map((_, k) => (k === 3 ? 2 : 0)),
    1e-13,
  );
});

test.each([10, 11])("Parseval on %d points, averaged over fields", (d) => {
  const z = gaussianNumbers(2);
  const fields = Array.from({ length: 4 }, () => Array.from({ length: d }, () => 1 + z()));
  const square = fields.flat().reduce((t, v) => t + v * v, 0) / (4 * d);
  const total = powerSpectrum(fields).reduce((a, b) => a + b, 0);
  expect(total).toBeCloseTo(square, 12);
});

test("means and alternations count once", () => {
  expectClose(powerSpectrum([[3, 3, 3, 3]]), [9, 0, 0], 1e-14);
  expectClose(powerSpectrum([[1, -1, 1, -1]]), [0, 0, 1], 1e-14);
  expect(() => powerSpectrum([])).toThrow(/no fields/);
});
