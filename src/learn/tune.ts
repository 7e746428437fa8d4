/**
 * Learning rates chosen by validation: each candidate learns for a few epochs from the same start,
 * and the one whose validation loss is least goes on.
 *
 * A candidate that fails, or whose loss is not finite, is out; one that needed no recovery in its
 * last epoch comes before those that did, whose losses are of shorter forecasts. The choice sees
 * observations alone, never the truth.
 *
 * @see adrian2026, appendix F
 */
import { NumericError } from "../engine/index.js";
import type { NamedNumbers } from "./parameters.js";
import type { LearningProblem } from "./problem.js";
import {
  type EpochReport,
  type TrainOptions,
  type TrainState,
  trainer,
  trainStart,
} from "./train.js";

export type Rates = TrainOptions["rates"];

export interface Candidate {
  readonly rates: Rates;
  /** Where its epochs ended, and what they reported. */
  readonly state: TrainState;
  readonly reports: readonly EpochReport[];
}

/** The best of the candidates after some epochs; the first where there is but one, without any. */
export function tuneRates<S>(
  problem: LearningProblem<S>,
  options: Omit<TrainOptions, "rates">,
  candidates: readonly Rates[],
  epochs: number,
  start: NamedNumbers,
): Candidate {
  const blank = (rates: Rates): Candidate => ({ rates, state: trainStart(start), reports: [] });
  if (candidates.length === 1) return blank(candidates[0]!);
  const tried = candidates.flatMap((rates) => {
    try {
      return [learnFor(problem, { ...options, rates }, epochs, blank(rates))];
    } catch (error) {
      if (error instanceof NumericError) return [];
      throw error;
    }
  });
  const lossOf = ({ state }: Candidate): number => state.best?.loss ?? Number.NaN;
  const learned = tried.filter((candidate) => Number.isFinite(lossOf(candidate)));
  const calm = learned.filter(({ reports }) => reports.at(-1)?.recoveries === 0);
  const [best] = (calm.length > 0 ? calm : learned).toSorted((a, b) => lossOf(a) - lossOf(b));
  if (best !== undefined) return best;
  throw new NumericError(
    `tuneRates: none of the ${candidates.length} pairs of rates could learn. Try smaller ones, or other start values.`,
  );
}

function learnFor<S>(
  problem: LearningProblem<S>,
  options: TrainOptions,
  epochs: number,
  from: Candidate,
): Candidate {
  const training = trainer(problem, options);
  try {
    let { state } = from;
    const reports = Array.from({ length: epochs }, () => {
      const next = training.epoch(state);
      state = next.state;
      return next.report;
    });
    return { rates: options.rates, state, reports };
  } finally {
    training.forget();
  }
}
