/**
 * Time of one run, for several contenders on a machine that others use too.
 *
 * Repetitions are chosen for each contender so that a sample takes long enough for the clock; then
 * the contenders take turns, a sample each, so that what disturbs one disturbs all. The median is
 * what is reported, with the least and the greatest beside it.
 */

export interface Contender {
  /** A promise is awaited within the timed loop. */
  readonly run: () => unknown;
  /** Operations in one run, which share its time. @defaultValue 1 */
  readonly operations?: number;
  /** Called when all is measured. */
  readonly end?: () => void;
}

/** Seconds an operation. */
export interface Timing {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export interface MeasureOptions {
  /** Samples of each contender. */
  readonly samples: number;
  /** Least time of a sample, in seconds. */
  readonly seconds: number;
  /** Milliseconds. @defaultValue performance.now */
  readonly now?: () => number;
}

/** The middle of the values; the mean of the two in the middle if their number is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half) - 1]!) / 2;
}

export const timingOf = (seconds: readonly number[]): Timing => ({
  median: median(seconds),
  lowest: Math.min(...seconds),
  highest: Math.max(...seconds),
});

/** Milliseconds that the processor has worked for this process. */
export const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Seconds of the fastest of the runs that fit into so many seconds; the first one does not count. */
export function fastest(
  run: () => unknown,
  seconds: number,
  now = () => performance.now(),
): number {
  run();
  let best = Number.POSITIVE_INFINITY;
  for (const end = now() + 1000 * seconds; now() < end; ) {
    const began = now();
    run();
    best = Math.min(best, now() - began);
  }
  return best / 1000;
}

/** Times of the contenders, in their order. */
export async function measure(
  contenders: readonly Contender[],
  { samples, seconds, now = () => performance.now() }: MeasureOptions,
): Promise<Timing[]> {
  const sample = async ({ run }: Contender, repetitions: number): Promise<number> => {
    const start = now();
    for (let i = 0; i < repetitions; i++) {
      const result = run();
      if (result instanceof Promise) await result;
    }
    return (now() - start) / 1000;
  };
  const repetitions: number[] = [];
  for (const contender of contenders) repetitions.push(await calibrate(contender, sample, seconds));

  const taken: number[][] = contenders.map(() => []);
  for (let round = 0; round < samples; round++) {
    for (const [i, contender] of contenders.entries()) {
      const time = await sample(contender, repetitions[i]!);
      taken[i]!.push(time / repetitions[i]! / (contender.operations ?? 1));
      // Let finalisers give memory back.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  for (const { end } of contenders) end?.();
  return taken.map(timingOf);
}

/** How often to run so that a sample takes `seconds`; also warms the contender up. */
async function calibrate(
  contender: Contender,
  sample: (contender: Contender, repetitions: number) => Promise<number>,
  seconds: number,
): Promise<number> {
  await sample(contender, 1);
  for (let repetitions = 1; ; ) {
    const time = await sample(contender, repetitions);
    if (time >= 0.8 * seconds) return Math.max(1, Math.ceil((repetitions * seconds) / time));
    const wanted = time > 0 ? (1.1 * seconds) / time : 10;
    repetitions = Math.ceil(repetitions * Math.min(10, Math.max(2, wanted)));
  }
}
