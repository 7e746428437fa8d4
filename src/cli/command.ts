/** The entry of the thread of a command; `runInThread` starts it. */
import { parentPort, workerData } from "node:worker_threads";
import { descriptorOutput } from "./descriptor-output.js";
import { processHost } from "./process-host.js";
import { main } from "./program.js";
import type { CommandData, CommandMessage } from "./thread-messages.js";

const { argv, stop, columns } = workerData as CommandData;
const tell = (message: CommandMessage) => parentPort!.postMessage(message);
const host = processHost(descriptorOutput(1), descriptorOutput(2, columns), (words) => {
  tell({ kind: "watching", words });
  return {
    requested: () => Atomics.load(stop, 0) === 1,
    lastWords: (changed) => tell({ kind: "watching", words: changed }),
    release: () => tell({ kind: "released" }),
  };
});
tell({ kind: "ended", code: await main(argv, host) });
