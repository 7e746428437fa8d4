/**
 * A setting chosen by validation, for settings that have no gradient or that are not to follow it:
 * each candidate learns for a few epochs, and the one whose validation loss is least is taken.
 *
 * A candidate that fails, or whose loss is not finite, is out; one that needed no recovery in its
 * last epoch comes before those that did, whose losses are of shorter forecasts. Without validation
 * the training loss decides. The choice sees observations alone, never the truth.
 */
import { NumericError, UsageError } from "../engine/index.js";
import type { NamedNumbers } from "./parameters.js";
import type { LearningProblem } from "./problem.js";
import {
  type EpochReport,
  type TrainOptions,
  type TrainState,
  trainer,
  trainStart,
} from "./train.js";

/** What a candidate learns. */
export interface CandidateTrial<S> {
  readonly problem: LearningProblem<S>;
  readonly options: TrainOptions;
  /** Latents to begin with. */
  readonly start: NamedNumbers;
}

/** A candidate that could learn. */
export interface TrainedCandidate<T> {
  readonly candidate: T;
  /** The least loss a value of its epochs. */
  readonly loss: number;
  /** Where its epochs ended, and what they reported. */
  readonly state: TrainState;
  readonly reports: readonly EpochReport[];
}

export interface Choice<T> {
  readonly best: TrainedCandidate<T>;
  /** In the order of the candidates; null: it failed. */
  readonly tried: readonly (TrainedCandidate<T> | null)[];
}

export interface ChooseOptions {
  /** That each candidate learns for. */
  readonly epochs: number;
  /** Called after every epoch of all; may wait, and ends the choice by throwing. */
  readonly visit?: (done: number, total: number) => Promise<void>;
}

export async function chooseByValidation<T, S>(
  candidates: readonly T[],
  trialOf: (candidate: T) => CandidateTrial<S>,
  { epochs, visit = async () => {} }: ChooseOptions,
): Promise<Choice<T>> {
  if (candidates.length === 0 || epochs < 1) {
    throw new UsageError(
      `chooseByValidation: ${candidates.length} candidates, ${epochs} epochs; need at least one of each.`,
    );
  }
  const tried: (TrainedCandidate<T> | null)[] = [];
  for (const candidate of candidates) {
    const before = tried.length * epochs;
    tried.push(
      await learnFor(candidate, trialOf(candidate), epochs, (done) =>
        visit(before + done, candidates.length * epochs),
      ),
    );
  }
  const learned = tried.filter((one) => one !== null);
  const withoutFailure = learned.filter(({ reports }) => reports.at(-1)!.recoveries === 0);
  const [best] = (withoutFailure.length > 0 ? withoutFailure : learned).toSorted(
    (a, b) => a.loss - b.loss,
  );
  if (best !== undefined) return { best, tried };
  throw new NumericError(
    `chooseByValidation: none of the ${candidates.length} candidates could learn. Try smaller rates, or other start values.`,
  );
}

async function learnFor<T, S>(
  candidate: T,
  { problem, options, start }: CandidateTrial<S>,
  epochs: number,
  visit: (done: number) => Promise<void>,
): Promise<TrainedCandidate<T> | null> {
  const training = trainer(problem, options);
  let state = trainStart(start);
  const reports: EpochReport[] = [];
  try {
    while (reports.length < epochs) {
      const next = training.epoch(state);
      state = next.state;
      reports.push(next.report);
      await visit(reports.length);
    }
  } catch (error) {
    if (error instanceof NumericError) return null;
    throw error;
  } finally {
    training.forget();
  }
  const loss = state.best?.loss ?? Number.NaN;
  return Number.isFinite(loss) ? { candidate, loss, state, reports } : null;
}
