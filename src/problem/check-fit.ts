/** Checks of how values are to be learned, the same as those of `learn` in experiment files. */
import { UsageError } from "../engine/index.js";
import { type LearnState, schedules } from "../learn/index.js";
import { checkDemand } from "./check-demand.js";
import { type Endless, isEndless } from "./endless.js";
import type { FitSettings } from "./fit-settings.js";
import { losses } from "./losses.js";
import type { StateSpace } from "./system.js";
import type { Trajectory } from "./trajectory.js";

const atLeast = (least: number) => (x: unknown) => Number.isInteger(x) && (x as number) >= least;
const among = (options: readonly string[]) => (x: unknown) => options.includes(x as string);
const positive = (x: unknown) => typeof x === "number" && Number.isFinite(x) && x > 0;

/** For each setting whether a value is allowed, and what is needed. */
const rules: readonly (readonly [
  name: string,
  of: (settings: FitSettings) => unknown,
  allowed: (x: unknown) => boolean,
  need: string,
])[] = [
  ["epochs", ({ epochs }) => epochs, atLeast(1), "a whole number, at least 1"],
  [
    "window",
    ({ window }) => window,
    (x) => x === null || atLeast(1)(x),
    "a whole number of observations, at least 1, or null for the whole record",
  ],
  ["rates.dynamics", ({ rates }) => rates?.dynamics, positive, "a number more than 0"],
  ["rates.filter", ({ rates }) => rates?.filter, positive, "a number more than 0"],
  [
    "validation",
    ({ validation }) => validation,
    (x) => typeof x === "number" && x >= 0 && x < 0.9,
    "a fraction of the record, from 0 to below 0.9",
  ],
  ["loss", ({ loss }) => loss, among(losses), `one of ${losses.join(", ")}`],
  ["schedule", ({ schedule }) => schedule, among(schedules), `one of ${schedules.join(", ")}`],
  ["clip", ({ clip }) => clip, (x) => x === null || positive(x), "a number more than 0, or null"],
  ["patience", ({ patience }) => patience, atLeast(1), "a whole number, at least 1"],
  [
    "plateau.patience",
    ({ plateau }) => plateau?.patience,
    atLeast(1),
    "a whole number, at least 1",
  ],
  [
    "plateau.factor",
    ({ plateau }) => plateau?.factor,
    (x) => positive(x) && (x as number) < 1,
    "a number between 0 and 1",
  ],
  ["restarts", ({ restarts }) => restarts, atLeast(1), "a whole number, at least 1"],
  ["scatter", ({ scatter }) => scatter, (x) => x === 0 || positive(x), "a number, at least 0"],
];

/** @throws UsageError for the first setting that is not allowed. */
export function checkFitSettings(settings: FitSettings): void {
  for (const [name, of, allowed, need] of rules) {
    const given = of(settings);
    if (!allowed(given)) throw new UsageError(`fit: learn.${name} is ${given}; need ${need}.`);
  }
}

/** @throws UsageError if there is nothing to learn from, or trajectories of different lengths. */
export function checkTrajectories(trajectories: readonly Trajectory[], what: string): void {
  const lengths = [...new Set(trajectories.map(({ series }) => series.times.length))];
  if (lengths.length < 2) return;
  throw new UsageError(
    `fit: the ${what} trajectories have ${lengths.join(", ")} times; need the same number in each. Cut them, or fill the rest with gaps (NaN).`,
  );
}

/** @throws UsageError if a part of each trajectory is to be kept, where all are new in each epoch. */
export function checkEndless({ validation }: FitSettings): void {
  if (validation === 0) return;
  throw new UsageError(
    `fit: learn.validation is ${validation}, a fraction of records, but the trajectories are new in each epoch; need trajectories of their own, validation: simulateMany(…) in the options.`,
  );
}

/** @throws UsageError if all epochs together would take months, or hold more than the memory. */
export function checkFitDemand(
  system: StateSpace,
  data: Endless | readonly Trajectory[],
  { epochs, restarts }: FitSettings,
): void {
  const { cycles, every, trajectories } = isEndless(data)
    ? data
    : { cycles: data[0]!.series.times.length, every: 1, trajectories: data.length };
  checkDemand("fit", system, {
    ...{ times: cycles, steps: cycles * every, longest: every, trajectories },
    epochs: epochs * restarts,
  });
}

/** @throws UsageError for what is no state of learning. */
export function checkLearnState(from: LearnState): void {
  const isMap = (x: unknown): x is Readonly<Record<string, unknown>> =>
    typeof x === "object" && x !== null && !Array.isArray(x);
  const given: unknown = from;
  const fits =
    isMap(given) &&
    atLeast(0)(given.restart) &&
    (given.train === null || (isMap(given.train) && isMap(given.train.latents))) &&
    [given.attempts, given.reports].every((list) => Array.isArray(list) && list.every(isMap));
  if (fits) return;
  throw new UsageError(
    "fit: from is no state of learning; need what checkpoint was given, { restart, train, attempts, reports }.",
  );
}
