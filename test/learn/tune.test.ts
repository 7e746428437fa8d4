import { expect, test } from "vitest";
import { startLatents, tuneRates } from "../../src/learn/index.js";
import { lorenzProblem } from "./lorenz.js";

const options = { epochs: 3, patience: 100, plateau: { patience: 5, factor: 0.1 } };
const still = { dynamics: 1e-9, filter: 1e-9 };
const good = { dynamics: 2e-3, filter: 1e-1 };
const wild = { dynamics: 1e6, filter: 1e6 };

test("the rates with the least validation loss go on from where they ended", async () => {
  const problem = lorenzProblem();
  const start = startLatents(problem.definitions);
  const chosen = await tuneRates(problem, options, [still, good, wild], 2, start);
  expect(chosen.rates).toBe(good);
  expect(chosen.state.epoch).toBe(2);
  expect(chosen.reports).toHaveLength(2);
});

test("a single candidate is taken as it is", async () => {
  const problem = lorenzProblem();
  const chosen = await tuneRates(problem, options, [still], 2, startLatents(problem.definitions));
  expect(chosen.rates).toBe(still);
  expect(chosen.state.epoch).toBe(0);
});
