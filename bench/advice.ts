/**
 * What `kalmia advise` tells of time and memory beside what `kalmia run` takes: for each file the advice,
 * and the command in a process of its own.
 *
 *     npm run bench -- advice [FILE.yaml …] [--json]
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import type { Memory } from "kalmia/run";
import type { Streams } from "./streams.js";
import { digits, tableText } from "./table.js";

/** What was told and measured of one file; bytes and seconds of processor time. */
export interface AdviceFigure {
  readonly file: string;
  readonly told: { readonly memory: Memory; readonly seconds: number };
  readonly measured: { readonly bytes: number; readonly seconds: number };
}

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const command = join(root, "dist/cli/main.js");

const examples = [
  ...["nile", "short-record", "product", "unseen", "lynx-hare", "far-start", "lorenz63"],
  ...["lorenz96-enkf", "lorenz96-correction", "lorenz96-two-scale", "collapse"],
  ...["kuramoto-sivashinsky", "oscillator-twin"],
];

const call = promisify(execFile);

/** Writes what the process took as its last line to the standard error, at its end. */
const witness = `data:text/javascript,${encodeURIComponent(
  `import { isMainThread } from "node:worker_threads";
  import { writeSync } from "node:fs";
  if (isMainThread) process.on("exit", () => writeSync(2, "\\n" + JSON.stringify(process.resourceUsage())));`,
)}`;

async function figureOf(file: string): Promise<AdviceFigure> {
  const most = { maxBuffer: 2 ** 26 };
  const { stdout } = await call(process.execPath, [command, "advise", file, "--json"], most);
  const { own } = JSON.parse(stdout) as { readonly own: AdviceFigure["told"] };
  const output = mkdtempSync(join(tmpdir(), "kalmia-advice-"));
  try {
    const run = ["--import", witness, command, "run", file, "--output", output];
    const { stderr } = await call(process.execPath, run, most);
    const usage = JSON.parse(stderr.trimEnd().split("\n").at(-1)!) as NodeJS.ResourceUsage;
    return {
      file,
      told: { memory: own.memory, seconds: own.seconds },
      measured: {
        bytes: 1024 * usage.maxRSS,
        seconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
      },
    };
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

export async function advice(
  args: readonly string[],
  { stdout, stderr }: Streams,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean" } },
    allowPositionals: true,
  });
  const files =
    positionals.length > 0
      ? positionals
      : examples.map((name) => join(root, "examples", `${name}.yaml`));
  const figures: AdviceFigure[] = [];
  for (const file of files) {
    stderr.write(`advice: ${file}\n`);
    figures.push(await figureOf(file));
  }
  stdout.write(values.json ? `${JSON.stringify(figures)}\n` : tableText(table(figures)));
  return 0;
}

const percent = (told: number, measured: number): string => {
  const more = Math.round(100 * (told / measured - 1));
  return `${more > 0 ? "+" : ""}${more} %`;
};

const table = (figures: readonly AdviceFigure[]) => ({
  title: "kalmia advise beside kalmia run: memory at the peak, and processor time",
  header: ["file", "MB told", "measured", "off", "s told", "measured", "off"],
  rows: figures.map(({ file, told, measured }) => [
    file
      .split("/")
      .at(-1)!
      .replace(/\.\w+$/, ""),
    ...[told.memory.total, measured.bytes].map((bytes) => String(Math.round(bytes / 1e6))),
    percent(told.memory.total, measured.bytes),
    ...[digits(told.seconds), digits(measured.seconds)],
    percent(told.seconds, measured.seconds),
  ]),
});
