import { availableParallelism } from "node:os";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import {
  planWorkers,
  productsInUse,
  UsageError,
  useWorkers,
  type WorkerPool,
  workersInUse,
} from "../engine/index.js";
import type { WatcherData, WorkerData } from "./worker.js";

/** Options of `openWorkers`. */
export interface WorkersOptions {
  /** Number of threads in addition to this one. @defaultValue the number of processors minus one */
  readonly count?: number;
  /** The file of the threads, if a bundler has moved it. */
  readonly entry?: URL;
}

/** A thread, the reason for its end, and the port that closes with it. */
interface Thread {
  readonly worker: Worker;
  readonly life: MessagePort;
  failure(): string | null;
}

function start(
  entry: URL,
  data: Omit<WorkerData, "kind" | "failures" | "life">,
  name: string,
): Thread {
  const { port1: failures, port2 } = new MessageChannel();
  const { port1: life, port2: itsLife } = new MessageChannel();
  const workerData: WorkerData = { kind: "worker", ...data, failures: port2, life: itsLife };
  const transferList = [port2, itsLife];
  const worker = new Worker(entry, { workerData, transferList, execArgv: [], name });
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
    life,
    failure: () => {
      // While this thread waits for the others no events arrive, but messages can be read.
      const message = failure ?? receiveMessageOnPort(failures)?.message;
      if (message !== undefined) failure ??= `${name} ended: ${message}`;
      return failure;
    },
  };
}

/** Starts the thread that sees the others end while this one waits for them. */
function startWatcher(entry: URL, watched: WatcherData["watched"]): Worker {
  const workerData: WatcherData = { kind: "watcher", watched };
  const transferList = watched.map(({ life }) => life);
  return new Worker(entry, { workerData, transferList, execArgv: [], name: "watcher" });
}

const ready = (worker: Worker): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("a worker ended before it was ready")));
  });

/**
 * Opens worker threads of Node for the engine: `useWorkers(await openWorkers())`. Returns null if the machine
 * has one processor, or memory cannot be shared. One thread more sees to it that a call ends in a
 * WorkerError when one of them dies, whatever killed it. The threads sleep between calls, after about 50 µs without
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
  const watched = threads.map(({ life }, i) => {
    const { module: _, ...task } = plan.tasks[i]!;
    return { task, life };
  });
  const watcher = startWatcher(entry, watched);
  const end = async (): Promise<void> => {
    await watcher.terminate(); // First, as it would take their end for an accident.
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
    plan.release();
  };
  try {
    await Promise.all([...threads.map(({ worker }) => worker), watcher].map(ready));
  } catch (error) {
    await end();
    throw error;
  }
  for (const { worker } of threads) worker.unref();
  watcher.unref();
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
