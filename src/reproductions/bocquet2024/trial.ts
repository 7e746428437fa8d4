/**
 * One run on Lorenz-96 with 40 variables, all observed with R = I every 0.05: a network of the analysis that is
 * learned and then filters, or a filter beside it. All of a seed filter the same truths and observations.
 */
import type { FloatType } from "../../engine/index.js";
import type { LearnState } from "../../learn/index.js";
import { lorenz96 } from "../../models/index.js";
import { type Block, recordOfKind, use } from "../../parts/index.js";
import {
  endless,
  fit,
  type RunOptions,
  rowsOf,
  runFilter,
  simulate,
  simulateMany,
  stateSpace,
} from "../../problem/index.js";
import { type Key, key, split } from "../../random/index.js";
import { methods } from "../../smoothers/index.js";
import type { Json, TrialHost } from "../reproduction.js";

/** A method as files give it. */
export type MethodBlock = Block & { readonly kind: string };

/** How a network is learned: epochs of new trajectories, each of so many cycles, in windows. */
export type Learning = {
  readonly epochs: number;
  readonly trajectories: number;
  readonly cycles: number;
  /** N_iter, the number of chained cycles that the gradient goes back through. */
  readonly window: number;
  /** The first rate, which falls to 0 along a cosine. */
  readonly rate: number;
};

export type Trial = {
  readonly method: MethodBlock;
  /** null: nothing is learned. */
  readonly learning: Learning | null;
  /** The number of cycles that are scored, after those that are not, of each seed. */
  readonly test: { readonly cycles: number; readonly spinup: number; readonly seeds: number };
};

export type TrialResult = {
  /** aRMSE of each seed: the time mean of the root mean square error of the analysis. */
  readonly scores: readonly number[];
  /** The root of the validation loss after each epoch, over sample-cycles. */
  readonly curve: readonly { readonly sampleCycles: number; readonly rmse: number }[];
};

const dimension = 40;

/** Single precision where a network is learned, as it is trained elsewhere too. */
const systemFor = (dtype: FloatType) =>
  stateSpace({
    ...{ model: lorenz96, parameters: { dimension, forcing: 8 }, noise: 1, step: 0.05 },
    ...{ start: "climate", dtype },
  });

const [forLearning, forValidation, forTests] = split(key(2024), 3) as [Key, Key, Key];

export async function runTrial(trial: Trial, host: TrialHost): Promise<TrialResult> {
  const { learning } = trial;
  if (learning === null) return { scores: scoresOf(trial, "f64"), curve: [] };
  const system = systemFor("f32");
  const { epochs, trajectories, cycles, window, rate } = learning;
  let latest: LearnState | undefined;
  const { values, losses } = await fit(system, endless({ trajectories, cycles }), {
    method: methodOf(trial),
    validation: simulateMany(system, { trajectories: 2, cycles, key: forValidation }),
    learn: {
      ...{ loss: "truth", epochs, window, patience: epochs, schedule: "cosine", clip: 1 },
      rates: { dynamics: rate, filter: rate },
    },
    key: forLearning,
    ...(host.resume !== null && { from: host.resume as unknown as LearnState }),
    checkpoint: (state) => {
      latest = state;
    },
    progress: async ({ epoch, loss }) => {
      const rmse = loss === null ? "" : `validation RMSE ${Math.sqrt(loss).toFixed(4)}`;
      host.progress(epoch, epochs, rmse);
      if (latest !== undefined) await host.checkpoint(latest as unknown as Json);
    },
  });
  return {
    scores: scoresOf(trial, "f32", values),
    curve: losses.map(({ epoch, validation, training }) => ({
      sampleCycles: (epoch + 1) * trajectories * cycles,
      rmse: Math.sqrt(validation ?? training),
    })),
  };
}

function methodOf({ method: { kind, ...block } }: Trial) {
  return use(recordOfKind(methods, kind)!, block);
}

function scoresOf(trial: Trial, dtype: FloatType, values?: RunOptions["values"]): number[] {
  const { cycles, spinup, seeds } = trial.test;
  const system = systemFor(dtype);
  return split(forTests, seeds).map((seed) => {
    const { record, truth } = simulate(system, { cycles: spinup + cycles, key: seed });
    const run = runFilter(methodOf(trial), system, record, {
      key: seed,
      ...(values && { values }),
    });
    const errors = rowsOf(run.analysis.mean).map((row, k) => rootMeanSquare(row, truth[k]!));
    return errors.slice(spinup).reduce((sum, error) => sum + error, 0) / cycles;
  });
}

const rootMeanSquare = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0) / a.length);
