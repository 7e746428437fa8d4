/** Observations of one's own, as library calls take them. */
import { UsageError } from "../engine/index.js";
import type { RecordData } from "../observe/index.js";
import { counted, describeValue } from "../parts/index.js";
import type { StateSpace } from "./system.js";

/**
 * Observations of your own in natural units: times [K], strictly increasing, and a row of m values for
 * each, NaN for a gap. Where m is 1 the values may stand without rows, [K].
 */
export interface OwnRecord {
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number> | ArrayLike<ArrayLike<number>>;
  /** Names of the columns, [m]. @defaultValue those of the operator, or y0, y1, … */
  readonly columns?: readonly string[];
}

/**
 * A record as nested arrays; `who` asks.
 *
 * @throws UsageError for a record that is empty, or that does not fit what the problem observes.
 */
export function plainRecord(
  record: OwnRecord,
  { view, observed, dimension }: Pick<StateSpace, "view" | "observed" | "dimension">,
  who: string,
): RecordData {
  const fail = (message: string): never => {
    throw new UsageError(`${who}: ${message}.`);
  };
  if (typeof record !== "object" || record === null) {
    fail(`got ${describeValue(record)} for the record; need { times, values }`);
  }
  const { times: t, values: given, columns } = record;
  const times = Array.from(t ?? []);
  const rows = Array.from((given ?? []) as ArrayLike<number | ArrayLike<number>>);
  if (times.length === 0) fail("the record is empty; need one time or more");
  if (rows.length !== times.length) {
    const flat = typeof rows[0] === "number" && rows.length > times.length;
    fail(
      `the record has ${counted(times.length, "time")} and ${counted(rows.length, "row")} of values; need as many${flat ? ": values as rows, [[1, 2], [3, 4]]" : ""}`,
    );
  }
  if (observed.kind === "changing") {
    fail(
      "the observed variables of the problem are drawn anew at each time; a record of your own needs all variables observed (leave out observe), with NaN for those that are missing",
    );
  }
  const m = view.operator!.size;
  const values = rows.map((row, k): number[] => {
    const numbers = typeof row === "number" ? [row] : Array.from(row ?? []);
    if (numbers.length !== m) {
      const what = observed.kind === "operator" ? "the operator gives" : "the problem observes";
      fail(
        `the record has ${counted(numbers.length, "value")} at time ${times[k]}, and ${what} ${m} of ${counted(dimension, "variable")}; need ${m}, NaN for a gap. Say what is observed by observe`,
      );
    }
    const j = numbers.findIndex((v) => typeof v !== "number" || Math.abs(v) === Infinity);
    if (j >= 0) {
      fail(
        `the value ${columns?.[j] ?? j} at time ${times[k]} is ${numbers[j]}; need a finite number, or NaN for a gap`,
      );
    }
    return numbers;
  });
  for (const [k, time] of times.entries()) {
    if (Number.isFinite(time) && (k === 0 || time > times[k - 1]!)) continue;
    const after = k > 0 ? ` after ${times[k - 1]}` : "";
    fail(`time ${k} is ${time}${after}; need finite times that strictly increase`);
  }
  if (view.transform === "log") {
    for (const [k, row] of values.entries()) {
      const wrong = row.find((v) => v <= 0);
      if (wrong === undefined) continue;
      fail(
        `the value at time ${times[k]} is ${wrong}; lognormal noise needs values above 0. Leave it out as a gap (NaN), or take normal noise`,
      );
    }
  }
  const named = columns === undefined || (Array.isArray(columns) && columns.length === m);
  if (!named || columns?.some((name) => typeof name !== "string")) {
    fail(`columns is ${describeValue(columns)}; need ${counted(m, "name")}`);
  }
  return { times, values };
}
