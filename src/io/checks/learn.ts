import { trainingLength } from "../../run/specification.js";
import type { Path } from "../positions.js";
import type { LearnFile } from "../schema/learn.js";
import type { Given, Sections, Tell } from "./check.js";

/** Checks that values to be learned and the section `learn` belong together. */
export function checkLearned(sections: Sections, given: Given, tell: Tell): void {
  const { model, observations, method } = sections;
  const learned = [
    ...learnedIn(model, ["model"]),
    ...learnedIn(observations, ["observations"]),
    ...learnedIn(method, ["method"]),
  ];
  const twin = observations?.twin !== undefined;
  for (const { path, hasTruth } of learned) {
    const ofFilter = path[0] === "method" && !["processNoise", "initial"].includes(String(path[1]));
    const makesData =
      (path[0] !== "method" && path[1] !== "correction") || path[1] === "processNoise";
    if (observations !== null && hasTruth && !twin) {
      tell(
        [...path, "truth"],
        "is for twins; nobody knows the truth of a real record. Leave it out",
      );
    } else if (hasTruth && ofFilter) {
      tell([...path, "truth"], "given for a value of the filter, which has no truth. Leave it out");
    } else if (twin && makesData && !hasTruth) {
      tell([...path, "truth"], "missing; a twin needs the value that makes its data");
    }
  }
  const asked = given(["learn"]) !== undefined;
  const started = given(["start"]) !== undefined;
  if (learned.length > 0 && !asked && !started) {
    tell(learned[0].path, "is to be learned, but the file has no learn: { epochs: … }");
  }
  const whole = model !== null && observations !== null && method !== null;
  if (learned.length === 0 && started && !asked && whole) {
    tell(["start"], "gives learned values, and there are none; mark them with learn: true");
  }
  if (learned.length === 0 && asked && whole) {
    tell(["learn"], "there is nothing to learn; mark a value with { learn: true, start: … }");
  }
}

/** Checks that there is something to choose by, where the method leaves a choice. */
export function checkChoice({ observations, method }: Sections, given: Given, tell: Tell): void {
  const width = method !== null && "taper" in method ? method.taper?.halfWidth : undefined;
  if (typeof width !== "object" || !("among" in width)) return;
  const path = ["method", "taper", "halfWidth", "among"];
  if (given(["learn"]) === undefined) {
    tell(path, "is to be chosen from while learning, but the file has no learn: { epochs: … }");
    return;
  }
  const trajectories = observations?.twin?.trajectories;
  const share = given(["learn", "validation"]);
  if (observations === null || trajectories?.validation || (share !== undefined && share !== 0))
    return;
  const where =
    trajectories === undefined
      ? "learn.validation: 0.3, say"
      : "observations.twin.trajectories.validation";
  tell(
    path,
    `is chosen from by the validation loss, and nothing is kept for validation; need ${where}`,
  );
}

/** Checks that validation leaves something, and that a window fits in the part of the record that is learned from. */
export function checkWindow(
  learn: LearnFile,
  times: number | null,
  hasTrajectories: boolean,
  tell: Tell,
): void {
  if (hasTrajectories && learn.validation > 0) {
    tell(
      ["learn", "validation"],
      "is a share of one record; with several trajectories say how many: observations.twin.trajectories.validation",
    );
  }
  if (times === null) return;
  const training = trainingLength(learn.validation, times);
  if (training === 0) {
    tell(["learn", "validation"], `got ${learn.validation}; it leaves none of the ${times} times`);
  }
  if (training === 0 || learn.window === undefined || learn.window <= training) return;
  const share = learn.validation > 0 ? ` left for learning by validation: ${learn.validation}` : "";
  tell(["learn", "window"], `got ${learn.window}; need at most the ${training} times${share}`);
}

interface Learned {
  readonly path: Path;
  readonly hasTruth: boolean;
}

function learnedIn(value: unknown, path: Path): Learned[] {
  if (typeof value !== "object" || value === null) return [];
  if ("learn" in value) return [{ path, hasTruth: "truth" in value }];
  const entries: [PropertyKey, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.flatMap(([key, nested]) => learnedIn(nested, [...path, key]));
}
