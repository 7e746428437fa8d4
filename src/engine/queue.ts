/**
 * A queue of jobs in shared memory: programs that any thread may run, each once.
 *
 * One word holds the number of the round and how many jobs of it are left; taking a job counts that
 * down in one atomic step, so a thread that wakes late finds nothing to take and harms nothing.
 * Whoever takes a job leaves its result beside it. Other threads than the one that posts say when they
 * are at work, so that it can tell whether anybody still is when one of them has died.
 *
 * Threads without work sleep, but look on for a moment first: waking one takes some ten
 * microseconds, and the next round of a loop, or the end of this one, often is nearer than that.
 */

/** Words of the queue: the round and what is left of it, jobs not yet done, and from `jobs` on the jobs. */
const turn = 0;
const pending = 1;
/** Two words, a number: products of at least as many multiplications go to the library. */
const products = 2;
/** Address of the first module of functions made since (modules.ts). */
const modules = 4;
/** How many threads have died. */
const lost = 5;
const jobs = 16;

/** Words of a job: address of the program, its instructions, result, and the status if it failed. */
const jobWords = 12;
const program = 0;
const count = 1;
const result = 2;
const status = 4;
const statusWords = 6;

/** Rounds and jobs share a word. */
const leftBits = 8;
const leftMask = 2 ** leftBits - 1;
export const mostJobs = 64;
/** After the jobs a word for each thread: 1 while it is at work. */
const threadWords = jobs + mostJobs * jobWords;
export const queueBytes = (threads: number): number => 4 * (threadWords + threads);

/** Milliseconds for which a thread looks on before it sleeps: about what waking it would take. */
const patience = 0.05;
/** Milliseconds after which a thread that waits for others looks whether one has died. */
const lookout = 100;

/** The result of a job whose thread broke off. */
export const broken = -2;

export interface Job {
  /** Address of its code. */
  readonly start: number;
  readonly instructions: { readonly length: number };
}

/** What a thread runs jobs with. */
export interface Runner {
  run(program: number, count: number): number;
  status(): number;
}

export class JobQueue {
  private readonly buffer: ArrayBufferLike;
  private readonly address: number;
  private readonly words: Int32Array;
  private readonly threads: number;

  /** `threads` are those besides the one that posts. */
  constructor(buffer: ArrayBufferLike, address: number, threads: number) {
    this.buffer = buffer;
    this.address = address;
    this.threads = threads;
    this.words = new Int32Array(buffer, address, queueBytes(threads) / 4);
  }

  /** Offers jobs to all threads; those of the round before are done. */
  post(offered: readonly Job[], productsFrom: number, firstModule: number): void {
    const { words } = this;
    words[modules] = firstModule;
    new Float64Array(this.buffer, this.address + 4 * products, 1)[0] = productsFrom;
    for (const [i, { start, instructions }] of offered.entries()) {
      words[this.at(i, program)] = start;
      words[this.at(i, count)] = instructions.length;
      words[this.at(i, result)] = broken;
    }
    Atomics.store(words, pending, offered.length);
    const round = (Atomics.load(words, turn) >> leftBits) + 1;
    Atomics.store(words, turn, (round << leftBits) | offered.length);
    Atomics.notify(words, turn, offered.length - 1);
  }

  /** The least number of multiplications for which this round asks the library. */
  productsFrom(): number {
    return new Float64Array(this.buffer, this.address + 4 * products, 1)[0]!;
  }

  /** Address of the first module; 0: there is none. */
  firstModule(): number {
    return this.words[modules]! >>> 0;
  }

  /** The number of a job that is now the caller's to do; −1: none is left. */
  take(): number {
    for (;;) {
      const seen = Atomics.load(this.words, turn);
      const left = seen & leftMask;
      if (left === 0) return -1;
      if (Atomics.compareExchange(this.words, turn, seen, seen - 1) === seen) return left - 1;
    }
  }

  /** Does a job that was taken; `failed` is called before the others learn that it broke off. */
  do(i: number, runner: Runner, failed: (error: unknown) => void): void {
    const { words } = this;
    let done = broken;
    try {
      done = runner.run(words[this.at(i, program)]! >>> 0, words[this.at(i, count)]!);
      if (done >= 0) this.keepStatus(i, runner.status());
    } catch (error) {
      failed(error);
      throw error;
    } finally {
      this.finish(i, done);
    }
  }

  /** Takes what is left, to leave it undone. */
  cancel(): void {
    for (let i = this.take(); i >= 0; i = this.take()) this.finish(i, broken);
  }

  /** Sleeps until there may be a job to take. */
  sleep(): void {
    const seen = Atomics.load(this.words, turn);
    if ((seen & leftMask) === 0) this.wait(turn, seen, Number.POSITIVE_INFINITY);
  }

  /** Says that a thread begins to take jobs, or has no more. */
  mark(thread: number, atWork: boolean): void {
    Atomics.store(this.words, threadWords + thread, Number(atWork));
  }

  /** Says that a thread has died: a job that it took is never done. */
  abandon(thread: number): void {
    this.mark(thread, false);
    Atomics.add(this.words, lost, 1);
    Atomics.notify(this.words, pending);
  }

  /** The number of threads that have died. */
  lost(): number {
    return Atomics.load(this.words, lost);
  }

  /**
   * Sleeps until all jobs of the round are done, or, where a thread has died, until none of the others is
   * at work; what was lost remains `broken`. All jobs are taken.
   */
  settle(): void {
    for (;;) {
      const left = Atomics.load(this.words, pending);
      if (left === 0 || (this.lost() > 0 && !this.anyAtWork())) return;
      this.wait(pending, left, lookout);
    }
  }

  private anyAtWork(): boolean {
    for (let i = 0; i < this.threads; i++) {
      if (Atomics.load(this.words, threadWords + i) !== 0) return true;
    }
    return false;
  }

  /** −1, the instruction that failed, or `broken`. */
  resultOf(i: number): number {
    return this.words[this.at(i, result)]!;
  }

  /** Address of the status that a failed job left. */
  statusOf(i: number): number {
    return this.address + 4 * this.at(i, status);
  }

  /** Waits for as long as a word is `seen`, or `most` milliseconds. */
  private wait(word: number, seen: number, most: number): void {
    for (const end = performance.now() + patience; performance.now() < end; ) {
      if (Atomics.load(this.words, word) !== seen) return;
    }
    Atomics.wait(this.words, word, seen, most);
  }

  private at(i: number, word: number): number {
    return jobs + i * jobWords + word;
  }

  private keepStatus(i: number, from: number): void {
    this.words.set(new Int32Array(this.buffer, from, statusWords), this.at(i, status));
  }

  private finish(i: number, done: number): void {
    this.words[this.at(i, result)] = done;
    if (Atomics.sub(this.words, pending, 1) === 1) Atomics.notify(this.words, pending);
  }
}
