/** A figure of adrian2026, or a study in its settings, as a reproduction: trials and results with their types. */
import type { Reproduction, ReproductionOutput, Scale } from "../reproduction.js";
import { runTrial } from "./run.js";
import { asJson, type Done, doneOf } from "./settings.js";
import type { Trial } from "./trial.js";

interface Figure {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** Given for what is not a figure of the publication. */
  readonly source?: string;
  trials(scale: Scale): readonly Trial[];
  /** Arranges the results of the trials that did not fail. */
  assemble(scale: Scale, done: readonly Done[]): ReproductionOutput;
}

export const reproduction = ({
  name,
  title,
  about,
  trials,
  assemble,
  source = `Adrian, Sanz-Alonso and Willett (2026), ${name.replace("-", " ")}`,
}: Figure): Reproduction => ({
  // Raise the number when the same trial gives other numbers than before.
  ...{ kind: "adrian2026 2", name, title, about, source },
  trials: (scale) => asJson(trials(scale)),
  run: async (trial, host) => ({ ...(await runTrial(trial as unknown as Trial, host)) }),
  assemble: (scale, results) => assemble(scale, doneOf(trials(scale), results)),
});
