/** Benchmarks by name: `npm run bench -- [name] [--json] [--quick]`, or `kalmia bench`. */
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { onEveryBuild } from "./builds.js";
import { benchmarks, type Program, programs } from "./catalogue.js";
import { type Findings, gigaflops } from "./figure.js";
import { host } from "./host.js";
import { tables } from "./report.js";
import type { Streams } from "./streams.js";
import { tableText } from "./table.js";

const flags = ["--json", "--quick"];

/** Arguments in; 0 done, 1 failed, 2 the arguments are wrong. */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const { stdout, stderr } = streams;
  const program = Object.hasOwn(programs, args[0] ?? "") ? programs[args[0]!] : undefined;
  if (program !== undefined) return runProgram(program, args.slice(1), streams);
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

/** 2 if node:util finds an option wrong, and its message. */
async function runProgram(
  program: Program,
  args: readonly string[],
  streams: Streams,
): Promise<number> {
  const run = await program.load();
  try {
    return await run(args, streams);
  } catch (error) {
    const { code = "", message } = error as { code?: string; message: string };
    if (!code.startsWith("ERR_PARSE_ARGS")) throw error;
    streams.stderr.write(`bench: ${message}\n`);
    return 2;
  }
}

const list = (): string => {
  const all = { ...benchmarks, ...programs };
  const width = Math.max(...Object.keys(all).map((name) => name.length));
  const lines = Object.entries(all).map(
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
