/** Faults in the value of a key: the checks of library calls. */
import type { Bounds, Key } from "./keys.js";

/** A fault in the value of a key. */
export interface Fault {
  /** The path below the key. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Returns the first fault in the value of a key; null if the value fits. */
export function faultOf(key: Key, value: unknown): Fault | null {
  if (value === undefined) {
    const needed = key.optional !== true && key.default === undefined;
    return needed ? { path: [], message: `missing; need ${need(key)}: ${key.about}` } : null;
  }
  switch (key.type) {
    case "number":
      return numberFault(key, key.bounds, value);
    case "setting":
      return within(key.bounds, value) ? null : wrong(key, value);
    case "choice":
      return key.options.includes(value as string) ? null : wrong(key, value);
    case "flag":
      return value === true || (value === false && !key.only) ? null : wrong(key, value);
    case "text":
      return typeof value === "string" && value !== "" ? null : wrong(key, value);
    case "spread":
      return Array.isArray(value)
        ? listFault(key, value, (each) => numberFault(key, { min: 0 }, each))
        : numberFault(key, { min: 0 }, value);
    case "vector": {
      if (isMap(value)) return "learn" in value ? null : wrong(key, value);
      const bounds: Bounds = key.support === "positive" ? { above: 0 } : {};
      return listFault(key, value, (each) => numberFault(key, bounds, each));
    }
    case "list":
      return listFault(key, value, (each) => (within(key.bounds, each) ? null : wrong(key, each)));
    case "points":
      return listFault(key, value, (point) =>
        Array.isArray(point) && point.length === key.length && point.every(isFiniteNumber)
          ? null
          : wrong(key, point),
      );
    case "matrix":
      return listFault(key, value, (row) =>
        listFault(key, row, (each) =>
          key.learnable ? numberFault(key, {}, each) : within({}, each) ? null : wrong(key, each),
        ),
      );
    case "group":
      return groupFault(key, value);
    case "variant": {
      if (typeof value === "string") return key.options.includes(value) ? null : wrong(key, value);
      const [[name, inner] = ["", undefined], ...more] = isMap(value) ? Object.entries(value) : [];
      const known = more.length === 0 && Object.hasOwn(key.keys, name);
      return known ? below(name, faultOf(key.keys[name]!, inner)) : wrong(key, value);
    }
  }
}

function numberFault(key: Key, bounds: Bounds, value: unknown): Fault | null {
  if (typeof value === "number") return within(bounds, value) ? null : wrong(key, value);
  if (!isMap(value)) return wrong(key, value);
  if (value.learn === true && isFiniteNumber(value.start)) {
    const positive = key.type === "spread" || (key.type === "number" && key.support !== "real");
    const least = positive ? 0 : (bounds.above ?? -Infinity);
    return (value.start as number) > least ? null : below("start", wrong(key, value.start));
  }
  const choosable = key.type === "number" && key.choosable && Array.isArray(value.among);
  return choosable ? amongFault(bounds, value.among as readonly unknown[]) : wrong(key, value);
}

/** Returns the fault in a list of numbers to choose from. */
function amongFault(bounds: Bounds, among: readonly unknown[]): Fault | null {
  const different = among.length > 1 && new Set(among).size === among.length;
  if (different && among.every((each) => within(bounds, each))) return null;
  const message = `got ${JSON.stringify(among)}; need a list of two different numbers or more${boundsText(bounds)}`;
  return { path: ["among"], message };
}

function listFault(key: Key, value: unknown, of: (each: unknown) => Fault | null): Fault | null {
  if (!Array.isArray(value) || value.length === 0) return wrong(key, value);
  for (const [i, each] of value.entries()) {
    const fault = of(each);
    if (fault !== null) return below(i, fault);
  }
  return null;
}

function groupFault(key: Extract<Key, { type: "group" }>, value: unknown): Fault | null {
  if (!isMap(value)) return wrong(key, value);
  const known = Object.keys(key.keys);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return { path: [unknown], message: `unknown key; known here: ${known.join(", ")}` };
  }
  const given = key.oneOf?.filter((name) => value[name] !== undefined);
  if (given !== undefined && given.length !== 1) {
    const has = given.length === 0 ? "none" : given.join(", ");
    return { path: [], message: `has ${has}; need exactly one of ${key.oneOf!.join(", ")}` };
  }
  for (const [name, inner] of Object.entries(key.keys)) {
    const fault = faultOf(inner, value[name]);
    if (fault !== null) return below(name, fault);
  }
  return null;
}

const below = (step: PropertyKey, fault: Fault | null): Fault | null =>
  fault && { path: [step, ...fault.path], message: fault.message };

const wrong = (key: Key, value: unknown): Fault => ({
  path: [],
  message: `got ${JSON.stringify(value) ?? String(value)}; need ${need(key)}`,
});

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isFiniteNumber = (value: unknown): boolean =>
  typeof value === "number" && Number.isFinite(value);

function within({ min, above, max, below, whole }: Bounds, value: unknown): boolean {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  if (whole && !Number.isInteger(value)) return false;
  if (min !== undefined && value < min) return false;
  if (above !== undefined && value <= above) return false;
  if (max !== undefined && value > max) return false;
  return below === undefined || value < below;
}

/** Returns the words for what a key needs. */
function need(key: Key): string {
  const orLearned = "a number or { learn: true, start: … }";
  switch (key.type) {
    case "number":
      return `${orLearned}${boundsText(key.bounds)}`;
    case "setting":
      return `a ${key.bounds.whole ? "whole " : ""}number${boundsText(key.bounds)}`;
    case "choice":
      return `one of ${key.options.join(", ")}`;
    case "flag":
      return key.only ? "true" : "true or false";
    case "text":
      return "a text";
    case "spread":
      return `${orLearned}, at least 0 (learned: above 0), or a list of them`;
    case "vector":
      return `a list of values, or { learn: true, start: [1, 2] } for all of them together`;
    case "list":
      return `a list of ${key.bounds.whole ? "whole " : ""}numbers${boundsText(key.bounds)}`;
    case "points":
      return `a list of points of ${key.length} numbers`;
    case "matrix":
      return "a matrix by its rows";
    case "group":
      return `a map of ${Object.keys(key.keys).join(", ")}`;
    case "variant":
      return [...key.options, ...Object.keys(key.keys).map((name) => `{ ${name}: … }`)].join(
        " or ",
      );
  }
}

function boundsText({ min, above, max, below }: Bounds): string {
  const parts = [
    min === undefined ? null : `at least ${min}`,
    above === undefined ? null : `more than ${above}`,
    max === undefined ? null : `at most ${max}`,
    below === undefined ? null : `less than ${below}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "" : `, ${parts.join(" and ")}`;
}
