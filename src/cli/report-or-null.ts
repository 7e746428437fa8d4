import type { ReportFiles } from "../io/node.js";
import { MissingPackagesError } from "../report/drawing.js";
import { failureOf } from "./failure.js";
import type { CliHost } from "./host.js";
import type { ProgressView } from "./progress.js";

/** The report, or null if it cannot be made: the numbers of a long run are not lost with it. */
export async function reportOrNull(
  render: () => Promise<ReportFiles>,
  view: ProgressView,
  env: CliHost["env"],
): Promise<ReportFiles | null> {
  try {
    return await render();
  } catch (error) {
    const debug = env.KALMIA_DEBUG === "1";
    if (error instanceof MissingPackagesError) {
      view.note(`kalmia: there is no report: ${error.message}`);
      return null;
    }
    const { json, text } = failureOf(error, debug);
    view.note(`kalmia: there is no report, for it failed: ${json.message}`);
    if (debug) view.note(text);
    return null;
  }
}
