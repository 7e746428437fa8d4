/** What a worker thread does: runs programs of the queue on the shared memory, until it is ended. */
import { instantiate, type ProductLibrary } from "./instance.js";
import { moduleFollower } from "./modules.js";
import { JobQueue, type Runner } from "./queue.js";

/** All that a thread needs to know; it can be sent to one. */
export interface WorkerTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the queue. */
  readonly queue: number;
  /** Address of the records of this thread's instance. */
  readonly records: number;
  /** The number of this thread, and how many there are besides the one that posts. */
  readonly thread: number;
  readonly threads: number;
}

/** Says that the thread of a task has died, so that nobody waits for what it took. */
export function abandon({ memory, queue, thread, threads }: Omit<WorkerTask, "module">): void {
  new JobQueue(memory.buffer, queue, threads).abandon(thread);
}

export interface WorkerEvents {
  /** Before the first sleep. */
  ready(): void;
  /** Before the others learn that a job broke off. */
  failed(error: unknown): void;
}

/** Never returns; throws when a job does. */
export function serve(
  { module, memory, queue: address, records, thread, threads }: WorkerTask,
  library: ProductLibrary | null,
  { ready, failed }: WorkerEvents,
): never {
  const kernels = instantiate(module, memory, () => library!);
  kernels.moveRecordsTo(records);
  const queue = new JobQueue(memory.buffer, address, threads);
  let productsFrom = Number.POSITIVE_INFINITY;
  const follow = moduleFollower(memory, kernels.extend);
  const runner: Runner = {
    run: (program, count) => {
      follow(queue.firstModule());
      return kernels.run(program, count);
    },
    status: kernels.status,
  };
  ready();
  for (;;) {
    queue.sleep();
    queue.mark(thread, true);
    for (let i = queue.take(); i >= 0; i = queue.take()) {
      if (queue.productsFrom() !== productsFrom) {
        productsFrom = queue.productsFrom();
        kernels.leaveProducts(productsFrom);
      }
      queue.do(i, runner, failed);
    }
    queue.mark(thread, false);
  }
}
