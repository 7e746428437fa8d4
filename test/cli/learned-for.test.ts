/** A network that is used for another setting than it was learned for says so, and its file is in f32. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readTensors } from "../../src/io/safetensors.js";
import { rangeOf, runExperiment } from "../../src/run/index.js";
import { kalmia } from "./fixture.js";

const setting = `seed: 1
model: { kind: lorenz96, dimension: 8, forcing: 8 }
time: { step: 0.05, cycles: 30 }
`;
const learning = `name: learning
${setting}observations:
  twin:
    variance: 1
    trajectories: { training: 4, test: 1, validation: 1, endless: true, cycles: 10 }
method: { kind: dan, network: { linear: true } }
learn: { loss: truth, dtype: f32, epochs: 10, window: 2, rates: { filter: 0.03 } }
output: learned
`;
const using = `name: using
${setting}observations: { twin: { variance: 1 } }
method:
  kind: dan
  network: { linear: true }
  weights: learned/model.safetensors
output: used
`;

describe("a network of the analysis", () => {
  const folder = mkdtempSync(join(tmpdir(), "kalmia-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = async (name: string, text: string) => {
    writeFileSync(join(folder, `${name}.yaml`), text);
    const { code, stdout } = await kalmia(["run", `${name}.yaml`, "--json"], folder, {
      runExperiment,
    });
    expect(code).toBeLessThan(2); // so little learning may diverge
    return JSON.parse(stdout) as { readonly warnings: readonly string[] };
  };
  const about = /learned for another setting|learned from/;
  const warning = ({ warnings }: { readonly warnings: readonly string[] }) =>
    warnings.filter((text) => about.test(text));

  test("its file says what it was learned for, in numbers of four bytes", async () => {
    expect(warning(await run("learning", learning))).toEqual([]);
    const bytes = readFileSync(join(folder, "learned/model.safetensors"));
    const { tensors, metadata } = readTensors(bytes, "model.safetensors");
    const numbers = Object.values(tensors).reduce((n, { values }) => n + values.length, 0);
    expect(bytes.length).toBeLessThan(4 * numbers + 3000);
    const { setting: known, range } = JSON.parse(metadata.learned_for!);
    expect(known).toMatchObject({ time: { step: 0.05, observeEvery: 1 } });
    expect(range[0]).toBeLessThan(-2); // Lorenz-96 moves from about −8 to 13
    expect(range[1]).toBeGreaterThan(5);
  });

  test("in the same setting there is no warning", async () => {
    expect(warning(await run("same", using))).toEqual([]);
  });

  test("in another, what differs", async () => {
    const other = using
      .replace("step: 0.05", "step: 0.1")
      .replace("{ variance: 1 }", "{ operator: { every: 2 }, variance: 4 }");
    const [found] = warning(await run("other", other));
    for (const part of [
      "time.step 0.05 there and 0.1 here",
      "observations.noise.variance 1 there and 4 here",
      "observations.operator",
    ]) {
      expect(found).toContain(part);
    }
  });

  test("where states are far outside of what it was learned from, how often", async () => {
    const far = using.replace("forcing: 8", "forcing: 16");
    const found = warning(await run("far", far));
    expect(found).toContainEqual(
      expect.stringMatching(/^At \d+ of 30 times, first at time .* far outside .* a guess/),
    );
  });

  test("nothing is said where it is learned further", async () => {
    const further = learning
      .replace("output: learned", "output: further")
      .replace("variance: 1", "variance: 4")
      .replace("} }\nlearn", "}, weights: learned/model.safetensors }\nlearn");
    expect(warning(await run("further", further))).toEqual([]);
  });
});

test("the range of true states", () => {
  expect(
    rangeOf([
      [1, -2],
      [5, 3],
    ]),
  ).toEqual([-2, 5]);
  expect(rangeOf(null)).toBeNull();
});
