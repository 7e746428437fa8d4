/** Options of library calls: unknown ones are refused, for a mistyped one would be without effect. */
import { UsageError } from "../engine/index.js";
import { nearest } from "./nearest.js";
import { describeValue, grouped } from "./wording.js";

/** Returns the names of all options of a type; the compiler tells if one is missing. */
export const namesOf = <Options>(
  names: {
    readonly [Name in keyof Required<Options>]: true;
  },
): readonly string[] => Object.keys(names);

/** @throws UsageError for an option that the call does not have. */
export function checkOptions(who: string, given: object, known: readonly string[]): void {
  if (typeof given !== "object" || given === null) {
    throw new UsageError(`${who}: no options were given; need some of ${known.join(", ")}.`);
  }
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const [s, are] = unknown.length === 1 ? ["", "is"] : ["s", "are"];
  const near = unknown.flatMap((name) => nearest(name, known) ?? []);
  const meant = near.length === 0 ? "" : ` (did you mean ${near.join(" and ")}?)`;
  throw new UsageError(
    `${who}: the option${s} ${unknown.join(", ")} ${are} unknown${meant}; known are ${known.join(", ")}.`,
  );
}

/** @throws UsageError unless it is a whole number, at least `least` and at most `most`. */
export function checkCount(
  who: string,
  name: string,
  given: number,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isInteger(given) && given >= least && given <= most) return;
  const above = most === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${grouped(most)}`;
  throw new UsageError(
    `${who}: ${name} is ${typeof given === "number" ? given : describeValue(given)}; need a whole number, at least ${least}${above}.`,
  );
}
