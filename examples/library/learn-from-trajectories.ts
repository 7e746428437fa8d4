/** Learns the forcing of Lorenz-96 from four trajectories, in windows of ten cycles. */
import { add, softplus, type Tensor, tensor, transpose } from "kalmia/engine";
import { assimilate, enkf } from "kalmia/filters";
import * as learn from "kalmia/learn";
import { bindModel, lorenz96 } from "kalmia/models";
import { observeComponents } from "kalmia/observe";
import { positive, type Scalar } from "kalmia/prob";
import { key, normal, split } from "kalmia/random";
import { twin } from "kalmia/twin";

const [B, K, N, d] = [4, 60, 20, 8];
const seen = { operator: observeComponents([0, 1, 3, 4, 6, 7]), variance: 0.5 };
const stepAt = (F: Scalar) => bindModel(lorenz96, { dimension: d, forcing: F }).step(0.05);
const x0 = normal(key(1), [B, d]);
const { observations } = twin(x0, Array(K).fill({ transition: stepAt(8), steps: 2 }), seen, key(2));
const y = transpose(observations, [1, 0, 2]); // [B, K, m]
const keys = learn.trajectoryKeys(split(key(3), B), K);
const record = { intervals: Array(K).fill(0.1), trajectories: { y, mask: null, keys }, shared: {} };
const members = add(normal(key(4), [B, N, d]), tensor(x0.data(), { shape: [B, 1, d] }));

const problem: learn.LearningProblem<Tensor> = {
  definitions: [{ name: "F", start: 6, bijection: positive(6), group: "dynamics" }],
  initial: (_, start) => start.members!, // the state, [B, N, d]
  run: ({ F }, before, window) => {
    const cycles = learn.cyclesOf(window).map(({ key: own, trajectories: at }) => ({
      ...{ key: own, transition: stepAt(F!), steps: 2, observation: { ...at, ...seen } },
    }));
    const cycleKeys = cycles.map((cycle) => cycle.key);
    return assimilate(enkf({ members: N, covarianceInflation: 0.2 }), before, cycles, cycleKeys);
  },
  training: { start: { members }, windows: learn.windowsOf(record, 10) },
  validation: { start: null, windows: [] },
};

export function main() {
  const how = { epochs: 20, patience: 20, plateau: { patience: 5, factor: 0.1 } };
  const training = learn.trainer(problem, { ...how, rates: { dynamics: 0.02, filter: 0.02 } });
  let state = learn.trainStart(learn.startLatents(problem.definitions));
  while (!training.finished(state)) ({ state } = training.epoch(state));
  return { forcing: 6 * softplus(tensor(state.best!.latents.F!)).item(), loss: state.best!.loss };
}

if (process.argv[1] === import.meta.filename) console.log(main());
