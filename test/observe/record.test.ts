import { describe, expect, test } from "vitest";
import { observationAt, observationSeries, observeComponents } from "../../src/observe/index.js";
import { expectClose } from "../support/close.js";

const gap = Number.NaN;

test("values, mask and intervals of a record with gaps at irregular times", () => {
  const series = observationSeries({
    times: [1900, 1901, 1903.5],
    values: [
      [1, 2],
      [gap, 4],
      [5, 6],
    ],
  });
  expect(series.intervals).toEqual([0, 1, 2.5]);
  expectClose(
    series.y,
    [
      [1, 2],
      [0, 4],
      [5, 6],
    ],
    0,
  );
  expectClose(
    series.mask!,
    [
      [1, 1],
      [0, 1],
      [1, 1],
    ],
    0,
  );
  const second = observationAt(series, 1, observeComponents([0, 1]), 0.3);
  expectClose(second.y, [0, 4], 0);
  expectClose(second.mask!, [0, 1], 0);
});

test("no gaps, no mask", () => {
  expect(observationSeries({ times: [0], values: [[1]] }).mask).toBeNull();
});

test("logarithms, and what turns their density into that of the values", () => {
  const series = observationSeries({ times: [0, 1], values: [[Math.E], [gap]] }, "log");
  expectClose(series.y, [[1], [0]], 1e-15);
  expect(series.logJacobian).toBeCloseTo(-1, 14);
});

describe("errors name the time and say what is needed", () => {
  test.each([
    [{ times: [], values: [] }, /record is empty/],
    [{ times: [0, 1], values: [[1]] }, /2 times and 1 rows/],
    [{ times: [0, 0], values: [[1], [2]] }, /time 1 is 0 after 0/],
    [{ times: [0, 1], values: [[1], [2, 3]] }, /2 values at time 1, 1 at the first/],
    [{ times: [0], values: [[Number.POSITIVE_INFINITY]] }, /value at time 0 is Infinity/],
  ])("%j", (record, message) => {
    expect(() => observationSeries(record)).toThrow(message);
  });

  test("logarithms of values that are not positive", () => {
    expect(() => observationSeries({ times: [4], values: [[0]] }, "log")).toThrow(
      /value at time 4 is 0; multiplicative noise needs values > 0/,
    );
  });
});
