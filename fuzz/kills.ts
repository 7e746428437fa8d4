/**
 * Runs that are killed and resumed: they must leave what a run leaves that was never killed, to the byte.
 *
 * Kills come at a random time, before a random operation on files, or in the middle of a write; one to three
 * of them in a row. Processes are those of the built command line, ended by SIGKILL.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** What was compared, and the differences in words; none if all is well. */
export interface Killed {
  readonly kills: number;
  /** How often the process was really ended by a kill, by the kind of the kill. */
  readonly ended: Readonly<Record<Kill["kind"], number>>;
  readonly differences: readonly string[];
}

/** When a process is killed: after milliseconds, or at the n-th operation on files. */
type Kill =
  | { readonly kind: "time"; readonly at: number }
  | { readonly kind: "operation" | "torn"; readonly at: number };

const experiment = (method: string) => `name: walk
seed: 3
model: { kind: linear, transition: [[1]], processNoise: { variance: { learn: true, start: 1, truth: 2 } } }
time: { step: 1, cycles: 30, forecast: 2 }
observations: { twin: { variance: 1 } }
method: ${method}
learn: { epochs: 12, window: 10 }
`;

const initial = "initial: { mean: [0], variance: 1 }";
const experiments: Readonly<Record<string, string>> = {
  one: experiment(`{ kind: kalman, ${initial} }`),
  list: experiment(`[{ kind: kalman, ${initial} }, { kind: enkf, members: 8, ${initial} }]`),
};

/**
 * Counts the operations on files that write, and ends the process before the one with the number KILL_AT; if
 * KILL_TORN is set, after half of the bytes of a write.
 */
const hooks = `
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { isMainThread, workerData } from "node:worker_threads";
const { KILL_AT, KILL_TORN, KILL_COUNT } = process.env;
const names = ["openSync", "writeFileSync", "fsyncSync", "renameSync", "rmSync", "mkdirSync", "linkSync", "rmdirSync"];
const write = fs.writeFileSync;
let count = 0;
if (!isMainThread && workerData?.argv !== undefined) {
  for (const name of names) {
    const original = fs[name];
    fs[name] = (...given) => {
      count += 1;
      if (KILL_COUNT !== undefined) write(KILL_COUNT, String(count));
      if (count === Number(KILL_AT)) {
        const [file, content] = given;
        if (KILL_TORN !== undefined && name === "writeFileSync") {
          original(file, content.slice(0, Math.floor(content.length / 2)));
        }
        process.kill(process.pid, "SIGKILL");
        for (;;) {}
      }
      return original(...given);
    };
  }
  syncBuiltinESMExports();
}
`;

/** Kills and resumes `count` runs, with kills that the seed decides; `cli` is the built command line. */
export async function kills(
  seed: number,
  count: number,
  cli = resolve("dist/cli/main.js"),
): Promise<Killed> {
  const folder = mkdtempSync(join(tmpdir(), "kalmia-kills-"));
  try {
    return await killIn(folder, seed, count, cli);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function killIn(folder: string, seed: number, count: number, cli: string): Promise<Killed> {
  const hook = join(folder, "hooks.mjs");
  writeFileSync(hook, hooks);
  const begin = (at: string, env: NodeJS.ProcessEnv, ...more: string[]) =>
    spawn(
      process.execPath,
      ["--import", pathToFileURL(hook).href, cli, "run", "walk.yaml", ...more],
      {
        cwd: at,
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
  const references = new Map<string, Reference>();
  for (const [name, text] of Object.entries(experiments)) {
    const at = newFolder(folder, `whole-${name}`, text);
    const counted = join(folder, `${name}-count`);
    const began = performance.now();
    const { code, told } = await end(begin(at, { KILL_COUNT: counted }));
    if (code !== 0) throw new Error(`a run that nobody killed ended with ${code}: ${told}`);
    references.set(name, {
      files: filesOf(at),
      operations: Number(readFileSync(counted, "utf8")),
      milliseconds: performance.now() - began,
    });
  }
  const ended = { time: 0, operation: 0, torn: 0 };
  const differences: string[] = [];
  for (let i = 0; i < count; i++) {
    const drawn = draws(seed + i);
    const name = drawn() < 0.2 ? "list" : "one";
    const reference = references.get(name)!;
    const at = newFolder(folder, `killed-${i}`, experiments[name]!);
    const planned = Array.from({ length: 1 + Math.floor(3 * drawn() ** 2) }, () =>
      killFrom(drawn, reference),
    );
    for (const kill of planned) {
      if ((await endBy(kill, (env) => begin(at, env, ...resumes(at)))) === "SIGKILL")
        ended[kill.kind] += 1;
    }
    const told = await untilDone(at, (more) => begin(at, {}, ...more));
    const what = `seed ${seed + i}, ${name}, killed ${planned.map(({ kind, at: n }) => `${kind} ${Math.round(n)}`).join(", ")}`;
    if (told !== null) differences.push(`${what}: ${told}`);
    else
      differences.push(
        ...differencesOf(reference.files, filesOf(at)).map((file) => `${what}: ${file}`),
      );
    rmSync(at, { recursive: true });
  }
  return { kills: count, ended, differences };
}

/** What a run leaves that nobody killed, and what there is of it to kill. */
interface Reference {
  readonly files: ReadonlyMap<string, string>;
  readonly operations: number;
  readonly milliseconds: number;
}

function newFolder(folder: string, name: string, text: string): string {
  const at = join(folder, name);
  mkdirSync(at);
  writeFileSync(join(at, "walk.yaml"), text);
  return at;
}

/** Returns numbers from 0 to 1 that the seed decides. */
function draws(seed: number): () => number {
  let n = 0;
  return () => createHash("sha256").update(`${seed} ${n++}`).digest().readUInt32LE() / 2 ** 32;
}

function killFrom(drawn: () => number, { operations, milliseconds }: Reference): Kill {
  const [which, where] = [drawn(), drawn()];
  if (which < 0.3) return { kind: "time", at: where * milliseconds };
  return { kind: which < 0.8 ? "operation" : "torn", at: 1 + Math.floor(where * operations) };
}

/** Whether there is anything to resume from; otherwise a run begins anew. */
function resumes(at: string): readonly string[] {
  const left = [...filesOf(at).keys()].some((name) => /checkpoint|manifest/.test(name));
  return left ? ["--resume"] : [];
}

/** Begins a process with a kill ahead of it, and returns its signal or exit code. */
async function endBy(kill: Kill, begin: (env: NodeJS.ProcessEnv) => ChildProcess) {
  if (kill.kind !== "time") {
    const torn = kill.kind === "torn" ? { KILL_TORN: "1" } : {};
    return (await end(begin({ KILL_AT: String(kill.at), ...torn }))).code;
  }
  const child = begin({});
  const timer = setTimeout(() => child.kill("SIGKILL"), kill.at);
  const { code } = await end(child);
  clearTimeout(timer);
  return code;
}

/** Resumes, or begins anew where there is nothing to resume from, until the run is done; returns why it is not. */
async function untilDone(
  at: string,
  begin: (more: readonly string[]) => ChildProcess,
): Promise<string | null> {
  const resumed = await end(begin(resumes(at)));
  if (resumed.code === 0) return null;
  if (!/there is no checkpoint|holds nothing/.test(resumed.told)) {
    return `resume ended with ${resumed.code}: ${resumed.told}`;
  }
  const anew = await end(begin([]));
  return anew.code === 0 ? null : `the run ended with ${anew.code}: ${anew.told}`;
}

/** Waits for the end of a process. */
function end(
  child: ChildProcess,
): Promise<{ readonly code: number | string | null; readonly told: string }> {
  let told = "";
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on("data", (some) => {
      told += some;
    });
  }
  return new Promise((done) =>
    child.on("close", (code, signal) => done({ code: signal ?? code, told })),
  );
}

/** Times of computation, which are other ones in each run, and the hashes of what has them in it. */
const times = /"(seconds|cyclesPerSecond)": [\d.e+-]+/g;

/** Returns the hashes of all files below a folder, without times. */
function filesOf(at: string): Map<string, string> {
  const entries = readdirSync(at, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => {
        const bytes = readFileSync(path);
        const text = path.endsWith("result.json") ? bytes.toString().replace(times, "") : bytes;
        // A manifest has the hashes of what has times in it, a comparison has times: their names have to do.
        const hasTimes = path.endsWith("manifest.json") || text.includes("ms/cycle");
        const content = hasTimes ? "" : text;
        return [path.slice(at.length + 1), createHash("sha256").update(content).digest("hex")];
      }),
  );
}

function differencesOf(
  whole: ReadonlyMap<string, string>,
  killed: ReadonlyMap<string, string>,
): string[] {
  const names = new Set([...whole.keys(), ...killed.keys()]);
  return [...names].flatMap((name) => {
    if (whole.get(name) === killed.get(name)) return [];
    const [there, here] = [whole.has(name), killed.has(name)];
    return [there && here ? `${name} is another` : there ? `no ${name}` : `${name} is left over`];
  });
}
