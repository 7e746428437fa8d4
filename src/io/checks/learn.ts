import type { Key, Keys } from "../../parts/index.js";
import { trainingLength } from "../../problem/index.js";
import type { Path } from "../positions.js";
import type { LearnFile } from "../schema/learn.js";
import type { Given, MethodSection, ModelSection, Sections, Tell } from "./check.js";

/** The purpose of a learned value, which decides whether it has a truth in a twin. */
type Purpose =
  /** It is used to make the data of a twin. */
  | "data"
  /** It is a setting of the filter, which has no truth. */
  | "filter"
  /** It is used to make the data, or belongs to the filter alone. */
  | "either";

/** Checks that values to be learned and the section `learn` fit together. */
export function checkLearned(sections: Sections, given: Given, tell: Tell): void {
  const { model, observations, method } = sections;
  const learned = [
    ...learnedOfModel(model),
    ...learnedIn(given(["observations"]), ["observations"], "data"),
    ...learnedOfMethod(method),
  ].filter(({ path }) => path[0] !== "observations" || observations !== null);
  const twin = observations?.twin != null;
  for (const { path, truth, purpose } of learned) {
    if (observations !== null && truth && !twin) {
      tell(
        [...path, "truth"],
        "is for twins; the truth of a real record is not known. Leave it out",
      );
    } else if (truth && purpose === "filter") {
      tell([...path, "truth"], "given for a value of the filter, which has no truth. Leave it out");
    } else if (twin && purpose === "data" && !truth) {
      tell([...path, "truth"], "missing; a twin needs the value that makes its data");
    }
  }
  const asked = given(["learn"]) !== undefined;
  const weights = method?.record.weights?.(method.block);
  const started = given(["start"]) !== undefined || weights !== undefined;
  if (weights !== undefined && given(["start"]) !== undefined) {
    tell(
      ["method", "weights"],
      "given together with start, which names the weights too. Leave one out",
    );
  }
  if (learned.length > 0 && !asked && !started) {
    const or = method?.record.weights === undefined ? "" : ", and the method has no weights: FILE";
    tell(learned[0]!.path, `is to be learned, but the file has no learn: { epochs: … }${or}`);
  }
  const whole = model !== null && observations !== null && method !== null;
  if (learned.length === 0 && started && !asked && whole) {
    tell(
      ["start"],
      "gives learned values, but no value is learned; mark one with { learn: true, start: … }",
    );
  }
  if (learned.length === 0 && asked && whole) {
    tell(["learn"], "there is nothing to learn; mark a value with { learn: true, start: … }");
  }
}

/**
 * Returns the learned values of the model. Those that the true system of a twin does not have are not used
 * to make its data.
 */
function learnedOfModel(model: ModelSection | null): Learned[] {
  if (model === null) return [];
  const { record, block, processNoise } = model;
  const true_ = record.truth?.(block) ?? block;
  return [
    ...Object.entries(block).flatMap(([key, value]) =>
      learnedIn(value, ["model", key], Object.hasOwn(true_, key) ? "data" : "either"),
    ),
    ...learnedIn(processNoise, ["model", "processNoise"], "data"),
  ];
}

function learnedOfMethod(method: MethodSection | null): Learned[] {
  if (method === null) return [];
  const { record, block, initial, processNoise } = method;
  return [
    ...learnedIn(block, ["method"], "filter"),
    // Weights without a mark of their own, which are always learned.
    ...(record.weights === undefined
      ? []
      : [{ path: ["method", "kind"], truth: false, purpose: "filter" as const }]),
    ...learnedIn(initial, ["method", "initial"], "data"),
    ...learnedIn(processNoise, ["method", "processNoise"], "either"),
  ];
}

/** A setting of the method to choose by the validation loss. */
export interface Choice {
  /** The path in the block of the method. */
  readonly key: readonly string[];
  readonly among: readonly number[];
  readonly epochs: number;
}

/** Returns all settings of a block that are to be chosen. */
export function choicesIn(
  keys: Keys,
  block: Readonly<Record<string, unknown>>,
  path: readonly string[] = [],
): Choice[] {
  return Object.entries(keys).flatMap(([name, key]: [string, Key]) => {
    const value = block[name];
    if (typeof value !== "object" || value === null) return [];
    const here = [...path, name];
    if (key.type === "group") return choicesIn(key.keys, value as Record<string, unknown>, here);
    return "among" in value ? [{ ...(value as Omit<Choice, "key">), key: here }] : [];
  });
}

/** Checks that a choice has a validation loss to choose by. */
export function checkChoice({ observations, method }: Sections, given: Given, tell: Tell): void {
  if (method === null) return;
  const [first, second] = choicesIn(method.record.parameters, method.block);
  if (first === undefined) return;
  const path = ["method", ...first.key, "among"];
  if (second !== undefined) {
    const message = `is to be chosen, and so is ${first.key.join(".")}; need only one choice`;
    tell(["method", ...second.key, "among"], message);
  }
  if (given(["learn"]) === undefined) {
    tell(path, "is a choice that needs learning, but the file has no learn: { epochs: … }");
    return;
  }
  const trajectories = observations?.twin?.file.trajectories;
  const fraction = given(["learn", "validation"]);
  const kept = trajectories?.validation || (fraction !== undefined && fraction !== 0);
  if (observations === null || kept) return;
  const where =
    trajectories === undefined
      ? "learn.validation, such as 0.3"
      : "observations.twin.trajectories.validation";
  tell(
    path,
    `is a choice by the validation loss, but nothing is kept for validation; need ${where}`,
  );
}

/** Checks that validation leaves observations to learn from, and that a window is not longer than these. */
export function checkWindow(
  learn: LearnFile,
  times: number | null,
  hasTrajectories: boolean,
  tell: Tell,
): void {
  if (hasTrajectories && learn.validation > 0) {
    tell(
      ["learn", "validation"],
      "is a fraction of one record; with several trajectories give their number in observations.twin.trajectories.validation",
    );
  }
  if (times === null) return;
  const training = trainingLength(learn.validation, times);
  if (training === 0) {
    tell(["learn", "validation"], `got ${learn.validation}; it leaves none of the ${times} times`);
  }
  if (training === 0 || learn.window === undefined || learn.window <= training) return;
  const left = learn.validation > 0 ? ` left for learning by validation: ${learn.validation}` : "";
  tell(["learn", "window"], `got ${learn.window}; need at most the ${training} times${left}`);
}

interface Learned {
  readonly path: Path;
  readonly truth: boolean;
  readonly purpose: Purpose;
}

function learnedIn(value: unknown, path: Path, purpose: Purpose): Learned[] {
  if (typeof value !== "object" || value === null) return [];
  if ("learn" in value) return [{ path, truth: "truth" in value, purpose }];
  const entries: [PropertyKey, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.flatMap(([key, nested]) => learnedIn(nested, [...path, key], purpose));
}
