/** Mutations of a tree of maps, lists and values. */
import type { Random } from "./random.js";
import { anything, type Json, near } from "./values.js";

type Path = readonly (string | number)[];

const isMap = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const entriesOf = (value: Json): [string | number, Json][] => {
  if (Array.isArray(value)) return value.map((each, i) => [i, each as Json]);
  return isMap(value) ? Object.entries(value) : [];
};

/** The paths of all values below the root. */
export function pathsOf(value: Json, path: Path = []): Path[] {
  const own = path.length === 0 ? [] : [path];
  return [...own, ...entriesOf(value).flatMap(([key, each]) => pathsOf(each, [...path, key]))];
}

export const at = (value: Json, path: Path): Json =>
  path.reduce<Json>((inner, key) => (inner as never)[key], value);

/** The tree with another value at a path; undefined removes it. */
export function set(value: Json, path: Path, replacement: Json | undefined): Json {
  const [first, ...rest] = path;
  if (first === undefined) return replacement ?? null;
  const change = ([key, inner]: [string | number, Json]): [string | number, Json][] => {
    if (key !== first) return [[key, inner]];
    if (rest.length === 0 && replacement === undefined) return [];
    return [[key, set(inner, rest, replacement)]];
  };
  const entries = entriesOf(value).flatMap(change);
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

/** The tree with one change, somewhere. */
export function mutate(tree: Json, random: Random): Json {
  const paths = pathsOf(tree);
  if (paths.length === 0) return anything(random);
  const numbers = paths.filter((each) => typeof at(tree, each) === "number");
  if (numbers.length > 0 && random.chance(0.4)) {
    const path = random.pick(numbers);
    return set(tree, path, near(at(tree, path), random));
  }
  const path = random.pick(paths);
  const value = at(tree, path);
  const parent = path.slice(0, -1);
  const last = path.at(-1)!;
  const container = at(tree, parent);
  switch (random.below(9)) {
    case 0:
      return set(tree, path, undefined);
    case 1: // renamed
      return isMap(container)
        ? set(set(tree, path, undefined), parent, {
            ...(at(set(tree, path, undefined), parent) as object),
            [`${last}${random.pick(["s", "_", "X", ""])}`]: value,
          })
        : set(tree, path, near(value, random));
    case 2: // a copy beside it
      return Array.isArray(container)
        ? set(tree, parent, [...(container as Json[]), value])
        : set(tree, path, value);
    case 3: // nested in itself
      return set(tree, path, isMap(container) ? { [last]: value } : [value]);
    case 4: // the value of another place
      return set(tree, path, at(tree, random.pick(paths)));
    case 5:
    case 6:
      return set(tree, path, near(value, random));
    default:
      return set(tree, path, anything(random));
  }
}
