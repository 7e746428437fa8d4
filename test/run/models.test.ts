/** Models in experiment files: their examples, their climates, their places and what can be learned. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { scope } from "../../src/engine/index.js";
import { startValues } from "../../src/parts/index.js";
import { bindSystem } from "../../src/problem/index.js";
import { renderPage } from "../../src/report/render-report.js";
import { systemFor } from "../../src/run/index.js";
import { runText, specificationOf } from "./load.js";

const example = (name: string) =>
  readFileSync(resolve(import.meta.dirname, `../../examples/${name}.yaml`), "utf8");

describe("examples", () => {
  test("lorenz63 finds the heating that made the data, from 24", async () => {
    const { result } = await runText(example("lorenz63"));
    // 27.78 after eight epochs, which end before the steps of Adam are small.
    expect(Math.abs(result.parameters.rho!.learned - 28)).toBeLessThan(1);
    expect(result.rmse!.analysis).toBeLessThan(0.9); // 0.62; an observation's error is 1.41
  });

  test("kuramoto-sivashinsky knows the field much better than the observations do", async () => {
    const { result } = await runText(example("kuramoto-sivashinsky"));
    expect(result.rmse!.analysis).toBeLessThan(0.25); // 0.154; an observation's error is 1
  });

  test("lorenz96-two-scale knows what is observed better than the observations do", async () => {
    const { result } = await runText(example("lorenz96-two-scale"));
    // 0.19 of all variables; the observations' error is 0.32, and the fast ones are not observed.
    expect(result.rmse!.analysis).toBeLessThan(0.25);
  });
});

const twin = (model: string, step: number, method = "{ kind: enkf, members: 20 }", rest = "") => `
name: model
seed: 3
model: ${model}
time: { step: ${step}, observeEvery: 2, cycles: 20 }
observations: { twin: { operator: identity, variance: 1 } }
method: ${method}
${rest}`;

/** Standard deviations of the model's variables over a long run. */
async function climateOf(model: string, step: number, start = "climate"): Promise<number[]> {
  const text = twin(model, step).replace("twin: {", `twin: { start: ${start},`);
  const specification = await specificationOf(text);
  const prior = systemFor({ ...specification, seed: 5 }).prior();
  return (prior.variance as number[]).map(Math.sqrt);
}

describe("the climate", () => {
  test("of Lorenz-63 is that of the attractor", async () => {
    // 7.92, 9.01, 8.63 of runs of 10⁵ units, ours too; here 500 units: three times 2 %.
    const expected = [7.92, 9.01, 8.63];
    (await climateOf("{ kind: lorenz63 }", 0.01)).forEach((sd, i) => {
      expect(Math.abs(sd / expected[i]! - 1)).toBeLessThan(0.06);
    });
  });

  test("of Lorenz-63 does not depend on the length of a step", async () => {
    const [fine, coarse] = [
      await climateOf("{ kind: lorenz63 }", 0.004),
      await climateOf("{ kind: lorenz63 }", 0.02),
    ];
    fine.forEach((sd, i) => {
      expect(Math.abs(sd / coarse[i]! - 1)).toBeLessThan(0.1);
    });
  });

  test("of the Kuramoto–Sivashinsky equation is 1.3 at every point, and of Lorenz-96 3.6", async () => {
    // DAPPER's scores of climatology: 1.3 and 3.6.
    const rms = (sds: number[]) => Math.hypot(...sds) / Math.sqrt(sds.length);
    expect(rms(await climateOf("{ kind: kuramoto-sivashinsky }", 0.5))).toBeCloseTo(1.3, 1);
    const ring = await climateOf("{ kind: lorenz96, dimension: 40, forcing: 8 }", 0.05);
    expect(Math.abs(rms(ring) / 3.64 - 1)).toBeLessThan(0.04);
  });
});

test("a chaotic twin starts near a state of the long run, others anywhere in their climate", async () => {
  const [near, wide] = [
    await climateOf("{ kind: lorenz63 }", 0.01, "state"),
    await climateOf("{ kind: lorenz63 }", 0.01),
  ];
  for (const [i, sd] of near.entries()) expect(sd / wide[i]!).toBeCloseTo(0.1, 12); // √ of a hundredth
  const initialOf = async (text: string) => {
    const specification = await specificationOf(text);
    return systemFor({ ...specification, seed: 5 }).prior();
  };
  const one = twin("{ kind: lorenz63 }", 0.01);
  const several = one.replace("variance: 1 }", "variance: 1, trajectories: { training: 2 } }");
  expect((await initialOf(one)).variance).toEqual(near.map((sd) => expect.closeTo(sd * sd, 10)));
  expect((await initialOf(several)).variance).toEqual(wide.map((sd) => expect.closeTo(sd * sd, 8)));
});

test("positions: points of the ring or the sphere, and fast variables about their slow one", async () => {
  const placesIn = async (model: string) => {
    const system = systemFor(await specificationOf(twin(model, 1)));
    return scope(() => bindSystem(system, startValues).model.geometry ?? null);
  };
  expect(await placesIn("{ kind: kuramoto-sivashinsky, points: 8 }")).toEqual({
    domain: { kind: "ring", length: 8 },
    positions: [0, 1, 2, 3, 4, 5, 6, 7],
  });
  const two = "{ kind: lorenz96-two-scale, slow: 4, fastPerSlow: 2, forcing: 8 }";
  expect(await placesIn(two)).toEqual({
    domain: { kind: "ring", length: 4 },
    positions: [0, 1, 2, 3, -0.25, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25],
  });
  expect(await placesIn("{ kind: lorenz63 }")).toBeNull();
  const sphere = await placesIn("{ kind: quasi-geostrophic, truncation: 5 }");
  expect(sphere?.domain).toEqual({ kind: "sphere", radius: 6.371 });
  expect(sphere?.positions).toHaveLength(8 * 16);
  // The nodes of eight latitudes: abramowitz1964, table 25.4.
  const north = (Math.asin(0.960289856497536) * 180) / Math.PI;
  expect(sphere?.positions[1]).toEqual([22.5, expect.closeTo(north, 12)]);
  expect(sphere?.positions.at(-1)).toEqual([337.5, expect.closeTo(-north, 12)]);
});

describe("every value can be learned, and the report has the equations", () => {
  const learned = (names: readonly string[], truths: readonly number[]) =>
    names.map(
      (name, i) => `${name}: { learn: true, start: ${truths[i]! * 0.99}, truth: ${truths[i]} }`,
    );
  const models = {
    lorenz63: { rest: [], step: 0.02, names: ["sigma", "rho", "beta"], truths: [10, 28, 3] },
    "lorenz96-two-scale": {
      rest: ["slow: 4", "fastPerSlow: 2"],
      step: 0.005,
      names: ["forcing", "coupling", "timeScale", "amplitude"],
      truths: [8, 1, 10, 10],
    },
    "kuramoto-sivashinsky": {
      rest: ["points: 16", "length: 22"],
      step: 0.25,
      names: ["antidiffusion", "hyperviscosity"],
      truths: [1, 1],
    },
  };
  for (const [kind, { rest, step, names, truths }] of Object.entries(models)) {
    test(kind, async () => {
      const model = `{ ${[`kind: ${kind}`, ...rest, ...learned(names, truths)].join(", ")} }`;
      const learn = "learn: { epochs: 2, rates: { dynamics: 1e-3 }, refine: false }";
      const text = twin(model, step, "{ kind: enkf, members: 12 }", learn);
      const output = await runText(text);
      expect(Object.keys(output.result.parameters)).toEqual(names);
      names.forEach((name, i) => {
        expect(output.result.parameters[name]!.learned).not.toBe(truths[i]! * 0.99);
      });
      const { html } = await renderPage(await specificationOf(text), output);
      for (const name of names) expect(html).toContain(name);
    });
  }
});
