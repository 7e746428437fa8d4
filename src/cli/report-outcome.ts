import type { ReportFiles } from "../io/node.js";
import { MissingPackagesError } from "../report/drawing.js";
import { failureOf } from "./failure.js";
import type { CliHost } from "./host.js";
import type { ProgressView } from "./progress.js";

/** The outcome of making a report. */
export interface ReportOutcome {
  /** The files of the report; null: there is none. */
  readonly files: ReportFiles | null;
  /** What to install where the packages that draw figures are missing, which is no failure; else null. */
  readonly missing: string | null;
  readonly failed: boolean;
}

/** Makes the report; where that fails, the numbers of the run are kept all the same. */
export async function reportOutcome(
  render: () => Promise<ReportFiles>,
  view: ProgressView,
  env: CliHost["env"],
): Promise<ReportOutcome> {
  try {
    return { files: await render(), missing: null, failed: false };
  } catch (error) {
    if (error instanceof MissingPackagesError) {
      return { files: null, missing: error.message, failed: false };
    }
    const debug = env.KALMIA_DEBUG === "1";
    const { json, text } = failureOf(error, debug);
    view.note(`kalmia: the report could not be made: ${json.message}`);
    if (debug) view.note(text);
    return { files: null, missing: null, failed: true };
  }
}

/** Says in which folder the report is, or the results and what to install for a report. */
export function noteReport({ files, missing }: ReportOutcome, shown: string, view: ProgressView) {
  if (missing !== null) view.note(`there is no report: ${missing}`);
  view.note(files === null ? `results: ${shown}` : `report: ${shown}/report.html`);
}
