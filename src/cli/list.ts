import { Argument, type Command } from "commander";
import { type CatalogueEntry, type CatalogueKey, catalogue } from "../io/catalogue.js";
import type { CliHost } from "./host.js";

const sections = { models: "model", methods: "method" } as const;
type Section = keyof typeof sections;
const all = Object.keys(sections) as Section[];

/** `kalmia list [models|methods]` */
export function addList(program: Command, host: CliHost): void {
  program
    .command("list")
    .description("what there is, with parameters and defaults")
    .addArgument(new Argument("[what]", "models or methods; both if left out").choices(all))
    .option("--json", "print one JSON object")
    .action((what: Section | undefined, { json }: { json?: true }) => {
      const lists = (what === undefined ? all : [what]).map(
        (name) => [name, catalogue(sections[name])] as const,
      );
      const text = json
        ? `${JSON.stringify(Object.fromEntries(lists))}\n`
        : lists.map(([name, entries]) => listText(name, entries)).join("\n");
      host.stdout.write(text);
    });
}

function listText(name: string, entries: readonly CatalogueEntry[]): string {
  const blocks = entries.map(({ kind, description, keys }) => {
    const width = Math.max(...keys.map(({ key }) => key.length));
    const lines = keys.map((key) => `    ${key.key.padEnd(width)}  ${keyText(key)}\n`);
    return `  ${kind}: ${description}\n${lines.join("")}`;
  });
  return `${name}\n${blocks.join("\n")}`;
}

function keyText({ description, required, default: value }: CatalogueKey): string {
  if (required) return `${description} (required)`;
  return value === null ? description : `${description} (default ${JSON.stringify(value)})`;
}
