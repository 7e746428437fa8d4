import { expect, test } from "vitest";
import type { DanFindings } from "../../bench/dan.js";
import {
  drawTrajectories,
  someWeights,
  windowGradient,
  windowLoss,
} from "../../bench/dan-window.js";
import { main } from "../../bench/main.js";
import { pythonWith } from "../../bench/peers/python.js";
import { add } from "../../src/engine/index.js";
import type { Layers } from "../../src/nets/index.js";

const small = ["--rounds", "1", "--seconds", "0.01", "--batches", "2,3", "--json"];

async function findings(...args: string[]): Promise<{ found: DanFindings; err: string }> {
  const written = { out: "", err: "" };
  const stdout = { write: (text: string) => (written.out += text) };
  const stderr = { write: (text: string) => (written.err += text) };
  expect(await main(["dan", ...small, ...args], { stdout, stderr })).toBe(0);
  return { found: JSON.parse(written.out), err: written.err };
}

test("dan: rates of each batch size and their best, operations, and analyses beside the EnKF's", async () => {
  const { found, err } = await findings("--no-peer");
  expect(err).not.toContain("PyTorch");
  const { batches, ours, peer, ratio, operations, share, inference } = found;
  expect(batches.map(({ batch }) => batch)).toEqual([2, 3]);
  expect(ours).toBe(Math.max(...batches.map((each) => each.ours)));
  expect([peer, ratio]).toEqual([null, null]);
  // 25 convolutions 40 → 40 and those of input and output: forward, and two adjoints but that of the input
  const convolutions = (25 * 1600 * 3 + 80 * 3 + 40 * 3) * 2 * 5 * 40;
  expect(operations.direct / convolutions).toBeGreaterThan(1);
  expect(operations.direct / convolutions).toBeLessThan(1.05);
  expect(operations.direct - operations.done).toBeCloseTo(0.6 * convolutions, -6);
  expect(share).toBeGreaterThan(0);
  expect(new Set(inference.map(({ name }) => name))).toEqual(
    new Set(["network, one state", "EnKF, N = 40"]),
  );
});

test("the window that is timed: its gradient is that of the loss", () => {
  const trajectories = drawTrajectories(2, 2);
  const layers = someWeights();
  const { value, gradient } = windowGradient(layers, trajectories).total;
  expect(value.item()).toBeCloseTo(windowLoss(layers, trajectories).item(), 1);
  // f32: rounding ε J/h ≈ 1e-3 beside truncation h² J‴, both far below slopes of the order of J
  const h = 0.01;
  const moved = (by: number): Layers => ({
    ...layers,
    output: { ...layers.output!, bias: add(layers.output!.bias, by) },
  });
  const [up, down] = [h, -h].map((by) => windowLoss(moved(by), trajectories).item()) as [
    ...[number, number],
  ];
  const slope = gradient.output!.bias.item();
  expect(Math.abs((up - down) / (2 * h) / slope - 1)).toBeLessThan(0.01);
});

const here = pythonWith("torch") === undefined ? "not here" : "here";

test.skipIf(here !== "here")("dan: PyTorch's loss and gradient are ours", async () => {
  const { found } = await findings();
  expect(found.ratio).toBeGreaterThan(0);
});
