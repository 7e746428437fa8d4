/** The entry of a worker thread; `openWorkers` starts it. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { serve, type WorkerTask } from "../engine/index.js";
import { systemBlas } from "./blas.js";

/** The data that a worker thread starts with. */
export interface WorkerData {
  readonly task: WorkerTask;
  /** The name of the library for large products; null: none. */
  readonly products: string | null;
  /** The port for error messages, which the main thread can read while it waits. */
  readonly failures: MessagePort;
}

const { task, products, failures } = workerData as WorkerData;
const library = products === null ? null : await systemBlas(1, [products]);
if (products !== null && library === null) throw new Error(`${products} cannot be loaded`);
serve(task, library, {
  ready: () => parentPort!.postMessage(null),
  failed: (error) => failures.postMessage(error instanceof Error ? error.message : String(error)),
});
