/** Runs benchmarks once for each build of the kernels that the host has, in processes of their own. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Findings, join } from "./figure.js";
import { hasRelaxed } from "./peak.js";

/** What a child process is asked for. */
export interface Task {
  readonly names: readonly string[];
  /** null: the build that Node chooses. */
  readonly build: "simd" | "relaxed" | null;
  /** With the other library. */
  readonly peer: boolean;
  readonly quick: boolean;
}

/** Node before 22 has relaxed SIMD behind this flag; later versions refuse it. */
const relaxedFlag = "--experimental-wasm-relaxed-simd";
const nodeMajor = Number(process.versions.node.split(".")[0]);

/** The build that Node does not choose by itself, and the flag that it needs; null: there is none. */
function otherBuild(): { build: "simd" | "relaxed"; flags: string[] } | null {
  if (hasRelaxed()) return { build: "simd", flags: [] };
  return nodeMajor < 22 ? { build: "relaxed", flags: [relaxedFlag] } : null;
}

export async function onEveryBuild(names: readonly string[], quick: boolean): Promise<Findings> {
  const found = [await inChild({ names, quick, build: null, peer: true }, [])];
  const other = otherBuild();
  if (other !== null) {
    found.push(await inChild({ names, quick, build: other.build, peer: false }, other.flags));
  }
  return join(found);
}

function inChild(task: Task, flags: readonly string[]): Promise<Findings> {
  const script = fileURLToPath(new URL("./child.js", import.meta.url));
  const args = [...process.execArgv, ...flags, script, JSON.stringify(task)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(Buffer.concat(pieces).toString()) as Findings);
      else reject(new Error(`bench: the process for ${task.names.join(", ")} ended with ${code}.`));
    });
  });
}
