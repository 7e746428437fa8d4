/** Says what a learned quantity is, by the text of its key in the record. */
import type { Keys } from "../parts/index.js";
import type { Specification } from "../run/specification.js";

/** Returns the text of a learned name; empty when no record knows it. */
export type Meanings = (name: string) => string;

/** Texts of what all models and methods have in common. */
const common: Readonly<Record<string, string>> = {
  processNoise: "variance of the noise added after each model step",
  initial: "mean before the first observation",
};

/** Finds the texts of everything that an experiment can learn. */
export function meaningsOf({ model, method, observations }: Specification): Meanings {
  const { parameters: noise } = observations.noise.record;
  return (name) => {
    const path = name.replace(/\[\d+\]/g, "").split(".");
    const [first, ...rest] = path as [string, ...string[]];
    if (Object.hasOwn(common, first)) return common[first]!;
    if (first === "observations") return textOf(noise, rest);
    return textOf(model.record.parameters, path) || textOf(method.record.parameters, path);
  };
}

/** Returns the text of the innermost key on a path, with its unit. */
function textOf(keys: Keys, [name, ...rest]: readonly string[]): string {
  const key = name !== undefined && Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (key === undefined) return "";
  const inner = key.type === "group" ? textOf(key.keys, rest) : "";
  if (inner !== "") return inner;
  return key.unit === undefined ? key.about : `${key.about}, in ${key.unit}`;
}
