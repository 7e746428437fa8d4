import { availableParallelism } from "node:os";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import {
  planWorkers,
  productsInUse,
  UsageError,
  useWorkers,
  type WorkerPool,
  workersInUse,
} from "../engine/index.js";
import type { WorkerData } from "./worker.js";

/** Options of `openWorkers`. */
export interface WorkersOptions {
  /** Number of threads in addition to this one. @defaultValue the number of processors minus one */
  readonly count?: number;
  /** The file of the threads, if a bundler has moved it. */
  readonly entry?: URL;
}

/** A thread, and the reason for its end. */
interface Thread {
  readonly worker: Worker;
  failure(): string | null;
}

function start(entry: URL, data: Omit<WorkerData, "failures">, name: string): Thread {
  const { port1: failures, port2 } = new MessageChannel();
  const workerData: WorkerData = { ...data, failures: port2 };
  const worker = new Worker(entry, { workerData, transferList: [port2], execArgv: [], name });
  let failure: string | null = null;
  worker.on("error", ({ message }) => {
    failure ??= `${name} ended: ${message}`;
  });
  worker.on("exit", () => {
    failure ??= `${name} has ended`;
    failures.close();
  });
  return {
    worker,
    failure: () => {
      // While this thread waits for the others no events arrive, but messages can be read.
      const message = failure ?? receiveMessageOnPort(failures)?.message;
      if (message !== undefined) failure ??= `${name} ended: ${message}`;
      return failure;
    },
  };
}

const ready = ({ worker }: Thread): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("a worker ended before it was ready")));
  });

/**
 * Opens worker threads of Node for the engine: `useWorkers(await openWorkers())`. Returns null if the machine
 * has one processor, or memory cannot be shared. The threads sleep between calls, after about 50 µs without
 * work, do not keep the process alive and end with it. They use the library for large products that is in
 * use when they are opened.
 *
 * @throws UsageError unless `count` is a whole number, at least 0.
 */
export async function openWorkers({
  count = availableParallelism() - 1,
  entry = new URL("./worker.js", import.meta.url),
}: WorkersOptions = {}): Promise<WorkerPool | null> {
  if (!Number.isInteger(count) || count < 0) {
    throw new UsageError(`openWorkers: the count is ${count}; need a whole number, at least 0.`);
  }
  const plan = count === 0 ? null : planWorkers(count);
  if (plan === null) return null;
  const products = productsInUse()?.name ?? null;
  const threads = plan.tasks.map((task, i) =>
    start(entry, { task, products }, `worker ${i + 1} of ${count}`),
  );
  const end = async (): Promise<void> => {
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
    plan.release();
  };
  try {
    await Promise.all(threads.map(ready));
  } catch (error) {
    await end();
    throw error;
  }
  for (const { worker } of threads) worker.unref();
  const pool: WorkerPool = {
    size: count,
    queue: plan.tasks[0]!.queue,
    products,
    failure: () => {
      for (const thread of threads) {
        const failure = thread.failure();
        if (failure !== null) return failure;
      }
      return null;
    },
    close: () => {
      if (workersInUse() === pool) useWorkers(null);
      return end();
    },
  };
  return pool;
}
