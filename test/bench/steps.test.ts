import { expect, test } from "vitest";
import { agreement } from "../../bench/agreement.js";
import { type StepCase, stepCases, windowLoss } from "../../bench/cases.js";
import { parsePeer } from "../../bench/compare.js";
import { main } from "../../bench/main.js";
import { lossGiven, type StepNoise, smallCases } from "../../bench/peers/export.js";
import { findPeer } from "../../bench/peers/python.js";
import { leavesOf } from "../../src/engine/index.js";
import { cycleKeys } from "../../src/filters/index.js";
import { foldIn, type Key, normal, split } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";

/** Collects what is written. */
function streams() {
  const written = { out: "", err: "" };
  return {
    written,
    stdout: { write: (text: string) => (written.out += text) },
    stderr: { write: (text: string) => (written.err += text) },
  };
}

test("the cases are the peer's, by name and size", () => {
  const sizes = stepCases().map(({ name, sizes, observed }) => [
    name,
    ...[sizes.dimension, sizes.members, observed.length, sizes.cycles, sizes.trajectories],
  ]);
  expect(sizes).toEqual([
    ["clohessy-wiltshire enkf N=25", 6, 25, 3, 20, 8],
    ["clohessy-wiltshire 3dvar-C", 6, null, 3, 20, 8],
    ["lorenz96 d=40 enkf N=50, forcing only", 40, 50, 40, 10, 8],
    ["lorenz96 d=200 enkf N=25, residual net", 200, 25, 120, 4, 8],
    ["lorenz96 d=200 3dvar-C, residual net", 200, null, 120, 4, 8],
    ["lotka-volterra d=100 enkf N=100", 100, 100, 50, 5, 8],
  ]);
});

test("everything of a case has the dtype asked for", () => {
  for (const [, each] of smallCases()) {
    const { keys, ...inputs } = each.inputs("f32");
    expect(keys.dtype).toBe("i32");
    expect(new Set(leavesOf(inputs).map(({ dtype }) => dtype))).toEqual(new Set(["f32"]));
    const { learned, initial, values } = inputs;
    expect(windowLoss(each)(learned, initial, values, keys).dtype).toBe("f32");
  }
});

/** The noise that the filter draws from the keys of a window. */
function drawn({ sizes, observed }: StepCase<unknown>, from: Key): StepNoise[] {
  const { members: N, dimension: d, trajectories: B, cycles } = sizes;
  return cycleKeys(from, 0, cycles).map((each) => {
    const [forecast, analysis] = split(each) as [Key, Key];
    return {
      forecast: normal(foldIn(forecast, 0), [B, N ?? 1, d]),
      observation: normal(analysis, [B, N ?? 1, observed.length]),
    };
  });
}

test("the loss that is compared with PyTorch's is the loss that is timed", () => {
  for (const [, each] of smallCases()) {
    const { learned, initial, values, keys } = each.inputs("f64");
    const timed = windowLoss(each)(learned, initial, values, keys);
    const compared = lossGiven(each)(learned, initial, values, drawn(each, keys));
    expectClose(compared, timed, 1e-12 * Math.abs(timed.item()));
  }
});

const here = "missing" in findPeer(undefined) ? "not here" : "here";

test.skipIf(here !== "here")("loss and gradients agree with PyTorch's to 1e-10", async () => {
  const { written, ...both } = streams();
  expect(await agreement([], both)).toBe(0);
  expect(written.out).toContain("lotka-volterra enkf");
});

test("the peer's lines", () => {
  const lines = "clohessy-wiltshire 3dvar-C        0.521 ms/step  (threads 1)\nnoise\n";
  expect(parsePeer(lines)).toEqual([["clohessy-wiltshire 3dvar-C", 0.521]]);
});

test("steps --json prints what INTERFACE says", async () => {
  const { written, ...both } = streams();
  const code = await main(
    ["steps", "--json", "--quick", "--case", "clohessy-wiltshire 3dvar"],
    both,
  );
  expect(code).toBe(0);
  const found = JSON.parse(written.out);
  expect(found).toMatchObject({ threads: 1, blas: false });
  expect(found.cases).toHaveLength(1);
  expect(found.cases[0].name).toBe("clohessy-wiltshire 3dvar-C");
  expect(found.cases[0].ms).toBeGreaterThan(0);
  expect(typeof found.node).toBe("string");
});

test("an option that is not known: 2, and a message", async () => {
  const { written, ...both } = streams();
  expect(await main(["steps", "--jsn"], both)).toBe(2);
  expect(written.err).toContain("--jsn");
});

test("a peer that is not there: 2, and what to do", async () => {
  const { written, ...both } = streams();
  expect(await main(["compare", "/nowhere/peer.py"], both)).toBe(2);
  expect(written.err).toContain("KALMIA_PEER");
});
