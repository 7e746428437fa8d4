/** Runs benchmarks once for each build of the kernels that the host has, in processes of their own. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Findings, join } from "./figure.js";

/** What a child process is asked for. */
export interface Task {
  readonly names: readonly string[];
  readonly build: "simd" | "relaxed";
  /** With the other library. */
  readonly peer: boolean;
  readonly quick: boolean;
}

/** The flags that give a process of this Node relaxed SIMD: before 22 it needs one, which later versions refuse. */
export const relaxedFlags: readonly string[] =
  Number(process.versions.node.split(".")[0]) < 22 ? ["--experimental-wasm-relaxed-simd"] : [];

export async function onEveryBuild(names: readonly string[], quick: boolean): Promise<Findings> {
  const simd = await inChild({ names, quick, build: "simd", peer: true }, []);
  const relaxed = await inChild({ names, quick, build: "relaxed", peer: false }, relaxedFlags);
  return join([simd, relaxed]);
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
