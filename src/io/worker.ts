/** The entry of a worker thread; `openWorkers` starts it. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { serve, type WorkerTask } from "../engine/index.js";
import { systemBlas } from "./blas.js";

export interface WorkerData {
  readonly task: WorkerTask;
  /** The library for large products, or null. */
  readonly products: string | null;
  /** Takes the message of an error while the other side waits. */
  readonly failures: MessagePort;
}

const { task, products, failures } = workerData as WorkerData;
const library = products === null ? null : await systemBlas(1, [products]);
if (products !== null && library === null) throw new Error(`${products} cannot be loaded`);
serve(task, library, {
  ready: () => parentPort!.postMessage(null),
  failed: (error) => failures.postMessage(error instanceof Error ? error.message : String(error)),
});
