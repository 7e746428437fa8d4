import { chooseByValidation, type TrainedCandidate } from "./choose.js";
import type { NamedNumbers } from "./parameters.js";
import type { LearningProblem } from "./problem.js";
import { type TrainOptions, trainStart } from "./train.js";

/** Learning rates of Adam: of the model and its noise, and of the filter. */
export type Rates = TrainOptions["rates"];

/**
 * Chooses learning rates by validation (`chooseByValidation`): trains each candidate for some epochs
 * from the same start, and returns the best with its state, from which training continues. A single
 * candidate is returned without training.
 *
 * @see adrian2026, appendix F
 */
export async function tuneRates<S>(
  problem: LearningProblem<S>,
  options: Omit<TrainOptions, "rates">,
  candidates: readonly Rates[],
  epochs: number,
  start: NamedNumbers,
): Promise<Pick<TrainedCandidate<Rates>, "state" | "reports"> & { readonly rates: Rates }> {
  if (candidates.length === 1)
    return { rates: candidates[0]!, state: trainStart(start), reports: [] };
  const trialOf = (rates: Rates) => ({ problem, options: { ...options, rates }, start });
  const { best } = await chooseByValidation(candidates, trialOf, { epochs });
  return { rates: best.candidate, state: best.state, reports: best.reports };
}
