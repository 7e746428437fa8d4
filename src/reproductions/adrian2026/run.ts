/** Runs a trial: makes its data, learns epoch by epoch, and tests what was learned. */
import { scope } from "../../engine/index.js";
import {
  type EpochReport,
  type NamedNumbers,
  type NamedTensors,
  type Rates,
  startLatents,
  type TrainState,
  tensorsOf,
  trainer,
  tuneRates,
  valuesOf,
} from "../../learn/index.js";
import { currentValues } from "../../parts/index.js";
import type { Json, TrialHost } from "../reproduction.js";
import { community } from "./community.js";
import { dataOf } from "./data.js";
import { lorenz } from "./lorenz.js";
import { orbit } from "./orbit.js";
import { problemOf } from "./problem.js";
import { exactStep, spaceOf, stepOf } from "./space.js";
import type { System } from "./system.js";
import { tested } from "./test-scores.js";
import type { EpochResult, SystemName, Trial, TrialResult } from "./trial.js";

/** The systems by the names that trials give them. */
export const systems: Readonly<Record<SystemName, System>> = { orbit, lorenz, community };

/** ReduceLROnPlateau of the paper: patience 5, PyTorch's factor. */
const plateau = { patience: 5, factor: 0.1 };

interface Checkpoint {
  readonly rates: Rates;
  readonly train: TrainState;
  readonly epochs: readonly EpochResult[];
}

/** Runs a trial, or continues it from `host.resume`; the numbers are the same. */
export async function runTrial(trial: Trial, host: TrialHost): Promise<TrialResult> {
  const system = systems[trial.system];
  const space = spaceOf(system, trial);
  const data = dataOf(system, trial, space);
  const problem = problemOf(system, trial, space, data);
  const { definitions } = problem;
  const valuesAt = (latents: NamedNumbers): NamedTensors =>
    valuesOf(definitions, tensorsOf(definitions, latents, system.dtype));
  const errorsAt = (latents: NamedNumbers): number[] =>
    scope(() => {
      const values = valuesAt(latents);
      const steps = { learned: stepOf(space, currentValues(values)), exact: exactStep(space) };
      return system.errors(values, trial, steps, data.points);
    });
  const { epochs: most, normaliseGradients = false } = trial;
  const options = { epochs: most, patience: most, plateau, normaliseGradients };
  const start = startLatents(definitions);
  const epochResult = (latents: NamedNumbers, report: EpochReport): EpochResult => ({
    ...{ training: report.training, validation: report.validation!, errors: errorsAt(latents) },
    ...{ rate: report.rate, recoveries: report.recoveries },
    filter: scope(() => scalarsOf(valuesAt(latents))),
  });
  let kept = host.resume as Checkpoint | null;
  if (kept === null) {
    const chosen = await tuneRates(problem, options, trial.rates, trial.tuning, start);
    kept = { rates: chosen.rates, train: chosen.state, epochs: [] };
  }
  const { rates } = kept;
  let { train } = kept;
  const epochs = [...kept.epochs];
  const training = trainer(problem, { ...options, rates });
  while (train.epoch < trial.epochs) {
    const { state, report } = training.epoch(train);
    train = state;
    epochs.push(epochResult(train.latents, report));
    const error = epochs.at(-1)!.errors[0]!.toPrecision(3);
    const detail = `${trial.method}, epoch ${train.epoch}: ${system.errorNames[0]} ${error}`;
    host.progress(train.epoch, trial.epochs, detail);
    await host.checkpoint({ rates, train, epochs } as unknown as Json);
  }
  training.forget();
  const latents = train.best?.latents ?? train.latents;
  const test = scope(() => tested(problem, trial, data, valuesAt(latents)));
  return { rates, initial: errorsAt(start), epochs, ...test };
}

/** The learned numbers of the filter: their names in results, and their names in the problem. */
const scalarNames = {
  inflation: "covarianceInflation",
  mixing: "mixing",
  halfWidth: "taper.halfWidth",
} as const;

/** The values of the learned numbers of the filter. */
const scalarsOf = (values: NamedTensors): Record<string, number> =>
  Object.fromEntries(
    Object.entries(scalarNames).flatMap(([name, learned]) => {
      const value = values[learned];
      return value === undefined ? [] : [[name, value.item()]];
    }),
  );
