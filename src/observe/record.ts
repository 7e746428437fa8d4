/**
 * A time series of observations with gaps, as tensors: y and mask [K, m], and the intervals.
 */
import { index, type Tensor, tensor, UsageError } from "../engine/index.js";
import { intervalBetween } from "../models/index.js";
import { checkCount, describeValue } from "../parts/index.js";
import { expectParts, expectRank, type Scalar, type Support } from "../prob/index.js";
import { expectOperator, expectVariance, type Observation } from "./observation.js";
import type { Operator } from "./operator.js";

/** Plain data; NaN is a gap. */
export interface RecordData {
  /** Strictly increasing, [K]. */
  readonly times: readonly number[];
  /** [K][m] */
  readonly values: readonly (readonly number[])[];
}

/** What is done to the values before they are compared: multiplicative noise is additive in logs. */
export type ValueTransform = "identity" | "log";

export interface ObservationSeries {
  readonly times: readonly number[];
  /** Time since the observation before; 0 for the first, whose prior holds at its own time. [K] */
  readonly intervals: readonly number[];
  /** [K, m], 0 at the gaps. */
  readonly y: Tensor;
  /** [K, m]; null if the record has no gaps. */
  readonly mask: Tensor | null;
  /**
   * What turns the log-density of y into that of the values: −Σ log value under "log", else 0.
   */
  readonly logJacobian: number;
}

export function observationSeries(
  record: RecordData,
  transform: ValueTransform = "identity",
): ObservationSeries {
  expectParts("observationSeries", "the record", record, ["times", "values"]);
  const { times, values } = record;
  for (const [what, list] of Object.entries({ "list of times": times, "list of values": values })) {
    if (Array.isArray(list)) continue;
    throw new UsageError(`observationSeries: the ${what} is ${describeValue(list)}; need a list.`);
  }
  if (transform !== "identity" && transform !== "log") {
    throw new UsageError(
      `observationSeries: the transform is ${describeValue(transform)}; need "identity" or "log".`,
    );
  }
  checkTimes(times, values);
  const m = values[0]?.length ?? 0;
  if (m === 0) {
    throw new UsageError(
      "observationSeries: no values at the first time; need one or more, NaN for a gap.",
    );
  }
  values.forEach((row, k) => {
    checkRow(row, m, times[k]!, transform);
  });
  const y = values.map((row) => row.map((v) => (Number.isNaN(v) ? 0 : transformed(v, transform))));
  const observed = values.map((row) => row.map((v) => Number(!Number.isNaN(v))));
  const gaps = observed.flat().includes(0);
  return {
    times,
    intervals: times.map((t, k) => (k === 0 ? 0 : intervalBetween(times[k - 1]!, t))),
    y: tensor(y, { shape: [times.length, m] }),
    mask: gaps ? tensor(observed) : null,
    logJacobian: transform === "log" ? -y.flat().reduce((total, v) => total + v, 0) : 0,
  };
}

/** The parts of a series that a captured window takes as its input. */
export interface ObservedTensors {
  /** [K, ..., m] */
  readonly y: Tensor;
  readonly mask: Tensor | null;
}

/** The observation at position t of a series, or of a window of it. */
export function observationAt(
  series: ObservedTensors,
  t: number,
  operator: Operator,
  variance: Scalar,
  support: Support = "real",
): Observation {
  const who = "observationAt";
  expectParts(who, "the series", series, ["y", "mask"]);
  const { y, mask } = series;
  expectRank(who, "y", y, 2, "[K, ..., m]");
  if (mask !== null) expectRank(who, "mask", mask, 2, "[K, ..., m], or null");
  checkCount(who, "the position", t, 0, y.shape[0]! - 1);
  expectOperator(who, operator);
  expectVariance(who, variance, operator);
  return {
    y: index(y, 0, t),
    operator,
    variance,
    mask: mask === null ? null : index(mask, 0, t),
    support,
  };
}

const transformed = (v: number, transform: ValueTransform): number =>
  transform === "log" ? Math.log(v) : v;

function checkTimes(times: readonly number[], values: readonly (readonly number[])[]): void {
  if (times.length === 0) {
    throw new UsageError("observationSeries: the record is empty; need one time or more.");
  }
  if (times.length !== values.length) {
    throw new UsageError(
      `observationSeries: ${times.length} times and ${values.length} rows of values; need as many.`,
    );
  }
  times.forEach((t, k) => {
    if (Number.isFinite(t) && (k === 0 || t > times[k - 1]!)) return;
    throw new UsageError(
      `observationSeries: time ${k} is ${t}${k > 0 ? ` after ${times[k - 1]}` : ""}; need finite times that strictly increase.`,
    );
  });
}

function checkRow(
  row: readonly number[],
  m: number,
  time: number,
  transform: ValueTransform,
): void {
  const bad = Array.isArray(row) ? row.find((v) => typeof v !== "number") : row;
  if (!Array.isArray(row) || row.some((v) => typeof v !== "number")) {
    throw new UsageError(
      `observationSeries: the values at time ${time} hold ${describeValue(bad)}; need a list of numbers, NaN for a gap.`,
    );
  }
  if (row.length !== m) {
    throw new UsageError(
      `observationSeries: ${row.length} values at time ${time}, ${m} at the first; need as many, NaN for a gap.`,
    );
  }
  for (const v of row) {
    if (v === Infinity || v === -Infinity) {
      throw new UsageError(`observationSeries: the value at time ${time} is ${v}; need a number.`);
    }
    if (transform === "log" && v <= 0) {
      throw new UsageError(
        `observationSeries: the value at time ${time} is ${v}; multiplicative noise needs values > 0. Leave it out as a gap, or take additive noise.`,
      );
    }
  }
}
