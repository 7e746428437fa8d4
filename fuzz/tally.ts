/** How many cases ended in which way, told while they run. */
import type { Kind } from "./case.js";
import type { Outcome } from "./pool.js";

export interface Tally {
  /** Counts a case; every so many of them the numbers are told. */
  note(outcome: Outcome, allowed: boolean): void;
  tell(stream: NodeJS.WritableStream): void;
}

/** Cases between two lines of progress. */
const between = 100;

export function openTally(kind: Kind, count: number): Tally {
  const ends = new Map<string, number>();
  const add = (end: string) => ends.set(end, (ends.get(end) ?? 0) + 1);
  const started = performance.now();
  let done = 0;
  const tell = (stream: NodeJS.WritableStream): void => {
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    const counted = [...ends].sort().map(([end, n]) => `${end}: ${n}`);
    stream.write(`${kind}, ${done} of ${count} in ${minutes} min: ${counted.join(", ")}\n`);
  };
  return {
    note: (outcome, allowed) => {
      add("end" in outcome ? `exit ${outcome.end.code}` : "no end");
      if (!allowed) add("not allowed");
      if (++done % between === 0) tell(process.stderr);
    },
    tell,
  };
}
