/** Refuses to learn where a variable with a diffuse start stays unknown. */
import { NumericError, scope } from "../engine/index.js";
import { type Key, key as keyOf } from "../random/index.js";
import { filterProgram, type Observer, passCycles } from "./cycles.js";
import type { AnyMethod } from "./method.js";
import type { StateSpace } from "./system.js";
import { firstCycles, runKeys, type Trajectory } from "./trajectory.js";

/**
 * Throws a NumericError that names the variable where one of the records, of which `count` times are learned
 * from, does not determine all variables that are diffuse. Each is filtered with the start values, until all
 * are known.
 */
export function checkDetermined(
  method: AnyMethod,
  system: StateSpace,
  records: readonly Trajectory[],
  count: number,
  key: Key = keyOf(0),
): void {
  if (!system.diffuse) return;
  const program = filterProgram(method, system);
  const isUnknown = (state: unknown): boolean =>
    scope(() => program.method.moments(state).unknown?.data().includes(1) ?? false);
  const untilKnown: Observer = {
    keeps: false,
    cycle: (_, { result }) => (isUnknown(result.analysis) ? null : "known"),
    end: () => {},
  };
  try {
    for (const record of records) {
      const learned = firstCycles(record, count);
      const cycles = passCycles(program, learned, runKeys(key, learned), untilKnown);
      let next = cycles.next();
      while (!next.done) next = cycles.next();
      const { failure } = next.value;
      if (failure?.cycle !== learned.series.times.length) continue;
      throw new NumericError(`Learning cannot begin: ${failure.message}`);
    }
  } finally {
    program.forget();
  }
}
