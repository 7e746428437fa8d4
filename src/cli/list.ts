import { Argument, type Command } from "commander";
import { type CatalogueEntry, type CatalogueKey, catalogue } from "../io/catalogue.js";
import type { CliHost } from "./host.js";
import { listReproductions, reproductionsText } from "./list-reproductions.js";

const sections = ["models", "methods", "operators", "noises", "reproductions"] as const;
type Section = (typeof sections)[number];

/** The names of the sections of built-in parts in the catalogue. */
const catalogued = {
  models: "model",
  methods: "method",
  operators: "operator",
  noises: "noise",
} as const;

/** Adds `kalmia list [models|methods|operators|noises|reproductions]`. */
export function addList(program: Command, host: CliHost): void {
  program
    .command("list")
    .description(
      "list models, methods, operators, noises and reproductions, with parameters and defaults",
    )
    .addArgument(
      new Argument("[what]", `${sections.join(", ")}; all if left out`).choices(sections),
    )
    .option("--json", "print one JSON object")
    .action(async (what: Section | undefined, { json }: { json?: true }) => {
      const asked = what === undefined ? sections : [what];
      const lists = await Promise.all(asked.map((section) => listOf(section, host)));
      host.stdout.write(
        json
          ? `${JSON.stringify(Object.fromEntries(asked.map((name, i) => [name, lists[i].json])))}\n`
          : lists.map(({ text }) => text).join("\n"),
      );
    });
}

/** A list as JSON and as text. */
async function listOf(section: Section, host: CliHost): Promise<{ json: unknown; text: string }> {
  if (section === "reproductions") {
    const entries = listReproductions(await host.reproductions());
    return { json: entries, text: reproductionsText(entries) };
  }
  const entries = catalogue(catalogued[section]);
  return { json: entries, text: listText(section, entries) };
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
  if (value === null) return description;
  const shown = typeof value === "number" ? Number(value.toPrecision(6)) : value;
  return `${description} (default ${JSON.stringify(shown)})`;
}
