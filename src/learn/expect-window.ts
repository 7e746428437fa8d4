/** Checks of windows and of what they are made of, with messages that say who asked. */
import { ShapeError, sameShape, Tensor, UsageError } from "../engine/index.js";
import type { ObservationSeries } from "../observe/index.js";
import { describeValue } from "../parts/index.js";
import { expectKey, expectParts, expectRank, expectTensor } from "../prob/index.js";
import type { Key } from "../random/index.js";

/** Throws a UsageError unless it is a list of random keys [2]. */
export function expectKeys(who: string, keys: readonly Key[]): void {
  if (!Array.isArray(keys)) {
    throw new UsageError(
      `${who}: the keys are ${describeValue(keys)}; need a list of random keys.`,
    );
  }
  for (const key of keys as readonly Key[]) {
    expectKey(who, key);
    if (key.shape.length !== 1) throw new ShapeError(`${who}: a key is [${key.shape}]; need [2].`);
  }
}

type Series = Pick<ObservationSeries, "intervals" | "y" | "mask">;

/** Throws unless they are series of as many times and values, with a key for each. */
export function expectSeries(series: readonly Series[], keys: readonly Key[]): void {
  const who = "recordsOf";
  expectKeys(who, keys);
  if (!Array.isArray(series) || series.length === 0 || series.length !== keys.length) {
    throw new UsageError(
      `${who}: got ${describeValue(series)} for the series and ${keys.length} keys; need one series or more, and a key for each.`,
    );
  }
  for (const each of series as readonly Series[]) {
    expectParts(who, "a series", each, ["intervals", "y", "mask"]);
    const { intervals, y, mask } = each;
    expectIntervals(who, intervals);
    expectRank(who, "y", y, 2, "[K, m]");
    if (!y.data().every(Number.isFinite)) {
      throw new UsageError(
        `${who}: y is not finite everywhere; need any number at a gap, and a mask.`,
      );
    }
    const shape = [intervals.length, (series as readonly Series[])[0]!.y.shape.at(-1)!];
    for (const [what, x] of Object.entries({ y, mask })) {
      if (x === null) continue;
      expectTensor(who, what, x, `[${shape}]`);
      if (sameShape(x.shape, shape)) continue;
      throw new ShapeError(`${who}: ${what} is [${x.shape}]; need [${shape}] in each series.`);
    }
  }
}

function expectIntervals(who: string, intervals: readonly number[]): void {
  if (Array.isArray(intervals) && intervals.every((x) => Number.isFinite(x) && x >= 0)) return;
  throw new UsageError(
    `${who}: the intervals are ${describeValue(intervals)}; need a list of numbers, 0 or more.`,
  );
}

interface WindowParts {
  readonly intervals: readonly number[];
  readonly trajectories: { readonly y: Tensor; readonly [name: string]: Tensor | null };
}

/** Throws unless it is a window: y and mask [B, L, m] and keys [B, L, 2] over L intervals. */
export function expectWindow(who: string, window: WindowParts): void {
  expectParts(who, "the window", window, ["intervals", "trajectories", "shared"]);
  const { intervals, trajectories } = window;
  expectIntervals(who, intervals);
  expectParts(who, "the trajectories", trajectories, ["y", "mask", "keys"]);
  expectRank(who, "y", trajectories.y, 3, "[B, L, m]");
  const [B, L] = [trajectories.y.shape[0]!, intervals.length];
  for (const [what, x] of Object.entries(trajectories)) {
    if (x === null && what !== "keys") continue;
    const [b, l] = x instanceof Tensor ? x.shape : [];
    if (b === B && l === L) continue;
    const given = x instanceof Tensor ? `[${x.shape}]` : describeValue(x);
    throw new ShapeError(`${who}: ${what} is ${given}; need [${B}, ${L}, ...], as the window has.`);
  }
}
