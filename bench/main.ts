/** Benchmarks by name: `npm run bench -- [name] [--json] [--quick]`, or `kalmia bench`. */
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { onEveryBuild } from "./builds.js";
import { benchmarks } from "./catalogue.js";
import { type Findings, gigaflops } from "./figure.js";
import { host } from "./host.js";
import { tables } from "./report.js";
import { tableText } from "./table.js";

/** Where the text goes. */
export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

const flags = ["--json", "--quick"];

/** Arguments in; 0 done, 2 the arguments are wrong. */
export async function main(args: readonly string[], { stdout, stderr }: Streams): Promise<0 | 2> {
  const asJson = args.includes("--json");
  if (args.includes("--help")) {
    stdout.write(`bench [name] [options]\n${list()}`);
    return 0;
  }
  const given = args.filter((arg) => !flags.includes(arg));
  const wrong = given.find((name) => !Object.hasOwn(benchmarks, name));
  if (wrong !== undefined) {
    const message = `"${wrong}" is not known`;
    stderr.write(`bench: ${message}; there are\n${list()}`);
    if (asJson) stdout.write(`${JSON.stringify({ error: { kind: "usage", message } })}\n`);
    return 2;
  }
  const names = given.length > 0 ? given : Object.keys(benchmarks);
  const found = await onEveryBuild(names, args.includes("--quick"));
  stdout.write(asJson ? json(found) : text(found));
  return 0;
}

const list = (): string => {
  const width = Math.max(...Object.keys(benchmarks).map((name) => name.length));
  const lines = Object.entries(benchmarks).map(
    ([name, { about }]) => `  ${name.padEnd(width)}  ${about}\n`,
  );
  return `${lines.join("")}and the options ${flags.join(", ")}.\n`;
};

function text(found: Findings): string {
  const { node, cpu, cores } = host();
  const head = `Node ${node}, ${cpu}, ${cores} cores; medians (least–greatest)\n`;
  return [head, ...tables(found).map(tableText)].join("\n");
}

function json({ figures, windows, missing }: Findings): string {
  const rated = figures.map((figure) =>
    figure.flops === null
      ? figure
      : { ...figure, gigaflops: gigaflops(figure.flops)(figure.seconds.median) },
  );
  return `${JSON.stringify({ ...host(), figures: rated, windows, missing })}\n`;
}

const script = process.argv[1];
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2), process);
}
