/** A look inside the analysis within a run: only where it is asked for, and what fails there is told. */
import { describe, expect, test } from "vitest";
import { inspectAnalysis } from "../../src/diagnostics/index.js";
import { analysisNetworkRecord } from "../../src/filters/index.js";
import { lorenz96 } from "../../src/models/index.js";
import { use } from "../../src/parts/index.js";
import { simulate, stateSpace } from "../../src/problem/index.js";
import { Interrupted, runExperiment } from "../../src/run/index.js";
import { quiet, runText, specificationOf } from "./load.js";

const file = (method: string, more = "") => `
name: inside
model: { kind: lorenz96, dimension: 8, forcing: 4 }
time: { step: 0.05, cycles: 60, spinup: 20 }
observations: { twin: { variance: 1 } }
method: { kind: dan, network: { filters: 3, blocks: 1, subBlocks: 1, kernel: 3 }${method} }
${more}
`;
const learn = "learn: { loss: truth, epochs: 3, window: 2, rates: { filter: 1e-2 } }";
const inspect = ", inspect: { states: 5, members: 12, staticVariance: 0.2 }";

describe("a run that is asked to look inside its network", () => {
  test("gives what the library gives for the values that it learned, and is otherwise the same", async () => {
    const { inspection, result, learned } = await runText(file(inspect, learn));
    const system = stateSpace({
      ...{ model: lorenz96, parameters: { dimension: 8, forcing: 4 }, noise: 1, step: 0.05 },
    });
    const network = { filters: 3, blocks: 1, subBlocks: 1, kernel: 3 };
    const { record } = simulate(system, { cycles: 60 });
    const { tensor } = await import("../../src/engine/index.js");
    const values = Object.fromEntries(
      Object.entries(learned!).map(([name, { shape, values: of }]) => [
        name,
        tensor(Array.from(of), { shape }),
      ]),
    );
    const direct = inspectAnalysis(use(analysisNetworkRecord, { network }), system, record, {
      ...{ values, spinup: 20, states: 5, members: 12, staticVariance: 0.2 },
    });
    expect(inspection).toEqual(direct);
    expect(result.inspection).toEqual({
      rmse: direct.rmse,
      bias: { mean: direct.bias.mean, sd: direct.bias.sd },
      gain: direct.gain,
      distances: direct.distances,
    });
    expect(direct.bias.mean).toBeGreaterThan(0);
    expect(direct.rmse!.network).toBeCloseTo(result.rmse!.analysis, 12);
    expect(direct.locality!.flat().some((value) => value !== 0)).toBe(true);

    const plain = await runText(file("", learn));
    expect(plain.inspection).toBeUndefined();
    expect(plain.result).not.toHaveProperty("inspection");
    expect(plain.result.rmse).toEqual(result.rmse);
    expect(plain.learned).toEqual(learned);
  });

  test("keeps its scores where the look fails, and says why", async () => {
    // One cycle after the spin-up is too few.
    const short = file(inspect, learn).replace("spinup: 20", "spinup: 59");
    const { inspection, result } = await runText(short);
    expect(inspection).toBeUndefined();
    expect(result.failures).toMatchObject([
      { stage: "inspection", cause: expect.stringMatching(/60 cycles, and the first 59 do not/) },
    ]);
    expect(result.warnings.join(" ")).toMatch(/look inside the analysis failed; states and scores/);
    expect(result.rmse!.analysis).toBeGreaterThan(0);
  });

  test("stops where it is asked to", async () => {
    const specification = await specificationOf(file(inspect, learn));
    let looking = false;
    const host = {
      ...quiet,
      progress: ({ stage }: { stage: string }) => {
        looking ||= stage === "looking inside";
      },
      stopRequested: () => looking,
    };
    await expect(runExperiment(specification, host)).rejects.toThrow(Interrupted);
  });
});

test("a look inside is for networks, of not too many variables", async () => {
  const refused = (text: string) => expect(specificationOf(text)).rejects;
  await refused(file("").replace("kind: dan,", "kind: enkf, members: 9, inspect: {},")).toThrow(
    /method\.inspect: "inspect" is not a key of enkf/,
  );
  await refused(file(", inspect: { states: 0 }", learn)).toThrow(/method\.inspect\.states/);
  await refused(file(", inspect: {}", learn).replace("dimension: 8", "dimension: 240")).toThrow(
    /method\.inspect: compares matrices of all pairs of the 240 variables; need at most 200/,
  );
});
