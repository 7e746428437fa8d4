/** Lorenz-96: a network corrects an imperfect polynomial model. @see adrian2026, 4.2, F.2 */
import {
  cast,
  concat,
  full,
  index,
  mean,
  mul,
  scope,
  slice,
  sqrt,
  square,
  sub,
  type Tensor,
  zeros,
} from "../../engine/index.js";
import type { ParameterDefinition } from "../../learn/index.js";
import {
  bindModel,
  lorenz96,
  lorenz96Coefficients,
  lorenz96Polynomial,
  networkArrays,
  networkOfArrays,
  perturbedCoefficients,
  propagateThrough,
  residualNetwork,
  residualNetworkParams,
  type Transition,
  withResidual,
} from "../../models/index.js";
import { identity } from "../../prob/index.js";
import { type Key, key, normal, split } from "../../random/index.js";
import { evenly, type System } from "./system.js";
import type { Trial } from "./trial.js";

const step = 0.05;
export const forcing = 8;
const dtype = "f32";

const exact = ({ dimension }: Trial): Transition =>
  bindModel(lorenz96, { dimension, forcing }).step(step);

/** β of the initial model and the network's first weights, by the number of the initial model. */
export const keysOf = ({ model }: Trial): [Key, Key] => split(key(model)) as [Key, Key];

/** F₀, the same for every value that is learned. */
function imperfect(trial: Trial): Transition {
  const { dimension, modelError } = trial;
  const [forModel] = keysOf(trial);
  const beta = perturbedCoefficients(lorenz96Coefficients(forcing), modelError, forModel);
  return lorenz96Polynomial(dimension, cast(beta, dtype)).step(step);
}

/** Steps that are simulated together, so that their memory can be given back. */
const together = 50;

export const lorenz: System = {
  dtype,
  support: "real",
  step,
  bound: 1e3,
  start: { noise: 2, factor: 1, gain: 1 },
  errorNames: ["forecast RMSE"],
  truth: (trial, trajectories, from) => {
    const transition = exact(trial);
    const spinup = 1000;
    const states: Tensor[] = [];
    let x = mul(5, normal(from, [trajectories, trial.dimension]));
    for (let done = 0; done < spinup + trial.cycles; done += together) {
      const crossing = Array.from({ length: together }, () => ({ transition, steps: 1 }));
      const part = scope(() => propagateThrough(x, crossing, from));
      x = index(part, 0, together - 1);
      if (done >= spinup) states.push(part);
    }
    return slice(concat(states, 0), 0, 0, trial.cycles);
  },
  observed: ({ dimension, ratio }) => evenly(dimension, ratio),
  definitions: (trial) => {
    if (trial.trueModel) return [];
    const network = residualNetworkParams(keysOf(trial)[1], dtype);
    return Object.entries(networkArrays(network)).map(
      ([name, start]): ParameterDefinition => ({
        ...{ name, start, bijection: identity, group: "dynamics" },
      }),
    );
  },
  transition: (values, trial) =>
    trial.trueModel
      ? exact(trial)
      : withResidual(imperfect(trial), residualNetwork(networkOfArrays(values))),
  exact,
  prior: ({ dimension }) => ({
    mean: zeros([dimension], dtype),
    covariance: { kind: "diagonal", variance: full([dimension], 25, dtype) },
  }),
  errors: (values, trial, points) => {
    const forecast = lorenz.transition(values, trial).map(points);
    return [sqrt(mean(square(sub(forecast, exact(trial).map(points))))).item()];
  },
};
