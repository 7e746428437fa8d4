import { scope, tensor } from "../engine/index.js";
import { type Learned, type LearningProblem, latentCount } from "../learn/index.js";
import { isScalar } from "../parts/index.js";
import { recordedJacobian, withoutErrors } from "../problem/index.js";
import type { Data } from "./data.js";
import type { LearningOutput } from "./output.js";
import type { LearnSpecification } from "./specification.js";

/**
 * Returns the losses, the restarts and the words about uncertainty for the report of learning.
 * Log-likelihoods are those of the observations as they were recorded.
 */
export function learningOutput(
  { reports, attempts, best, uncertainty }: Learned,
  { definitions, training }: LearningProblem<unknown>,
  { training: trajectories, system }: Data,
  { refine, loss }: LearnSpecification,
): LearningOutput {
  const count = training.windows.reduce((n, { intervals }) => n + intervals.length, 0);
  const logJacobian = trajectories.reduce(
    (total, trajectory) => total + recordedJacobian(system, trajectory, count),
    0,
  );
  return {
    ...(loss !== "likelihood" && { loss }),
    losses: reports,
    restarts: attempts.map(({ latents, logLikelihood }) => ({
      logLikelihood: logLikelihood + logJacobian,
      parameters: Object.fromEntries(
        definitions
          .filter(isScalar)
          .map(({ name, bijection }) => [
            name,
            scope(() => bijection.forward(tensor(latents[name]![0]!))).item(),
          ]),
      ),
    })),
    best,
    uncertainty: uncertainty?.explanation ?? withoutErrors(refine, latentCount(definitions)),
  };
}
