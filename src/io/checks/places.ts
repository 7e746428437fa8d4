import type { MethodFile } from "../schema/method.js";
import type { ModelFile } from "../schema/model.js";
import type { OperatorFile } from "../schema/observations.js";
import type { Sections, Tell } from "./check.js";
import { hasPlaces, ringKinds } from "./model.js";

/** A taper needs places of the variables, and observations of single ones. */
export function checkTaper(
  method: MethodFile,
  { model, observations }: Sections,
  tell: Tell,
): void {
  if (!("taper" in method)) return;
  const otherwise = method.kind === "letkf" ? "or take etkf instead of letkf" : "or leave it out";
  if (model !== null && !hasPlaces(model)) {
    tell(
      ["method", "taper"],
      `damps with distance, and the variables of ${model.kind} have no places; need a model on a ring (${ringKinds.join(", ")}), ${otherwise}`,
    );
  }
  const operator = observations?.twin?.operator;
  if (operator !== undefined && operator !== "identity" && operator.matrix !== undefined) {
    tell(
      ["method", "taper"],
      `needs observations of single variables, which have places; those of a matrix have none. Need such ones, ${otherwise}`,
    );
  }
}

const changes = (operator: OperatorFile | undefined): boolean =>
  operator !== undefined && operator !== "identity" && operator.everyStep !== undefined;

/** What is observed changes, which a gain of its own cannot follow. */
export function checkFixedView(
  { observations }: Pick<Sections, "observations">,
  hasGaps: boolean,
  tell: Tell,
): void {
  const changing = changes(observations?.twin?.operator);
  if (!changing && !hasGaps) return;
  tell(
    ["method", "kind"],
    `3dvar-k has one gain for one set of observed variables; ${changing ? "here they change with time (everyStep)" : "the record has gaps"}. Need 3dvar-c, ens3dvar or enkf`,
  );
}

/** A static covariance is seen through a matrix: the noise must be that of the state's own variables. */
export function checkLinearView(
  kind: string,
  model: ModelFile | null,
  observations: Sections["observations"],
  tell: Tell,
): void {
  if (model?.kind !== "lotka-volterra" || observations === null) return;
  const noise = (observations.twin?.noise ?? observations.file?.noise)?.kind ?? "normal";
  const suits = model.coordinates === "log" ? "lognormal" : "normal";
  if (noise === suits) return;
  tell(
    ["method", "kind"],
    `${kind} needs observations that are linear in the state: ${suits} noise with coordinates: ${model.coordinates}. For others take enkf`,
  );
}
