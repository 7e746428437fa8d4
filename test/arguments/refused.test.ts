/**
 * Public functions given wrong shapes, counts and types: each argument of a call that is right is changed, one at
 * a time. What must come out is a finite result or an error in the words of the function, never a TypeError, a
 * message of an operation inside, a NaN, or a computer that hangs (the test would run out of time).
 */
import { expect, test } from "vitest";
import * as engine from "../../src/engine/index.js";
import { callsOf } from "./calls.js";
import { type Mutant, mutantsOf } from "./mutate.js";

const errors = ["UsageError", "ShapeError", "NumericError", "SpecificationError"];
const operations = new Set(Object.keys(engine));

function hasNaN(x: unknown, depth = 0): boolean {
  if (typeof x === "number") return Number.isNaN(x);
  if (x instanceof engine.Tensor) return Array.from(x.data()).some(Number.isNaN);
  if (ArrayBuffer.isView(x)) return Array.from(x as Float64Array).some(Number.isNaN);
  if (typeof x !== "object" || x === null || depth > 4) return false;
  return Object.values(x).some((each) => hasNaN(each, depth + 1));
}

/** Numbers that are not finite, or too large, may come to the operation that finds it. */
const isOfSize = ({ what }: Mutant): boolean =>
  what === "not finite" || what === "1000000000000000";

/** Returns what is wrong with an error; null: it is one that a user can act on. */
function faultOf(error: unknown, name: string, mutant: Mutant): string | null {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const { name: kind, message } = error;
  if (!errors.includes(kind)) return `${kind}: ${message}`;
  if (kind === "NumericError" && isOfSize(mutant)) return null;
  const [, first = ""] = /^(\w+)[:(]/.exec(message) ?? [];
  const isInner = first !== name && operations.has(first);
  return isInner || /\[object /.test(message) ? message : null;
}

test.each(callsOf())("%s", async (name, args, f) => {
  expect(hasNaN(await f(...(args() as never[])))).toBe(false);
  const faults: string[] = [];
  for (const mutant of mutantsOf(args())) {
    const where = `${mutant.path} ← ${mutant.what}`;
    try {
      if (hasNaN(await f(...(mutant.args as never[])))) faults.push(`${where}: gives NaN`);
    } catch (error) {
      const fault = faultOf(error, name, mutant);
      if (fault !== null) faults.push(`${where}: ${fault}`);
    }
  }
  expect(faults).toEqual([]);
});
