import type { ReportFiles } from "../io/node.js";
import { MissingPackagesError } from "../report/drawing.js";
import { failureOf } from "./failure.js";
import type { CliHost } from "./host.js";
import type { ProgressView } from "./progress.js";

/** What came of a report. */
export interface ReportOutcome {
  /** Null: there is no report. */
  readonly files: ReportFiles | null;
  /** Where the packages that draw are not installed, which is no failure: what to install. */
  readonly missing: string | null;
  readonly failed: boolean;
}

/** Makes the report; the numbers of a long run are not lost where it cannot be made. */
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
    view.note(`kalmia: there is no report, for it failed: ${json.message}`);
    if (debug) view.note(text);
    return { files: null, missing: null, failed: true };
  }
}

/** Says where the report lies, or where the results lie and what to install for a report. */
export function noteReport({ files, missing }: ReportOutcome, shown: string, view: ProgressView) {
  if (missing !== null) view.note(`there is no report: ${missing}`);
  view.note(files === null ? `results: ${shown}` : `report: ${shown}/report.html`);
}
