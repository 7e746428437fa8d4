/**
 * The entry of a worker thread; `openWorkers` starts it. One thread more watches the others: when one
 * dies, its port closes, and the watcher says so in the shared memory, where the main thread can read it
 * while it waits.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { abandon, serve, type WorkerTask } from "../engine/index.js";
import { systemBlas } from "./blas.js";

/** The data that a worker thread starts with. */
export interface WorkerData {
  readonly kind: "worker";
  readonly task: WorkerTask;
  /** The name of the library for large products; null: none. */
  readonly products: string | null;
  /** The port for error messages, which the main thread can read while it waits. */
  readonly failures: MessagePort;
  /** The port that closes when the thread ends, however it does. */
  readonly life: MessagePort;
}

/** The data that the watcher starts with. */
export interface WatcherData {
  readonly kind: "watcher";
  /** The threads, by what they were given, with the other ends of their ports. */
  readonly watched: readonly {
    readonly task: Omit<WorkerTask, "module">;
    readonly life: MessagePort;
  }[];
}

function watch({ watched }: WatcherData): void {
  for (const { task, life } of watched) {
    life.on("close", () => abandon(task));
    life.ref(); // The watcher lives for as long as one of the others.
  }
  parentPort!.postMessage(null);
}

async function work({ task, products, failures }: WorkerData): Promise<void> {
  const library = products === null ? null : await systemBlas(1, [products]);
  if (products !== null && library === null) throw new Error(`${products} cannot be loaded`);
  serve(task, library, {
    ready: () => parentPort!.postMessage(null),
    failed: (error) => failures.postMessage(error instanceof Error ? error.message : String(error)),
  });
}

const data = workerData as WorkerData | WatcherData;
if (data.kind === "watcher") watch(data);
else await work(data);
