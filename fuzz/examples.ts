/** The examples of the repository as trees, made so short that thousands run in an hour. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { at, pathsOf, set } from "./mutate.js";
import type { Json } from "./values.js";

export interface Example {
  readonly name: string;
  readonly tree: Json;
  /** Data files beside the experiment, by name. */
  readonly data: Readonly<Record<string, string>>;
}

/** The most that a key of this name may be, anywhere in a file. */
const most: Readonly<Record<string, number>> = {
  ...{ cycles: 12, spinup: 3, epochs: 2, restarts: 2, members: 15, forecast: 3 },
  ...{ training: 2, validation: 1, test: 1, window: 6, substeps: 5, observeEvery: 5 },
  ...{ slow: 4, fastPerSlow: 4 },
};

/** Sizes of models that take minutes as they are; written in any block of such a model. */
const sizes: Readonly<Record<string, { readonly [key: string]: Json }>> = {
  "quasi-geostrophic": { truncation: 5 },
};

/** The block of a model, of a size that takes seconds. */
export const sized = (block: {
  readonly [key: string]: Json;
}): { readonly [key: string]: Json } => ({
  ...block,
  ...sizes[String(block.kind)],
});

const rows = 15;

function shortened({ model, ...tree }: { readonly [key: string]: Json }): Json {
  const small = model === undefined ? tree : { ...tree, model: sized(model as never) };
  return pathsOf(small).reduce<Json>((shorter, path) => {
    const value = at(shorter, path);
    const limit = most[String(path.at(-1))];
    if (limit === undefined || typeof value !== "number") return shorter;
    return set(shorter, path, Math.min(value, limit));
  }, small);
}

export function loadExamples(root: string): Example[] {
  const folder = join(root, "examples");
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort();
  return files.map((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const paths = [...text.matchAll(/\.\.\/data\/[\w-]+\.csv/g)].map(([path]) => path);
    const data = paths.map((path) => {
      const lines = readFileSync(join(folder, path), "utf8")
        .split("\n")
        .slice(0, rows + 1);
      return [basename(path), `${lines.join("\n")}\n`] as const;
    });
    const tree = parse(text.replaceAll("../data/", "")) as { [key: string]: Json };
    delete tree.output;
    return { name: file, tree: shortened(tree), data: Object.fromEntries(data) };
  });
}
