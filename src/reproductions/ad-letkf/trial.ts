/**
 * One run of AD-LETKF on Lorenz-96: half-width and inflation learned by gradients, or the scores of
 * given pairs, all on one twin's record: its first part to learn from, its second to test on.
 */
import { mul, NumericError, scope, stack, type Tensor, tensor } from "../../engine/index.js";
import {
  type Evaluated,
  evaluate,
  type NamedNumbers,
  type NamedTensors,
  startLatents,
  type TrainState,
  tensorsOf,
  trainer,
  trainStart,
  valuesOf,
  type Window,
} from "../../learn/index.js";
import type { Json, TrialHost } from "../reproduction.js";
import { type LetkfProblem, type Pair, problemOf, type Twin } from "./problem.js";

export interface Trial {
  readonly twin: Twin;
  readonly task:
    | { readonly kind: "grid"; readonly halfWidth: number; readonly inflations: readonly number[] }
    | {
        readonly kind: "learn";
        readonly start: Pair;
        readonly epochs: number;
        readonly rate: number;
      };
}

/** With the model that was learned, on the test record; null where the filter failed numerically. */
export interface Scored extends Pair {
  /** Time mean of the root mean square errors of analyses. */
  readonly rmse: number | null;
  /** −ℓ a value observed. */
  readonly loss: number | null;
}

export interface TrialResult {
  readonly scored: readonly Scored[];
  /** The pair before learning and after each epoch. */
  readonly path: readonly Pair[];
}

const plateau = { patience: 2, factor: 0.3 };

interface Checkpoint {
  readonly train: TrainState;
  readonly path: readonly Pair[];
}

export async function runTrial({ twin, task }: Trial, host: TrialHost): Promise<TrialResult> {
  const start = task.kind === "learn" ? task.start : { inflation: 1.05, halfWidth: 4 };
  const problem = problemOf(twin, start);
  if (task.kind === "grid") {
    const { halfWidth, inflations } = task;
    const scored = inflations.map((inflation, i) => {
      const one = scoreOf(problem, { inflation, halfWidth });
      host.progress(i + 1, inflations.length, `λ ${inflation}, c ${halfWidth}`);
      return one;
    });
    return { scored, path: [] };
  }
  const path = await learned(problem, task, host);
  return { scored: [scoreOf(problem, path.at(-1)!)], path };
}

async function learned(
  problem: LetkfProblem,
  { start, epochs, rate }: { readonly start: Pair; readonly epochs: number; readonly rate: number },
  host: TrialHost,
): Promise<readonly Pair[]> {
  const { definitions } = problem;
  const rates = { dynamics: rate, filter: rate };
  const training = trainer(problem, { epochs, patience: epochs, plateau, rates });
  const kept = host.resume as Checkpoint | null;
  let train = kept?.train ?? trainStart(startLatents(definitions));
  let path = kept?.path ?? [start];
  const pairAt = (latents: NamedNumbers): Pair =>
    scope(() => pairOf(valuesOf(definitions, tensorsOf(definitions, latents, "f64"))));
  while (train.epoch < epochs) {
    const { state, report } = training.epoch(train);
    train = state;
    path = [...path, pairAt(train.latents)];
    const { inflation, halfWidth } = path.at(-1)!;
    const loss = report.training.toFixed(4);
    host.progress(
      train.epoch,
      epochs,
      `loss ${loss}, λ ${inflation.toFixed(4)}, c ${halfWidth.toFixed(2)}`,
    );
    await host.checkpoint({ train, path } as unknown as Json);
  }
  training.forget();
  return path;
}

const pairOf = ({ excess, halfWidth, forcing }: NamedTensors): Pair => ({
  inflation: 1 + excess!.item(),
  halfWidth: halfWidth!.item(),
  ...(forcing && { forcing: forcing.item() }),
});

/** The analyses of a window. */
interface Analyses {
  /** [1, L, d] */
  readonly means: Tensor;
  /** −ℓ a value observed, [1, L]. */
  readonly loss: Tensor;
}

function windowAnalyses(
  problem: LetkfProblem,
  values: NamedTensors,
  before: unknown,
  window: Window,
): Evaluated<unknown, Analyses> {
  const { state, series, method, observations } = problem.series(values, before, window);
  const means = series.map(({ analysis }) => method.moments(analysis).mean);
  const losses = series.map(({ evidence }, t) =>
    mul(-1 / observations[t]!.operator.size, evidence!.logEvidence),
  );
  return { state, series: { means: stack(means, 1), loss: stack(losses, 1) } };
}

function scoreOf(problem: LetkfProblem, pair: Pair): Scored {
  const { test, truth, spinup } = problem;
  const values = {
    excess: tensor(pair.inflation - 1),
    halfWidth: tensor(pair.halfWidth),
    ...(pair.forcing !== undefined && { forcing: tensor(pair.forcing) }),
  };
  try {
    const { means, loss } = scope(() =>
      evaluate(problem, values, test, (...given) => windowAnalyses(problem, ...given)),
    );
    const T = loss.shape[1]!;
    const d = truth.shape[1]!;
    const [found, states, losses] = [means.data(), truth.data(), loss.data()];
    let [rmse, total] = [0, 0];
    for (let t = spinup; t < T; t++) {
      let square = 0;
      for (let i = t * d; i < (t + 1) * d; i++) square += (found[i]! - states[i]!) ** 2;
      rmse += Math.sqrt(square / d);
      total += losses[t]!;
    }
    return { ...pair, rmse: rmse / (T - spinup), loss: total / (T - spinup) };
  } catch (error) {
    if (error instanceof NumericError) return { ...pair, rmse: null, loss: null };
    throw error;
  }
}
