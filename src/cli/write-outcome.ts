import { causeOf } from "../io/files.js";
import { type ReportFiles, type ResultsFolder, writeReport } from "../io/node.js";
import { MissingPackagesError } from "../report/drawing.js";
import { failureOf } from "./failure.js";
import type { CliHost } from "./host.js";
import type { ProgressView } from "./progress.js";

/** The outcome of writing the numbers and the report. */
export interface WriteOutcome {
  readonly hasReport: boolean;
  /** What to install where the packages that draw figures are missing, which is no failure; else null. */
  readonly missing: string | null;
  /** Whether the numbers or the report could not be written. */
  readonly failed: boolean;
}

const nothing: WriteOutcome = { hasReport: false, missing: null, failed: false };

/**
 * Writes the numbers, and then makes and writes the report. What fails is told, and what was written before
 * is kept.
 */
export async function writeOutcome(
  results: ResultsFolder,
  writeNumbers: () => void,
  render: () => Promise<ReportFiles>,
  view: ProgressView,
  env: CliHost["env"],
): Promise<WriteOutcome> {
  try {
    writeNumbers();
  } catch (error) {
    view.note(`kalmia: the results could not be written: ${causeOf(error)}`);
    return { ...nothing, failed: true };
  }
  let report: ReportFiles | null = null;
  let missing: string | null = null;
  try {
    report = await render();
  } catch (error) {
    if (!(error instanceof MissingPackagesError)) {
      const debug = env.KALMIA_DEBUG === "1";
      const { json, text } = failureOf(error, debug);
      view.note(`kalmia: the report could not be made: ${json.message}`);
      if (debug) view.note(text);
      return { ...nothing, failed: true };
    }
    missing = error.message;
  }
  try {
    writeReport(results, report);
    return { hasReport: report !== null, missing, failed: false };
  } catch (error) {
    view.note(`kalmia: the report could not be written: ${causeOf(error)}`);
    return { ...nothing, failed: true };
  }
}

/** Says in which folder the report is, or the results and what to install for a report. */
export function noteReport(
  { hasReport, missing }: WriteOutcome,
  shown: string,
  view: ProgressView,
) {
  if (missing !== null) view.note(`there is no report: ${missing}`);
  view.note(hasReport ? `report: ${shown}/report.html` : `results: ${shown}`);
}
