/** Worker threads for tests: they load the built package, since Node cannot load its sources. */
import type { WorkerPool } from "../../src/engine/index.js";
import { openWorkers } from "../../src/io/workers.js";

/** What a child process can import: `${dist}/engine/index.js`. */
export const dist = new URL("../../dist/", import.meta.url);
const entry = new URL("io/worker.js", dist);

/** A pool of `count` workers; only where memory can be shared. */
export async function openPool(count: number): Promise<WorkerPool> {
  const pool = await openWorkers({ count, entry });
  if (pool === null) throw new Error("memory cannot be shared here");
  return pool;
}
