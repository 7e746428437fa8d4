/** What a method would refuse while it runs is refused as input, at its key. */
import { expect, test } from "vitest";
import { parseExperiment } from "../../src/io/index.js";

const twin = (method: string, noise = "") => `name: a
model: { kind: lorenz63${noise} }
time: { step: 0.05, cycles: 5 }
observations: { twin: { variance: 1 } }
method: { ${method} }
`;
const noisy = ", processNoise: { variance: 0.1 }";

const messageOf = (text: string): Promise<string> =>
  parseExperiment(text, "a.yaml", () => Promise.reject(new Error("none"))).then(
    () => "",
    (error: Error) => error.message,
  );

test.each([
  [
    "kind: ienks, members: 5, observationWeights: [0.5, 0.4]",
    /^a.yaml:5:\d+ method.observationWeights: got \[0.5, 0.4\]; need positive numbers of sum 1, at most 2 for a lag of 1$/,
  ],
  ["kind: ienks, members: 5, lag: 0, observationWeights: [0.5, 0.5]", /at most 1 for a lag of 0/],
  ["kind: ienks, members: 5, observationWeights: [1, 0]", /need positive numbers of sum 1/],
  [
    "kind: particle, members: 5",
    /^a.yaml:5:\d+ method.kind: particle needs process noise of the model; without it copies of a particle stay equal. Give it, or a regularisation such as 1$/,
  ],
  ["kind: optimal-particle, members: 5", /method.kind: optimal-particle needs process noise/],
  [
    "kind: 3dvar-k, gain: { matrix: [[1, 2], [2, 1], [0, 1]] }",
    /method.gain.matrix: has 2 columns; need 3, one for each value observed$/,
  ],
  [
    "kind: unscented-kalman, kappa: -3",
    /^a.yaml:5:\d+ method.kappa: got -3; need a number above −3 for 3 variables$/,
  ],
  [
    "kind: particle, members: 5, processNoise: { variance: 0 }",
    /method.kind: particle needs process noise of the model/,
  ],
])("%s", async (method, message) => {
  expect(await messageOf(twin(method))).toMatch(message);
});

test("process noise with a smoother that crosses its window without", async () => {
  expect(await messageOf(twin("kind: ienks, members: 5", noisy))).toMatch(
    /^a.yaml:2:\d+ model.processNoise: given, but ienks needs a model without; its window is crossed/,
  );
  expect(await messageOf(twin("kind: ienks, members: 5, processNoise: { variance: 1 }"))).toMatch(
    /method.processNoise: given, but ienks needs a model without/,
  );
});

test.each([
  ["kind: ienks, members: 5, observationWeights: [0.25, 0.75]", ""],
  ["kind: ienks, members: 5, lag: 0", noisy],
  ["kind: ienks, members: 5", ", processNoise: { variance: 0 }"],
  ["kind: particle, members: 5", noisy],
  ["kind: particle, members: 5, regularisation: 1", ""],
  ["kind: particle, members: 5, resampleBelow: 0", ""],
  ["kind: optimal-particle, members: 5, proposalRegularisation: 1", ""],
  ["kind: unscented-kalman, kappa: -2.9", ""],
])("%s%s is accepted", async (method, noise) => {
  expect(await messageOf(twin(method, noise))).toBe("");
});

test("states that are kept above zero, with noise that is folded", async () => {
  const predators = (method: string, coordinates: string) => `name: a
model: { kind: lotka-volterra, growth: [1, -1], interactions: [[0, -1], [1, 0]], coordinates: ${coordinates}, processNoise: { variance: 0.01 } }
time: { step: 0.1, cycles: 5 }
observations: { twin: { operator: identity, noise: { kind: ${coordinates === "log" ? "lognormal, sd: 0.1" : "normal, variance: 0.1"} } } }
method: { ${method}, initial: { mean: [1, 1], variance: 0.1 } }
`;
  expect(await messageOf(predators("kind: optimal-particle, members: 5", "abundance"))).toMatch(
    /^a.yaml:5:\d+ method.kind: optimal-particle needs states with Gaussian noise, and those of lotka-volterra are kept above zero; take particle/,
  );
  expect(await messageOf(predators("kind: particle, members: 5", "abundance"))).toBe("");
  expect(await messageOf(predators("kind: optimal-particle, members: 5", "log"))).toBe("");
});
