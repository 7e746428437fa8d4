/**
 * A record in two pieces, saved between as text, is the record in one piece, and trajectories side by side are
 * each what they are alone: to the bit, for every method that goes forward. `rts` needs the whole record.
 */
import { expect, test } from "vitest";
import { openFilter, rowsOf, runFilter } from "../../src/problem/index.js";
import { kinds, methodOf, problem, times } from "./ring.js";

const forward = kinds.filter((kind) => kind !== "rts");

test.each(forward)("%s in two pieces", (kind) => {
  const { system, record } = problem(kind);
  const method = methodOf(kind);
  const whole = runFilter(method, system, record);
  let filter = openFilter(method, system);

  const means: number[][] = [];
  for (const [k, time] of times.entries()) {
    if (k === 4) {
      const text = JSON.stringify(filter.save());
      filter.close();
      filter = openFilter(method, system, { saved: JSON.parse(text) });
    }
    means.push([...filter.update(time, record.values[k]!).analysis.mean]);
  }
  const { logLikelihood } = filter;
  const ahead = filter.forecast(3);
  filter.close();
  expect(means).toEqual(rowsOf(whole.analysis.mean));
  expect(ahead).toEqual(whole.forecast(3));
  if (whole.logLikelihood !== null) expect(logLikelihood).toBe(whole.logLikelihood);
});

test("rts in two pieces is refused, in words", () => {
  const { system } = problem("rts");
  expect(() => openFilter(methodOf("rts"), system)).toThrow(/smooths the whole record/);
});
