import type { Command } from "commander";
import { experimentJsonSchema } from "../io/json-schema.js";
import type { CliHost } from "./host.js";

/** Adds `kalmia schema`. */
export function addSchema(program: Command, host: CliHost): void {
  program
    .command("schema")
    .description("print the JSON Schema of experiment files, for completion in editors")
    .option("--json", "no difference: the schema is JSON in any case")
    .addHelpText(
      "after",
      "\nKeep it in a file and begin an experiment with\n" +
        "  # yaml-language-server: $schema=kalmia.schema.json",
    )
    .action(() => {
      host.stdout.write(`${JSON.stringify(experimentJsonSchema(), null, 2)}\n`);
    });
}
