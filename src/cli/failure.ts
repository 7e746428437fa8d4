import { CommanderError } from "commander";
import { MemoryError, NumericError } from "../engine/errors.js";
import { InputError, problemCount, problemLine } from "../io/errors.js";
import { grouped } from "../parts/wording.js";
import type { ExitCode } from "./exit.js";

/** An error as text for stderr, as JSON, and as an exit code. */
export interface Failure {
  readonly code: ExitCode;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Describes an error, with its stack only for debugging. */
export function failureOf(error: unknown, debug: boolean): Failure {
  if (error instanceof CommanderError) {
    // Commander has written its own message to stderr.
    return { code: 2, text: "", json: { kind: "usage", message: error.message } };
  }
  if (error instanceof InputError) {
    const { problems } = error;
    const n = problemCount(problems);
    const count = n === 1 ? "1 problem" : `${grouped(n)} problems`;
    const lines = problems.map((problem) => `  ${problemLine(problem)}\n`).join("");
    return {
      code: 2,
      text: `kalmia: ${count} in the input, nothing was written\n${lines}${stack(error, debug)}`,
      json: { kind: "input", message: error.message, problems },
    };
  }
  if (error instanceof NumericError || error instanceof MemoryError) {
    return {
      code: 1,
      text: `kalmia: the run failed: ${error.words}\n${stack(error, debug)}`,
      json: { kind: "failure", message: error.words },
    };
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const text = name === "Error" ? message : `${name}: ${message}`;
  return {
    code: 1,
    text: `kalmia: the run failed: ${text}\n${stack(error, debug)}`,
    json: { kind: "failure", message: text },
  };
}

function stack(error: unknown, debug: boolean): string {
  return debug && error instanceof Error ? `${error.stack}\n` : "";
}
