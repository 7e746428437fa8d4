import { isWhole } from "../csv.js";
import type { TimeFile } from "../schema/time.js";
import type { Given, Sections, Tell } from "./check.js";
import { isLinear } from "./model.js";

const twinKeys = ["cycles", "observeEvery", "spinup"] as const;

/** Checks that times suit the source of the observations. */
export function checkTime(
  time: TimeFile,
  { observations, model }: Pick<Sections, "observations" | "model">,
  given: Given,
  tell: Tell,
): void {
  if (observations?.twin !== undefined && time.cycles === undefined) {
    tell(["time", "cycles"], "missing; a twin needs the number of its observation times");
  }
  if (observations?.file !== undefined && observations.twin === undefined) {
    for (const key of twinKeys) {
      if (given(["time", key]) === undefined) continue;
      tell(["time", key], "is for twins; with a file the record gives the times. Leave it out");
    }
  }
  if (time.cycles !== undefined && time.spinup >= time.cycles) {
    tell(["time", "spinup"], `got ${time.spinup}; need fewer than the ${time.cycles} cycles`);
  }
  if (given(["time", "substeps"]) !== undefined && model !== null && isLinear(model)) {
    tell(
      ["time", "substeps"],
      `is for models that are integrated in time; ${model.kind} takes a step exactly. Leave it out`,
    );
  }
  if (!isWhole(time.forecast / time.step)) {
    tell(
      ["time", "forecast"],
      `got ${time.forecast}; need a whole number of steps of ${time.step}`,
    );
  }
}
