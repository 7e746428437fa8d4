/** Runs one reproduction, from its trials to its report. */
import { join, relative } from "node:path";
import {
  namesOfReproduction,
  openResults,
  type ResultsFolder,
  writeReproduction,
} from "../io/node.js";
import type { Reproduced } from "../report/index.js";
import {
  type Comparison,
  failuresOf,
  notRun,
  type Reproduction,
  type ReproductionOutput,
  ratioOf,
  type Scale,
} from "../reproductions/reproduction.js";
import type { TrialProgress, TrialStore } from "../reproductions/trials.js";
import type { CliHost } from "./host.js";
import type { ProgressView } from "./progress.js";
import { significant, tableText } from "./table.js";
import { noteReport, writeOutcome } from "./write-outcome.js";

/** What the reproductions of one command have in common. */
export interface ReproductionRun {
  readonly scale: Scale;
  /** The folder of all reproductions. */
  readonly folder: string;
  readonly store: TrialStore;
  readonly view: ProgressView;
  readonly host: CliHost;
  stopRequested(): boolean;
  timeIsUp(): boolean;
}

/** The output of the command for one reproduction. */
export interface Told {
  readonly json: unknown;
  readonly text: string;
  /** Whether all trials and the report succeeded. */
  readonly isWell: boolean;
}

export async function reproduceOne(
  reproduction: Reproduction,
  run: ReproductionRun,
): Promise<Told> {
  const path = join(run.folder, `${reproduction.name}-${run.scale}`);
  const shown = relative(run.host.cwd, path) || ".";
  const results = openResults(path, shown, namesOfReproduction);
  try {
    return await reproduceInto(results, reproduction, run);
  } finally {
    results.close();
  }
}

async function reproduceInto(
  folder: ResultsFolder,
  reproduction: Reproduction,
  run: ReproductionRun,
): Promise<Told> {
  const { scale, view, host, stopRequested, timeIsUp } = run;
  const { runTrials } = await import("../reproductions/trials.js");
  const trials = await runTrials(reproduction, scale, run.store, {
    progress: (progress) => show(reproduction.name, progress, view),
    ...{ stopRequested, timeIsUp },
  });
  const records = trials.filter((record) => record !== null);
  if (records.length < trials.length) {
    view.note(`the time is up: ${records.length} of ${trials.length} trials are done`);
  }
  const failures = failuresOf(records.map(({ result }) => result));
  for (const failure of new Set(failures)) {
    const times = failures.filter((one) => one === failure).length;
    view.note(`kalmia: ${times} of ${records.length} trials failed: ${failure}`);
  }
  const results = trials.map((record) => record?.result ?? notRun);
  const output = reproduction.assemble(scale, results);
  const counts = { done: records.length, all: trials.length };
  const json = {
    name: reproduction.name,
    scale,
    trials: counts,
    comparisons: output.comparisons,
    notes: output.notes,
    seconds: records.reduce((sum, { seconds }) => sum + seconds, 0),
    output: folder.shown,
  };
  const written = await writeOutcome(
    folder,
    () => writeReproduction(folder, `${reproduction.name}-${scale}`, json, output.figures),
    () => host.renderReproduction({ reproduction, scale, output, records, trials: counts }),
    view,
    host.env,
  );
  noteReport(written, folder.shown, view);
  return {
    json,
    text: outputText(reproduction, scale, output, counts),
    isWell: failures.length === 0 && !written.failed,
  };
}

/** Shows a bar over the trials, in which the running trial counts by the fraction that is done. */
function show(stage: string, { trials, done, within }: TrialProgress, view: ProgressView): void {
  const fraction = within && within.total > 0 ? Math.min(within.done / within.total, 0.999) : 0;
  const after = within === null || within.detail === "" ? "" : `, ${within.detail}`;
  const detail =
    within === null ? "" : `trial ${done + 1}: ${within.done} of ${within.total}${after}`;
  view.show({ stage, done: done + fraction, total: trials, detail });
}

/** Writes the table of published numbers, ours and their ratios, with the notes. */
function outputText(
  { title }: Reproduction,
  scale: Scale,
  { comparisons, notes }: ReproductionOutput,
  { done, all }: Reproduced["trials"],
): string {
  const ratio = (one: Comparison) => {
    const found = ratioOf(one);
    return found === null ? "–" : significant(found, 3);
  };
  const table = tableText(
    ["", "published", "ours", "ratio"],
    comparisons.map((one) => {
      const { what, published, ours } = one;
      const cells = [String(published ?? "–"), ours === null ? "–" : significant(ours)];
      return [what, ...cells, ratio(one)];
    }),
  );
  const remarks = [
    ...comparisons.flatMap(({ what, note }) => (note === undefined ? [] : [`${what}: ${note}`])),
    ...notes,
  ];
  return [
    `${title}, ${scale} scale${done < all ? `, ${done} of ${all} trials` : ""}\n`,
    comparisons.length > 0 ? table : "",
    ...remarks.map((remark) => `- ${remark}\n`),
  ].join("");
}
