import { wholeSteps } from "../../models/index.js";
import type { ModelFacts } from "../../problem/index.js";
import type { TimeFile } from "../schema/time.js";
import type { Given, Sections, Tell } from "./check.js";

const twinKeys = ["cycles", "observeEvery", "spinup"] as const;

/** Checks that the section `time` fits the source of the observations. */
export function checkTime(
  time: TimeFile,
  { observations, model }: Pick<Sections, "observations" | "model">,
  facts: ModelFacts | null,
  given: Given,
  tell: Tell,
): void {
  if (observations?.twin && time.cycles === undefined) {
    tell(["time", "cycles"], "missing; a twin needs the number of its observation times");
  }
  if (observations?.file && observations.twin === null) {
    for (const key of twinKeys) {
      if (given(["time", key]) === undefined) continue;
      tell(
        ["time", key],
        "is for twins; with a file the times are those of the record. Leave it out",
      );
    }
  }
  if (time.cycles !== undefined && time.spinup >= time.cycles) {
    tell(["time", "spinup"], `got ${time.spinup}; need fewer than the ${time.cycles} cycles`);
  }
  const exact = facts !== null && (facts.linear || facts.time === "discrete");
  if (given(["time", "substeps"]) !== undefined && exact) {
    tell(
      ["time", "substeps"],
      `is for models that are integrated in time; ${model?.record.kind} takes a step exactly. Leave it out`,
    );
  }
  if (wholeSteps(time.forecast, time.step) === null) {
    tell(
      ["time", "forecast"],
      `got ${time.forecast}; need a whole number of steps of ${time.step}`,
    );
  }
}
