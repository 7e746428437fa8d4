import { describe, expect, test } from "vitest";
import {
  capture,
  expandDims,
  mul,
  neg,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from "../../src/engine/index.js";
import {
  analysisNetwork,
  analysisNetworkRecord,
  linearIncrement,
  type Method,
  networkAnalysis,
} from "../../src/filters/index.js";
import { type LearnState, startLatents, tensorsOf, windowLoss } from "../../src/learn/index.js";
import { fromRow, rowOf } from "../../src/learn/parameters.js";
import { lorenz96 } from "../../src/models/index.js";
import { initialLayers } from "../../src/nets/index.js";
import { type Observation, observeAll, randomOperator } from "../../src/observe/index.js";
import { use } from "../../src/parts/index.js";
import {
  assimilateByStates,
  definitionsOf,
  endless,
  type FitSettings,
  fit,
  fitDefaults,
  type Loss,
  learningProblem,
  losses,
  rowsOf,
  simulate,
  simulateMany,
  stateSpace,
} from "../../src/problem/index.js";
import { key, keyBatch, normal } from "../../src/random/index.js";
import { slopeOf } from "../support/differences.js";

const d = 8;
const ring = (dtype: "f64" | "f32" = "f64", observe?: object) =>
  stateSpace({
    ...{ model: lorenz96, parameters: { dimension: d, forcing: 8 }, noise: 1, step: 0.05, dtype },
    ...{ start: "climate", ...observe },
  });
const network = { filters: 4, blocks: 1, subBlocks: 2, kernel: 3 };
const method = use(analysisNetworkRecord, { members: 2, network });

/** A learning problem, latents none of which is 0, and its loss over two windows of two cycles each. */
function problemBy(loss: Loss, training = simulateMany(ring(), { trajectories: 2, cycles: 4 })) {
  const system = ring();
  const definitions = definitionsOf(method, system);
  const settings = { ...fitDefaults, loss, window: 4 };
  const data = { training, validation: [], key: key(3) };
  const problem = learningProblem(method, system, data, settings, definitions);
  const noise = normal(key(4), [rowOf(definitions, startLatents(definitions)).length]).data();
  const row = rowOf(
    definitions,
    startLatents(
      definitions,
      Float64Array.from(noise, (v) => 0.1 * v),
    ),
  );
  const J = (at: Parameters<typeof windowLoss>[1]) =>
    windowLoss(problem, at, { start: problem.training.start }, problem.training.windows[0]!).loss;
  return { definitions, problem, row, J };
}

describe.each(losses)("loss %s", (loss) => {
  test("gradient through four cycles equals central differences", () => {
    const { definitions, row, J } = problemBy(loss);
    const tensors = (numbers: readonly number[]) =>
      tensorsOf(definitions, fromRow(definitions, numbers), "f64");
    const { gradient } = capture((at: ReturnType<typeof tensors>) => valueAndGrad(J)(at))(
      tensors(row),
    );
    const slopes = definitions.flatMap(({ name }) => [...gradient[name]!.data()]);
    const value = capture(J);
    for (const i of [0, 7, 15, 40, row.length - 9, row.length - 1]) {
      const along = (v: number) => value(tensors(row.with(i, v))).item();
      const expected = slopeOf(along, row[i]!, 1e-3);
      expect(Math.abs(slopes[i]! - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)));
    }
  });
});

test("the loss truth is Σ ‖xᵗ − x̄ᵃ‖² of the cycles", () => {
  const { problem, definitions, row, J } = problemBy("truth");
  const at = tensorsOf(definitions, fromRow(definitions, row), "f64");
  const [window] = problem.training.windows;
  expect(window!.trajectories.truth!.shape).toEqual([2, 4, d]);
  expect(problem.judged!(window!)).toBe(2 * 4 * d);
  // By hand, with the cycles one by one.
  const series = (problem as ReturnType<typeof learningProblem>).series(
    Object.fromEntries(
      definitions.map(({ name, bijection }) => [name, bijection.forward(at[name]!)]),
    ),
    problem.initial(at, problem.training.start),
    window!,
  );
  const truth = window!.trajectories.truth!.toArray() as number[][][];
  const expected = series.series.reduce((total, { analysis }, k) => {
    const { mean } = series.method.moments(analysis);
    const rows = mean.toArray() as number[][];
    return (
      total +
      rows.flat().reduce((s, v, i) => s + (v - truth.flatMap((each) => each[k]!)[i]!) ** 2, 0)
    );
  }, 0);
  expect(Math.abs(J(at).item() / expected - 1)).toBeLessThan(1e-12);
});

test("a record without a truth cannot be learned from by the loss truth", () => {
  const { record } = simulate(ring(), { cycles: 4 });
  const unknown = { ...record, truth: null };
  expect(() => problemBy("truth", [unknown])).toThrow(
    /the true states of the observations are not known/,
  );
  expect(() => problemBy("observations", [unknown])).not.toThrow();
});

const learn: Partial<FitSettings> = {
  ...{ loss: "truth", epochs: 4, window: 2, schedule: "cosine", clip: 1 },
  rates: { dynamics: 1e-2, filter: 1e-2 },
};
const source = endless({ trajectories: 4, cycles: 8 });

test("endless learning goes on from a checkpoint to the same weights, bit for bit", async () => {
  const system = ring("f32");
  const states: LearnState[] = [];
  const validation = simulateMany(system, { trajectories: 2, cycles: 6, key: key(9) });
  const options = { method, learn, validation };
  const told: (number | null)[] = [];
  const whole = await fit(system, source, {
    ...options,
    checkpoint: (state) => states.push(JSON.parse(JSON.stringify(state))),
    progress: ({ sampleCycles }) => void told.push(sampleCycles),
  });
  expect(told.slice(0, 4).every((speed) => speed! > 0)).toBe(true);
  expect(whole.logLikelihood).toBe(null);
  const after = await fit(system, source, { ...options, from: states[1]! });
  for (const [name, x] of Object.entries(whole.values)) {
    expect(after.values[name]!.toArray()).toEqual(x.toArray());
  }
  // Rates by half a cosine.
  expect(whole.losses.map(({ rate }) => rate)).toEqual(
    [0, 1, 2, 3].map((e) => (1 + Math.cos((Math.PI * e) / 4)) / 2),
  );
});

test("each epoch has trajectories of its own, the same whenever it is asked for", () => {
  const system = ring();
  const data = { training: source, validation: [], key: key(1) };
  const problem = learningProblem(method, system, data, { ...fitDefaults, window: 2 }, []);
  const y = (epoch: number) => problem.draw!(epoch).windows[0]!.trajectories.y.toArray();
  expect(y(1)).toEqual(y(1));
  expect(y(1)).not.toEqual(y(0));
  expect(y(0)).toEqual(problem.training.windows[0]!.trajectories.y.toArray());
});

test.each([
  ["all variables, from the truth", "truth", {}],
  [
    "changing places, from observations alone",
    "observations",
    { observe: use(randomOperator, { random: 0.5, everyStep: true }) },
  ],
] as const)("a small network learns to filter: %s", async (_, loss, observe) => {
  const system = ring("f32", observe);
  const one = use(analysisNetworkRecord, { network: { filters: 8, blocks: 1, subBlocks: 2 } });
  const fitted = await fit(system, endless({ trajectories: 16, cycles: 40 }), {
    method: one,
    learn: { ...learn, loss, epochs: 25, rates: { dynamics: 1e-2, filter: 1e-2 } },
  });
  const { record, truth } = simulate(system, { cycles: 300, key: key(77) });
  const run = fitted.run(record);
  const rows = rowsOf(run.analysis.mean);
  const rmse = (k: number) =>
    Math.sqrt(rows[k]!.reduce((s, v, i) => s + (v - truth[k]![i]!) ** 2, 0) / d);
  const mean =
    Array.from({ length: 200 }, (_, k) => rmse(100 + k)).reduce((a, b) => a + b, 0) / 200;
  // Free forecasts are 5 away; the observations, where there are any, 1.
  expect(mean).toBeLessThan(loss === "truth" ? 0.8 : 2.5);
});

test("the loss corrected adds 2 tr(H K R) to the misfit of a linear gain, on average", () => {
  const B = 4000;
  const gain = [0.5, 0.3, 0.8];
  const R = [1, 2, 0.5];
  const operator = observeAll(3);
  const scaled = (_: Tensor, zeta: Tensor) => expandDims(mul(tensor(gain), zeta), -2);
  const network = linearIncrement(3);
  const layers = initialLayers(key(1), network.layers);
  const method = {
    ...analysisNetwork({ members: 1, network, layers }),
    analyse: (E: Tensor, observation: Observation) => networkAnalysis(E, observation, scaled),
  } as Method<unknown>;
  const y = normal(key(1), [B, 3]);
  const observation = { y, operator, variance: tensor(R), mask: null };
  const transition = { map: (x: Tensor) => x, noise: null };
  const { logEvidence, state } = assimilateByStates(
    "corrected",
    method,
    zeros([B, 1, 3]),
    [{ transition, steps: 0, observation }],
    [keyBatch(key(2), B)],
    { truths: null, recompute: false },
  );
  const misfit = sum(square(sub(y, squeeze(state as Tensor, -2))), -1);
  const added = sub(neg(logEvidence), misfit).data(); // 2 vᵀ A v, A = diag(gain)
  const mean = [...added].reduce((a, b) => a + b, 0) / B;
  // The gain of ζ = R⁻¹ δ is K = diag(gain) R⁻¹, so tr(K R) is the sum of the gains; Var 2vᵀAv = 8 ‖A‖².
  const sd = Math.sqrt((8 * gain.reduce((s, g) => s + g * g, 0)) / B);
  expect(Math.abs(mean - 2 * gain.reduce((a, b) => a + b))).toBeLessThan(5 * sd);
});
