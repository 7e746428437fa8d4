/** Lorenz-96: a network corrects an imperfect polynomial model. @see adrian2026, 4.2, F.2 */
import {
  concat,
  index,
  mean,
  mul,
  scope,
  slice,
  sqrt,
  square,
  sub,
  type Tensor,
} from "../../engine/index.js";
import type { ParameterDefinition } from "../../learn/index.js";
import {
  lorenz96,
  lorenz96Coefficients,
  networkArrays,
  perturbedCoefficients,
  propagateThrough,
  residualNetworkParams,
} from "../../models/index.js";
import { identity } from "../../prob/index.js";
import { type Key, key, normal, split } from "../../random/index.js";
import type { System } from "./system.js";
import type { Trial } from "./trial.js";

const forcing = 8;
const dtype = "f32";

/** Keys of the coefficients of the initial model and of the first weights of the network. */
const keysOf = ({ model }: Trial): [Key, Key] => split(key(model)) as [Key, Key];

/** β of the initial model, [18]. */
export const initialCoefficients = (trial: Trial): Tensor =>
  perturbedCoefficients(lorenz96Coefficients(forcing), trial.modelError, keysOf(trial)[0]);

/** The first weights of the network, by name. */
export const initialNetwork = (trial: Trial): Record<string, Tensor> =>
  networkArrays(residualNetworkParams(keysOf(trial)[1], dtype));

/** Steps before the truth counts, and steps that are simulated together to bound their memory. */
const [spinup, together] = [1000, 50];

export const lorenz: System = {
  dtype,
  step: 0.05,
  bound: 1e3,
  start: { noise: 2, factor: 1, gain: 1 },
  errorNames: ["forecast RMSE"],
  problem: (trial) => {
    const { dimension, trueModel } = trial;
    const learned = () => ({
      imperfect: { coefficients: initialCoefficients(trial).toArray() },
      correction: { kind: "residual-network", learn: true },
    });
    const all = (value: number) => new Array<number>(dimension).fill(value);
    return {
      model: lorenz96,
      parameters: { dimension, forcing, ...(!trueModel && scope(learned)) },
      prior: { mean: all(0), variance: all(25) },
    };
  },
  definitions: (trial) =>
    trial.trueModel
      ? []
      : Object.entries(initialNetwork(trial)).map(([name, start]): ParameterDefinition => {
          return { name: `correction.${name}`, start, bijection: identity, group: "dynamics" };
        }),
  truth: (trial, transition, trajectories, from) => {
    const through = Array.from({ length: together }, () => ({ transition, steps: 1 }));
    const states: Tensor[] = [];
    let x = mul(5, normal(from, [trajectories, trial.dimension]));
    for (let done = 0; done < spinup + trial.cycles; done += together) {
      const part = scope(() => propagateThrough(x, through, from));
      x = index(part, 0, together - 1);
      if (done >= spinup) states.push(part);
    }
    return slice(concat(states, 0), 0, 0, trial.cycles);
  },
  errors: (_, __, { learned, exact }, points) => [
    sqrt(mean(square(sub(learned.map(points), exact.map(points))))).item(),
  ],
};
