/** Makes a case smaller that ends as it must not: without keys, list entries and lines that do not matter. */
import { parse } from "yaml";
import type { Case } from "./case.js";
import { experimentName, yamlOf } from "./experiments.js";
import { pathsOf, set } from "./mutate.js";
import type { Json } from "./values.js";

/** Tries of one minimisation. */
const most = 60;

/** Returns the smallest case found for which `fails` still says so. */
export async function minimise(
  given: Case,
  fails: (each: Case) => Promise<boolean>,
): Promise<Case> {
  let best = given;
  let tries = 0;
  const attempt = async (files: Case["files"]): Promise<boolean> => {
    if (tries++ >= most || !(await fails({ ...best, files }))) return false;
    best = { ...best, files };
    return true;
  };
  for (const name of Object.keys(given.files)) {
    if (name === experimentName) continue;
    const { [name]: _, ...rest } = best.files;
    await attempt(rest);
  }
  const text = best.files[experimentName];
  if (typeof text !== "string") return best;
  let tree = parse(text) as Json;
  for (let changed = true; changed && tries < most; ) {
    changed = false;
    for (const path of pathsOf(tree).toSorted((a, b) => a.length - b.length)) {
      const smaller = set(tree, path, undefined);
      if (await attempt({ ...best.files, [experimentName]: yamlOf(smaller) })) {
        tree = smaller;
        changed = true;
        break;
      }
      if (tries >= most) break;
    }
  }
  return best;
}
