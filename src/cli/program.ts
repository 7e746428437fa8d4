import { Command, CommanderError } from "commander";
import { causeOf } from "../io/files.js";
import { kalmiaVersion } from "../io/node.js";
import { addAdvise } from "./advise.js";
import { addBench } from "./bench.js";
import type { ExitCode, Finish } from "./exit.js";
import { failureOf } from "./failure.js";
import type { CliHost } from "./host.js";
import { addList } from "./list.js";
import { addReproduce } from "./reproduce.js";
import { addRun } from "./run.js";
import { addSchema } from "./schema.js";

/** Runs the command line: takes the arguments without node and script, returns the exit code. */
export async function main(argv: readonly string[], host: CliHost): Promise<ExitCode> {
  let code: ExitCode = 0;
  const finish: Finish = (given) => {
    code = given;
  };
  const program = new Command("kalmia")
    .description("Differentiable data assimilation")
    .version(kalmiaVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  addRun(program, host, finish);
  addReproduce(program, host, finish);
  addAdvise(program, host);
  addList(program, host);
  addSchema(program, host);
  addBench(program, host, finish);
  try {
    await program.parseAsync(argv, { from: "user" });
    return wholeOutput(code, host);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return wholeOutput(0, host);
    const failure = failureOf(error, host.env.KALMIA_DEBUG === "1");
    host.stderr.write(failure.text);
    if (argv.includes("--json")) host.stdout.write(`${JSON.stringify({ error: failure.json })}\n`);
    return failure.code;
  }
}

/** Returns the exit code of a command; 1 if its output could not be written whole. */
function wholeOutput(code: ExitCode, { stdout, stderr }: CliHost): ExitCode {
  const fault = stdout.fault?.() ?? null;
  if (fault === null) return code;
  stderr.write(`kalmia: standard output could not be written: ${causeOf(fault)}\n`);
  return code === 0 ? 1 : code;
}
