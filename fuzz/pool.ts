/** Forked processes that run cases, each within its time. */
import { type ChildProcess, fork } from "node:child_process";
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

/** One process after another; `run` may be called again once it has answered. */
export function openRunner(seconds: number = limits.seconds): Runner {
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
          clearTimeout(timer);
          running.removeAllListeners();
          if (!alive) close();
          resolve(outcome);
        };
        const timer = setTimeout(
          () => finish({ crash: `no end after ${seconds} s` }, false),
          1000 * seconds,
        );
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
