import type { Command } from "commander";
import { loadExperiment } from "../io/node.js";
import { type AdviceOutput, adviceText } from "./advice-text.js";
import type { CliHost } from "./host.js";
import { processMemory } from "./process-memory.js";

/** Adds `kalmia advise FILE`. */
export function addAdvise(program: Command, host: CliHost): void {
  program
    .command("advise")
    .description("rank the methods for an experiment, with reasons, time and memory")
    .argument("<file>", "experiment file, YAML or JSON")
    .option("--json", "print the advice as one JSON object")
    .addHelpText("after", "\nNothing is run or written: costs are counted, not measured.")
    .action(async (file: string, { json }: { json?: true }) => {
      const output = await adviceFor(file, host.cwd);
      host.stdout.write(
        json ? `${JSON.stringify(output)}\n` : adviceText(output, host.stdout, host.env),
      );
    });
}

async function adviceFor(path: string, cwd: string): Promise<AdviceOutput> {
  const { specification, file } = await loadExperiment(path, cwd);
  const { advise } = await import("../advice/advise.js");
  const { methodBlock } = await import("../io/method-block.js");
  const { facts, own, methods, impossible, cautions } = advise(specification, processMemory());
  return {
    name: specification.name,
    model: specification.model.record.kind,
    method: specification.method.record.kind,
    best: methods[0].kind,
    taken: methods[0].taken,
    facts,
    own,
    methods: methods.map(({ specification: changed, ...method }, i) => ({
      rank: i + 1,
      ...method,
      block: methodBlock(changed, file),
    })),
    impossible,
    cautions,
  };
}
