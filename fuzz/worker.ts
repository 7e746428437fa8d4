/** A process that runs the cases it is sent, and answers with their ends. */
import type { Case } from "./case.js";
import { runCase } from "./run-case.js";

process.on("message", (given: Case) => {
  runCase(given).then(
    (end) => process.send!({ end }),
    (error: unknown) =>
      process.send!({
        crash: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
  );
});

// Without the process that sends cases there is nothing to do.
process.on("disconnect", () => process.exit());
