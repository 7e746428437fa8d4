/** Refuses experiments that would hang or exhaust the memory, before anything of them is made. */
import { type Demanding, excessOf } from "../../problem/index.js";
import { type BuiltFacts, extentOf } from "../../run/index.js";
import type { Specification } from "../../run/specification.js";
import type { Path } from "../positions.js";
import type { Tell } from "./check.js";

/** Tells the first demand of an experiment that is beyond its limit, at the key to change. */
export function checkDemand(specification: Specification, facts: BuiltFacts, tell: Tell): void {
  const excess = excessOf(extentOf(specification, facts));
  if (excess === null) return;
  const { path, remedy } = placeOf(excess.of, specification);
  tell(path, `${excess.message}. ${remedy}`);
}

/** Returns the key to change, and what to do. */
function placeOf(
  of: Demanding,
  { observations, method, time }: Specification,
): { readonly path: Path; readonly remedy: string } {
  const twin = observations.kind === "twin" ? observations : null;
  switch (of) {
    case "interval":
      return twin !== null && time.observeEvery > 1
        ? { path: ["time", "observeEvery"], remedy: "Observe more often, or take longer steps" }
        : {
            path: ["time", "step"],
            remedy: "Take longer steps, or put rows without values (gaps) between the two",
          };
    case "substeps":
      return { path: ["time", "substeps"], remedy: "Take fewer substeps" };
    case "step":
      return { path: ["time", "step"], remedy: "Take longer steps, or give method.initial" };
    case "forecast":
      return { path: ["time", "forecast"], remedy: "Take a shorter forecast" };
    case "epochs":
      return { path: ["learn", "epochs"], remedy: "Take fewer epochs" };
    case "times":
      if (twin === null) {
        return { path: ["observations", "file", "path"], remedy: "Take a part of the record" };
      }
      return twin.trajectories === undefined
        ? { path: ["time", "cycles"], remedy: "Take fewer cycles" }
        : { path: ["observations", "twin", "trajectories"], remedy: "Take fewer or shorter ones" };
    case "state":
      if ("network" in method.block) {
        return {
          path: ["method", "network"],
          remedy: "Take a smaller network, or a smaller model",
        };
      }
      return "members" in method.block
        ? { path: ["method", "members"], remedy: "Take fewer members, or a smaller model" }
        : { path: ["method", "kind"], remedy: "Take an ensemble method, or a smaller model" };
  }
}
