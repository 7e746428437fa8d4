/** Forked processes that run cases, each within its time. */
import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Case, End } from "./case.js";
import { limits } from "./judge.js";

/** The end of a case, or why there was none. */
export type Outcome = { readonly end: End } | { readonly crash: string };

/** Cases that a process runs before it is replaced, so that their memory does not add up. */
const casesOfProcess = 150;

export interface Runner {
  run(given: Case): Promise<Outcome>;
  close(): void;
}

/** Ticks of the clock that Linux counts by. */
const ticks = 100;

/** Seconds that a process has computed, which a busy machine does not lengthen; null where no one says. */
function busySeconds({ pid }: ChildProcess): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticks;
  } catch {
    return null;
  }
}

/** MiB of memory that a process holds now; null where no one says. */
function megabytesOf({ pid }: ChildProcess): number | null {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))!;
    return Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

/** One process after another; `run` may be called again once it has answered. */
export function openRunner(): Runner {
  let child: ChildProcess | null = null;
  let done = 0;
  const close = (): void => {
    child?.kill("SIGKILL");
    child = null;
    done = 0;
  };
  const start = (): ChildProcess =>
    fork(fileURLToPath(new URL("./worker.js", import.meta.url)), [], {
      execArgv: ["--max-old-space-size=1024"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
  return {
    run: (given) => {
      if (done++ >= casesOfProcess) close();
      child ??= start();
      const running = child;
      return new Promise((resolve) => {
        const finish = (outcome: Outcome, alive: boolean): void => {
          clearInterval(timer);
          running.removeAllListeners();
          if (!alive) close();
          resolve(outcome);
        };
        const began = { clock: performance.now(), busy: busySeconds(running) };
        const timer = setInterval(() => {
          const waited = (performance.now() - began.clock) / 1000;
          const busy = busySeconds(running);
          const computed = busy === null || began.busy === null ? waited : busy - began.busy;
          if ((megabytesOf(running) ?? 0) > limits.megabytes) {
            finish({ crash: `memory of more than ${limits.megabytes} MiB` }, false);
          } else if (computed > limits.seconds || waited > 10 * limits.seconds) {
            finish({ crash: `no end after ${limits.seconds} s` }, false);
          }
        }, 100);
        running.once("message", (outcome: Outcome) => finish(outcome, true));
        running.once("error", (error) => finish({ crash: `the process: ${error.message}` }, false));
        running.once("exit", (code, signal) =>
          finish({ crash: `the process ended with ${code ?? signal}` }, false),
        );
        running.send(given);
      });
    },
    close,
  };
}
