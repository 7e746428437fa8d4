/** The clock is ours, so no test waits or depends on the machine. */
import { expect, test } from "vitest";
import { type Contender, fastest, measure, median, timingOf } from "../../bench/measure.js";

test("median: the middle value, or the mean of the two in the middle", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([10, 1, 2, 4])).toBe(3);
  expect(median([7])).toBe(7);
});

test("timingOf: the median with both ends", () => {
  expect(timingOf([3, 9, 1])).toEqual({ median: 3, lowest: 1, highest: 9 });
});

/** Contenders that move a clock of their own by so many ms a run, and note who ran. */
function clocked(...costs: readonly number[]) {
  let time = 0;
  const ran: number[] = [];
  const contenders = costs.map(
    (cost, i): Contender => ({
      run: () => {
        time += cost;
        if (ran.at(-1) !== i) ran.push(i);
      },
    }),
  );
  return { contenders, ran, now: () => time };
}

test("measure: seconds of one run, of one operation if a run holds several", async () => {
  const { contenders, now } = clocked(2, 50);
  const many = { ...contenders[1]!, operations: 100 };
  const [short, long] = await measure([contenders[0]!, many], { samples: 3, seconds: 0.1, now });
  expect(short!.median).toBeCloseTo(2e-3, 12);
  expect(long!.median).toBeCloseTo(5e-4, 12);
});

test("measure: contenders take turns", async () => {
  const { contenders, ran, now } = clocked(1, 1);
  await measure(contenders, { samples: 3, seconds: 0.01, now });
  expect(ran.slice(-6)).toEqual([0, 1, 0, 1, 0, 1]);
});

test("measure: promises are awaited, and contenders are told of the end", async () => {
  let [time, ended] = [0, 0];
  const run = async () => {
    await Promise.resolve();
    time += 1;
  };
  const end = () => {
    ended += 1;
  };
  const [timing] = await measure([{ run, end }], { samples: 3, seconds: 0.01, now: () => time });
  expect(timing!.median).toBeCloseTo(1e-3, 12);
  expect(ended).toBe(1);
});

test("fastest: the least time of a run, without the first", () => {
  const costs = [1, 9, 4, 7];
  let time = 0;
  const run = () => {
    time += costs.shift() ?? 5;
  };
  expect(fastest(run, 0.02, () => time)).toBeCloseTo(4e-3, 12);
});
