/**
 * The main thread of the command line: it starts the command in a thread of its own and waits for signals,
 * which a thread that computes would not hear. A command that does not stop within a second is ended.
 */
import { writeSync } from "node:fs";
import { isatty } from "node:tty";
import { Worker } from "node:worker_threads";
import type { CommandData, CommandMessage, LastWords } from "./thread-messages.js";

const signals = ["SIGINT", "SIGTERM"] as const;
type Signal = (typeof signals)[number];

/** Milliseconds that a command has to stop by itself. */
const grace = 700;

/** Runs a command in its thread, and returns its exit code. */
export async function runInThread(argv: readonly string[]): Promise<number> {
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const columns = isatty(2) ? process.stderr.columns : undefined;
  const workerData: CommandData = { argv, stop, columns };
  const thread = new Worker(new URL("./command.js", import.meta.url), { workerData });
  const watch = signalWatch(stop);
  let code = 1;
  thread.on("message", (message: CommandMessage) => {
    if (message.kind === "watching") watch.begin(message.words);
    else if (message.kind === "released") watch.end();
    else code = message.code;
  });
  let fault: unknown = null;
  thread.on("error", (error) => {
    fault = error;
  });
  await new Promise((resolve) => thread.once("exit", resolve));
  watch.end();
  if (fault !== null) {
    const { failureOf } = await import("./failure.js");
    write(2, failureOf(fault, process.env.KALMIA_DEBUG === "1").text);
  }
  return code;
}

/**
 * Watches for signals while the command can stop by itself; otherwise a signal ends the process at once, as
 * does a second one.
 */
function signalWatch(stop: Int32Array) {
  let words: LastWords | null = null;
  let timer: NodeJS.Timeout | undefined;
  const release = () => {
    for (const signal of signals) process.off(signal, heard);
  };
  const heard = (signal: Signal) => {
    release();
    Atomics.store(stop, 0, 1);
    timer = setTimeout(() => {
      if (isatty(2)) write(2, "\n");
      if (words !== null) {
        write(2, words.stderr);
        write(1, words.stdout);
      }
      process.kill(process.pid, signal);
    }, grace);
  };
  return {
    begin: (given: LastWords) => {
      if (words === null) for (const signal of signals) process.on(signal, heard);
      words = given;
    },
    end: () => {
      words = null;
      clearTimeout(timer);
      release();
    },
  };
}

function write(descriptor: number, text: string): void {
  try {
    writeSync(descriptor, text);
  } catch {
    // Nobody reads it.
  }
}
