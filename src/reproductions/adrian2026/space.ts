/** The state-space problem of a trial, and steps of its learned and of its true model. */
import type { Transition } from "../../models/index.js";
import { randomOperator, ratioOperator } from "../../observe/index.js";
import { type ParameterSource, trueValues, use } from "../../parts/index.js";
import { bindSystem, type StateSpace, stateSpace, trueSystem } from "../../problem/index.js";
import type { System } from "./system.js";
import { isEnsemble, type Trial } from "./trial.js";

/** The state-space problem of a trial; what is learned of its model is at the truth. */
export function spaceOf(system: System, trial: Trial): StateSpace {
  const { changing, ratio, variance } = trial;
  const { dtype, step, start } = system;
  const noise = { learn: true, each: true, start: start.noise } as const;
  return stateSpace({
    observe: changing
      ? use(randomOperator, { random: ratio, everyStep: true })
      : use(ratioOperator, { ratio }),
    ...system.problem(trial),
    ...{ noise: variance, step, dtype },
    ...(learnsNoise(trial) && { filterProcessNoise: noise }),
  });
}

/** Whether the filter adds noise to its model, whose variances are learned. */
export const learnsNoise = ({ method, trueModel }: Trial): boolean =>
  isEnsemble(method) && !trueModel;

/** One step of the model with the values of a source. */
export const stepOf = (space: StateSpace, source: ParameterSource): Transition =>
  bindSystem(space, source).propagations([space.step])[0]!.transition;

/** One step of the true model. */
export const exactStep = (space: StateSpace): Transition =>
  stepOf({ ...trueSystem(space), dtype: space.dtype }, trueValues);
