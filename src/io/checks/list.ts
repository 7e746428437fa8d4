import type { LearnedEach, Value } from "../../parts/index.js";
import type { Specification } from "../../run/specification.js";
import type { Problem } from "../errors.js";
import { folderOf } from "../labels.js";
import type { Source } from "../positions.js";
import { isResultName } from "../result-names.js";

interface Listed {
  readonly label: string;
  readonly specification: Specification;
}

/**
 * Returns the problems between the methods of a list: each needs a different name, and all need the same
 * data.
 */
export function listProblems(experiments: readonly Listed[], source: Source): Problem[] {
  const [first] = experiments;
  if (first === undefined) return [];
  const folders = experiments.map(({ label }) => folderOf(label).toLowerCase());
  return experiments.flatMap(({ label, specification }, i) => {
    const tell = (message: string, ...key: string[]) =>
      source.problem(["method", i, ...key], message);
    const before = folders.indexOf(folders[i]!);
    const named =
      before < i
        ? [tell(`is called "${label}" like method ${before + 1}; need a different name (name: …)`)]
        : isResultName(folders[i]!) || /^\.*$/.test(folders[i]!)
          ? [
              tell(
                `is called "${label}", and its results cannot be in a folder of this name; need a different name (name: …)`,
              ),
            ]
          : [];
    if (specification.observations.kind !== "twin") return named;
    const differs = (key: string, what: string) =>
      tell(
        `differs from that of the first method, and ${what}; need the same in all methods of a list`,
        key,
      );
    return [
      ...named,
      ...(same(specification.initial, first.specification.initial)
        ? []
        : [differs("initial", "the truth of a twin starts from it")]),
      ...(same(trueNoise(specification), trueNoise(first.specification))
        ? []
        : [differs("processNoise", "it makes the truth of a twin")]),
    ];
  });
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Returns the variances of the process noise of a truth; null: none. */
function trueNoise({ processNoise }: Specification): readonly number[] | null {
  if (processNoise === null) return null;
  const variances = ([processNoise.variance].flat() as (Value | LearnedEach)[]).map((value) =>
    typeof value === "number" ? value : (value.truth ?? value.start),
  );
  return variances.some((v) => v > 0) ? variances : null;
}
