import type { Block, Keys, Part, TellAt } from "../../parts/index.js";
import type { PartUse } from "../../run/specification.js";
import type { Path } from "../positions.js";
import type { Tell } from "./check.js";

/** Checks the block of a part at `path` by its record, beyond the schema; returns false if it has faults. */
export function checkPart({ record, block }: PartUse, path: Path, tell: Tell): boolean {
  let good = true;
  const within: TellAt = (below, message) => {
    good = false;
    tell([...path, ...below], message);
  };
  checkGroups(record.parameters, block, [], within);
  (record as Part).check?.(block, within);
  return good;
}

/** Checks groups of which exactly one key must be given. */
function checkGroups(keys: Keys, block: Block, path: Path, tell: TellAt): void {
  for (const [name, key] of Object.entries(keys)) {
    const given = block[name] as Block | undefined;
    if (key.type !== "group" || given === undefined) continue;
    const found = key.oneOf?.filter((each) => given[each] !== undefined);
    if (found !== undefined && found.length !== 1) {
      const has = found.length === 0 ? "none" : found.join(", ");
      tell([...path, name], `has ${has}; need exactly one of ${key.oneOf!.join(", ")}`);
    }
    checkGroups(key.keys, given, [...path, name], tell);
  }
}
