import { expect, test } from "vitest";
import type { EpochFindings } from "../../bench/epoch.js";
import { main } from "../../bench/main.js";

async function findings(...args: string[]): Promise<EpochFindings> {
  let out = "";
  const stdout = { write: (text: string) => (out += text) };
  const small = ["--dimension", "20", "--members", "24", "--trajectories", "2", "--cycles", "40"];
  const all = ["epoch", "--json", "--threads", "1", ...small, ...args];
  expect(await main(all, { stdout, stderr: { write: () => {} } })).toBe(0);
  return JSON.parse(out);
}

// What is stated are the programs; beside them the heap holds small tensors of the problem.
test("epoch: the loss falls, memory is flat and as stated", async () => {
  const { epochs, stated, measured, sizes } = await findings("--epochs", "4");
  expect(sizes).toMatchObject({ dimension: 20, dtype: "f32", window: 20 });
  expect(epochs).toHaveLength(4);
  expect(epochs.map(({ recoveries }) => recoveries)).toEqual([0, 0, 0, 0]);
  expect(epochs[3]!.loss).toBeLessThan(epochs[0]!.loss);
  expect(epochs[3]!.used).toBeLessThanOrEqual(epochs[0]!.used);
  expect(epochs[3]!.reserved).toBe(epochs[0]!.reserved);
  expect(Math.abs(measured / stated - 1)).toBeLessThan(0.1);
});

test("epoch: cycles computed again for their gradient give the same numbers in less memory", async () => {
  const kept = await findings("--epochs", "2");
  const again = await findings("--epochs", "2", "--recompute");
  expect(again.epochs.map(({ loss }) => loss)).toEqual(kept.epochs.map(({ loss }) => loss));
  expect(again.stated).toBeLessThan(kept.stated);
});
