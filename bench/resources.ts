/** What a benchmark asks of the machine: its BLAS, and threads. */
import { useProducts, useWorkers } from "kalmia/engine";
import { systemBlas } from "kalmia/io/blas";
import { openWorkers } from "kalmia/io/workers";

/** Large products go to the machine's BLAS from here on; false if there is none. */
export async function takeBlas(): Promise<boolean> {
  const library = await systemBlas();
  useProducts(library);
  return library !== null;
}

/** Workers beside this thread; the number of threads there are then. */
export async function takeThreads(threads: number): Promise<number> {
  const pool = threads > 1 ? await openWorkers({ count: threads - 1 }) : null;
  useWorkers(pool);
  return 1 + (pool?.size ?? 0);
}
