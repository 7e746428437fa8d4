/** The memory and time of runs: the formulas by their parts, and runs that are refused as they would not fit. */
import { describe, expect, test } from "vitest";
import { SpecificationError } from "../../src/problem/index.js";
import { key } from "../../src/random/index.js";
import { passedLimit } from "../../src/run/check-memory.js";
import { costOf, memoryFor } from "../../src/run/cost.js";
import { dataOf, type MemoryLimits, runExperiment } from "../../src/run/index.js";
import { addressable, type Memory, memoryOf } from "../../src/run/memory.js";
import type { Specification } from "../../src/run/specification.js";
import { quiet, specificationOf } from "./load.js";

const ring = (rest: string) => `
name: ring
model: { kind: lorenz96, dimension: 40, forcing: { learn: true, start: 7, truth: 8 } }
time: { step: 0.05, cycles: 60 }
observations: { twin: { variance: 1 } }
${rest}`;
const learning = ring(
  "method: { kind: enkf, members: 20 }\nlearn: { epochs: 2, window: 10, refine: false }",
);

/** Of the same model nothing is learned. */
const filtering = ring("method: { kind: enkf, members: 20 }").replace(
  "{ learn: true, start: 7, truth: 8 }",
  "8",
);

const ample: MemoryLimits = { process: 2 ** 40, heap: 2 ** 40 };

const cost = (specification: Specification) =>
  costOf(specification, dataOf(specification, key(1)), key(1));
const costFor = async (text: string) => cost(await specificationOf(text));

/** The refusal of a run; what it does before it is refused must not learn. */
async function refusal(text: string, limits: Partial<MemoryLimits>): Promise<SpecificationError> {
  const specification = await specificationOf(text);
  const host = {
    ...quiet,
    progress: () => expect.fail("the run began"),
    memory: { ...ample, ...limits },
  };
  const error = await runExperiment(specification, host).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(SpecificationError);
  return error as SpecificationError;
}

describe("memory", () => {
  const none = {
    ...{ instructions: 0, cycleBytes: 0, gradientCycles: 0, curvatureCycles: 0 },
    ...{ observed: 0, simulated: 0, filtered: 0, variables: 1 },
  };

  test("is the sum of its parts, and that of the process where there is nothing else", () => {
    expect(memoryOf(none).total).toBe(memoryOf(none).process);
    const counts = {
      ...{ instructions: 30, cycleBytes: 1000, gradientCycles: 20, curvatureCycles: 60 },
      ...{ observed: 500, simulated: 0, filtered: 500, variables: 2 },
    };
    const { total, ...parts } = memoryOf(counts);
    expect(Object.values(parts).reduce((sum, part) => sum + part)).toBe(total);
    expect(parts.tensors).toBe(1000 * 80);
    expect(parts.programs).toBeCloseTo(15e6 + 30 * (11e3 * 20 + 12e3 * 60), 3);
    expect(parts.record).toBe(500e3);
  });

  test("of results grows fast at first, by what V8 leaves, and then as they do", () => {
    const at = (filtered: number) => memoryOf({ ...none, filtered }).results;
    expect(at(1000) / 1000).toBeGreaterThan(5 * ((at(2e6) - at(1e6)) / 1e6));
    expect((at(2e6) - at(1e6)) / 1e6).toBeCloseTo(700, 6);
  });

  test("of a learning run: longer windows take more, and so does refinement", async () => {
    const [short, long, refined] = await Promise.all(
      [
        learning,
        learning.replace("window: 10", "window: 20"),
        learning.replace("refine: false", "refine: true"),
      ].map(costFor),
    );
    // Windows after the first have a program of their own, and the counts of few cycles are not quite a line.
    expect(long!.memory.tensors / short!.memory.tensors).toBeGreaterThan(1.8);
    expect(long!.memory.tensors / short!.memory.tensors).toBeLessThan(2.2);
    expect(refined!.memory.programs).toBeGreaterThan(short!.memory.programs);
    expect(refined!.seconds).toBeGreaterThan(short!.seconds);
  });

  test("a bound from one cycle without derivatives is enough where all is small", async () => {
    const specification = await specificationOf(learning);
    const data = dataOf(specification, key(1));
    const asked: Memory[] = [];
    const bound = memoryFor(specification, data, key(1), (memory) => asked.push(memory) > 0);
    expect(bound).toBe(asked[0]);
    const counted = memoryFor(specification, data, key(1), () => false);
    expect(counted).toEqual(cost(specification).memory);
    expect(bound.tensors).toBeGreaterThan(counted.tensors);
    expect({ ...bound, tensors: 0, total: 0 }).toEqual({ ...counted, tensors: 0, total: 0 });
  });
});

describe("limits", () => {
  const memory: Memory = {
    ...{ process: 155e6, programs: 200e6, tensors: 5e9, record: 1e6, results: 100e6 },
    total: 5.456e9,
  };

  test("are those of WebAssembly, of the heap and of the process", () => {
    expect(passedLimit(memory, ample)).toMatchObject({ needed: 5e9, limit: addressable });
    const smaller = { ...memory, tensors: 1e9, total: 1.456e9 };
    expect(passedLimit(smaller, ample)).toBeNull();
    expect(passedLimit(smaller, { ...ample, heap: 3e8 })).toMatchObject({
      ...{ needed: 301e6, limit: 3e8 },
    });
    expect(passedLimit(smaller, { ...ample, process: 1.4e9 })).toMatchObject({ needed: 1.456e9 });
  });

  test("a run that does not fit into them is refused before it begins, with figure and key", async () => {
    const { memory: told } = await costFor(learning);
    const { key: at, reason } = await refusal(learning, { process: told.total - 1 });
    expect(at).toBe("learn.window");
    expect(reason).toMatch(
      /^the run would take about \d+ MB, \d+ MB of it for .*; this process has \d+ MB\. Take a shorter window$/,
    );
    const host = { ...quiet, memory: { ...ample, process: told.total } };
    const { result } = await runExperiment(await specificationOf(learning), host);
    expect(result.diverged).toBe(false);
  });

  test.each([
    [
      "refinement",
      learning.replace("refine: false", "refine: true"),
      { heap: 30e6 },
      "learn.window",
      /Node's own memory \(--max-old-space-size\) has 30 MB\. Take a shorter window, or no refinement/,
    ],
    [
      "the states of a twin",
      filtering,
      { process: 160e6 },
      "time.cycles",
      /of it for states, table and figures; this process has 160 MB\. Take fewer cycles/,
    ],
    [
      "trajectories",
      filtering.replace("variance: 1 }", "variance: 1, trajectories: { training: 1, test: 3 } }"),
      { process: 160e6 },
      "observations.twin.trajectories",
      /Take fewer or shorter ones/,
    ],
  ])("%s", async (_, text, limits, at, words) => {
    const { key: place, reason } = await refusal(text, limits);
    expect(place).toBe(at);
    expect(reason).toMatch(words);
  });
});
