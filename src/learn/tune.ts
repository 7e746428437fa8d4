/**
 * Learning rates chosen by validation: the pair whose loss is least goes on from where it ended.
 *
 * @see adrian2026, appendix F
 */
import { chooseByValidation, type TrainedCandidate } from "./choose.js";
import type { NamedNumbers } from "./parameters.js";
import type { LearningProblem } from "./problem.js";
import { type TrainOptions, trainStart } from "./train.js";

export type Rates = TrainOptions["rates"];

/** The best of the candidates after some epochs; the first where there is but one, without any. */
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
