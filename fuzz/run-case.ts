/** Runs a case in this process, by the command line with streams in memory. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { main } from "#cli";
import { processHost } from "#cli/host";
import type { Case, End } from "./case.js";

/** A stream that keeps its text. */
function memory(): Writable & { text: string } {
  const stream = Object.assign(new Writable({ decodeStrings: false }), { text: "" });
  stream._write = (chunk, _encoding, done) => {
    stream.text += chunk;
    done();
  };
  return stream;
}

const page = async () => ({ html: "<html></html>\n", figures: [] });

/** Nobody asks a case to stop. */
const unstopped: Parameters<typeof processHost>[2] = () => ({
  requested: () => false,
  lastWords: () => {},
  release: () => {},
});

/** Runs the command line in a folder; drawing, which takes longer than all else, only if asked for. */
export async function kalmia(
  args: readonly string[],
  cwd: string,
  draws: boolean,
): Promise<Pick<End, "code" | "stdout" | "stderr">> {
  const [stdout, stderr] = [memory(), memory()];
  const host = { ...processHost(stdout, stderr, unstopped), cwd, env: {} };
  const undrawn = draws ? {} : { renderReport: page, renderComparison: page };
  const code = await main(args, { ...host, ...undrawn });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** One case in this many is drawn. */
const drawn = 40;

export async function runCase({ files, args, seed }: Case): Promise<End> {
  const folder = mkdtempSync(join(tmpdir(), "kalmia-fuzz-"));
  const start = performance.now();
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return {
      ...(await kalmia(args, folder, seed % drawn === 0)),
      states: textOf(join(folder, "out/states.csv")),
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
