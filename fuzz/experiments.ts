/** Experiments: mutants of the examples, and combinations of models, methods, operators and noises. */
import { stringify } from "yaml";
import { blockIn } from "./blocks.js";
import type { Generator } from "./case.js";
import type { Example } from "./examples.js";
import { at, mutate, pathsOf, set } from "./mutate.js";
import { type Random, randomOf } from "./random.js";
import { anything, type Json } from "./values.js";

export const experimentName = "experiment.yaml";

/** Arguments that run the file of a case. */
export const runArguments = ["run", experimentName, "--json", "--output", "out"];

export const yamlOf = (tree: Json): string => stringify(tree, { lineWidth: 0 });

export function experiments(examples: readonly Example[]): Generator {
  return (seed) => {
    const random = randomOf(seed);
    const { tree, data } = random.pick(examples);
    const combined = random.chance(0.5) ? combine(tree, examples, random) : tree;
    let mutant = combined;
    for (
      let n = random.below(combined === tree ? 3 : 2) + (combined === tree ? 1 : 0);
      n > 0;
      n--
    ) {
      mutant = mutate(mutant, random);
    }
    const files = { ...allData(examples), ...data, [experimentName]: yamlOf(mutant) };
    return { kind: "experiments", seed, files, args: runArguments };
  };
}

const allData = (examples: readonly Example[]) =>
  Object.assign({}, ...examples.map(({ data }) => data)) as Record<string, string>;

/** The experiment with parts of other examples, or of any kind. */
function combine(tree: Json, examples: readonly Example[], random: Random): Json {
  const parts: (() => Json)[] = [
    () => withMethod(tree, blockIn("method", random)),
    () => withMethod(tree, methodOf(random.pick(examples).tree)),
    () => set(withKey(tree, "model"), ["model"], blockIn("model", random)),
    () => set(withKey(tree, "model"), ["model"], at(random.pick(examples).tree, ["model"])),
    () => inside(tree, "operator", blockIn("operator", random)),
    () => inside(tree, "noise", blockIn("noise", random)),
    () => set({ ...(tree as object), learn: null }, ["learn"], learning(random)),
    () => set({ ...(tree as object), time: null }, ["time"], times(random)),
  ];
  let combined = random.pick(parts)();
  if (random.chance(0.4)) {
    const other = random.chance(0.5)
      ? blockIn("method", random)
      : methodOf(random.pick(examples).tree);
    combined = withMethod(combined, other);
  }
  return combined;
}

/** The tree with another method, for the initial state that it has. */
function withMethod(tree: Json, method: Json): Json {
  const { initial } = (methodOf(tree) ?? {}) as { initial?: Json };
  const block =
    initial === undefined || Array.isArray(method) ? method : { ...(method as object), initial };
  return set(withKey(tree, "method"), ["method"], block);
}

const withKey = (tree: Json, key: string): Json => ({ [key]: null, ...(tree as object) });

const methodOf = (tree: Json): Json => (tree as { method?: Json }).method ?? null;

/** The tree with a block at every place of a key of this name. */
function inside(tree: Json, key: string, block: Json): Json {
  const places = pathsOf(tree).filter((path) => path.at(-1) === key);
  return places.reduce((changed, path) => set(changed, path, block), tree);
}

const learning = (random: Random): Json => ({
  epochs: 1 + random.below(3),
  ...(random.chance(0.4) && { window: 1 + random.below(8) }),
  ...(random.chance(0.3) && { refine: random.chance(0.5) }),
  ...(random.chance(0.2) && { validation: random.next() }),
  ...(random.chance(0.2) && { restarts: 1 + random.below(2) }),
  ...(random.chance(0.1) && { rates: anything(random) }),
});

const times = (random: Random): Json => ({
  step: random.pick([0.01, 0.05, 0.5, 1, 7, 100]),
  cycles: random.below(15),
  ...(random.chance(0.3) && { spinup: random.below(15) }),
  ...(random.chance(0.3) && { substeps: 1 + random.below(4) }),
  ...(random.chance(0.3) && { observeEvery: 1 + random.below(4) }),
  ...(random.chance(0.3) && { forecast: random.below(5) }),
});
