/**
 * Worker threads: programs that do not depend on each other run on all of them. Without workers they run
 * one after the other, and give the same numbers.
 */
import { backend, productsFrom, productsInUse } from "./backend.js";
import type { Program } from "./compile.js";
import { UsageError, WorkerError } from "./errors.js";
import { firstModule } from "./functions.js";
import { addressOf, allocateUnowned, freeBlock } from "./memory.js";
import { kernelError } from "./program.js";
import { broken, JobQueue, mostJobs, queueBytes } from "./queue.js";
import { run } from "./replay.js";
import type { WorkerTask } from "./worker.js";

/** Threads of the host that run the jobs of a queue; the host makes them from `planWorkers`. */
export interface WorkerPool {
  /** Number of threads besides the calling one. */
  readonly size: number;
  /** Address of their queue. */
  readonly queue: number;
  /** The name of the library for large products that each of them has, or null. */
  readonly products: string | null;
  /** Returns the reason why a thread has ended, or null while all run. */
  failure(): string | null;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** Tasks for threads that the host will start. */
export interface WorkerPlan {
  readonly tasks: readonly WorkerTask[];
  /** Releases the queue, once the threads have ended. */
  release(): void;
}

/** Where a thread may not block, as in a browser's page, it cannot wait for others. */
function mayBlock(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

/** Makes a queue and the tasks of `count` threads; null where the host has no shared memory. */
export function planWorkers(count: number): WorkerPlan | null {
  const { sharing } = backend();
  if (sharing === null || !mayBlock()) return null;
  const { module, memory, recordBytes } = sharing;
  const bytes = Math.ceil(queueBytes(count) / 16) * 16;
  const block = allocateUnowned(bytes + count * recordBytes);
  const queue = addressOf(block);
  new Uint8Array(memory.buffer, queue, bytes).fill(0);
  const tasks = Array.from({ length: count }, (_, i) => ({
    ...{ module, memory, queue, thread: i, threads: count },
    records: queue + bytes + i * recordBytes,
  }));
  return { tasks, release: () => freeBlock(block) };
}

let current: WorkerPool | null = null;

/** Makes `parallel` run its slices on the threads of a pool too; null: on this thread alone. */
export function useWorkers(pool: WorkerPool | null): void {
  current = pool;
}

/** Returns the pool in use, or null. */
export const workersInUse = (): WorkerPool | null => current;

/** Runs loaded programs that do not depend on each other. */
export function runAll(programs: readonly Program[]): void {
  if (current === null || programs.length < 2) programs.forEach(run);
  else {
    check(current);
    for (let i = 0; i < programs.length; i += mostJobs) {
      runOn(current, programs.slice(i, i + mostJobs));
    }
  }
}

const workerError = (failure: string): WorkerError =>
  new WorkerError(`parallel: ${failure}. Close the workers and open others.`);

/** Why no job may be left to a pool, or null. */
function failureOf(pool: WorkerPool): string | null {
  const queue = new JobQueue(backend().memory.buffer, pool.queue, pool.size);
  return pool.failure() ?? (queue.lost() > 0 ? "a worker ended while it was at work" : null);
}

function check(pool: WorkerPool): void {
  const failure = failureOf(pool);
  if (failure !== null) throw workerError(failure);
  const library = productsInUse();
  if (library === null || library.name === pool.products) return;
  throw new UsageError(
    `useWorkers: products go to ${library.name}, which the workers do not have; open them after useProducts.`,
  );
}

function runOn(pool: WorkerPool, programs: readonly Program[]): void {
  const { run, status, memory } = backend();
  const queue = new JobQueue(memory.buffer, pool.queue, pool.size);
  queue.post(programs, productsFrom(), firstModule());
  try {
    for (let i = queue.take(); i >= 0; i = queue.take()) queue.do(i, { run, status }, () => {});
  } finally {
    queue.cancel();
    queue.settle();
  }
  for (const [i, { instructions }] of programs.entries()) {
    const failed = queue.resultOf(i);
    if (failed === broken) throw workerError(failureOf(pool) ?? "a worker broke off");
    if (failed >= 0) throw kernelError(instructions[failed]!, queue.statusOf(i));
  }
}
