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

/** The learning problem of one candidate. */
export interface CandidateTrial<S> {
  readonly problem: LearningProblem<S>;
  readonly options: TrainOptions;
  /** Latents that training starts from. */
  readonly start: NamedNumbers;
}

/** A candidate that learned without failing. */
export interface TrainedCandidate<T> {
  readonly candidate: T;
  /** The least loss per observed value over its epochs. */
  readonly loss: number;
  /** State of training after the last epoch. */
  readonly state: TrainState;
  /** Reports of its epochs, in order. */
  readonly reports: readonly EpochReport[];
}

/** The result of a choice by validation. */
export interface Choice<T> {
  /** The candidate with the least loss. */
  readonly best: TrainedCandidate<T>;
  /** One entry for each candidate, in their order; null for a candidate that failed. */
  readonly tried: readonly (TrainedCandidate<T> | null)[];
}

export interface ChooseOptions {
  /** Number of epochs for which each candidate learns. */
  readonly epochs: number;
  /** Is called after every epoch of every candidate. It may wait, and ends the choice by throwing. */
  readonly visit?: (done: number, total: number) => Promise<void>;
}

/**
 * Chooses a setting by validation, for settings that have no gradient or shall not be learned by
 * it: every candidate learns for some epochs, and the candidate with the least validation loss is
 * taken. Without validation windows the training loss decides.
 *
 * A candidate that fails numerically, or whose loss is not finite, is excluded. A candidate without
 * a recovery in its last epoch is preferred to all candidates with recoveries, since the losses of
 * those belong to shorter forecasts. Only observations are used, never the truth of a twin.
 *
 * @throws UsageError without candidates or epochs; NumericError when every candidate failed.
 */
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
    `chooseByValidation: all ${candidates.length} candidates failed numerically. Try smaller rates, or other start values.`,
  );
}

/** Trains one candidate; null when it fails or has no finite loss. */
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
