/** The key of a method that asks for a look inside its analysis. */
import { count, group, setting, type TellAt } from "../parts/index.js";
import type { InspectionRequest } from "./record.js";

/**
 * What is compared if nothing else is asked for; 0.16 = 0.40², the variance of the analyses of a well-tuned 3DVar on
 * Lorenz-96.
 *
 * @see bocquet2024
 */
export const inspectionDefaults: InspectionRequest = {
  ...{ states: 100, members: 40, staticVariance: 0.16 },
};

/** With more variables the matrices of all pairs take too long. */
const mostInspected = 200;

export const inspectKey = group(
  {
    states: count(1, {
      default: inspectionDefaults.states,
      about: "number of cycles at which covariances are compared",
    }),
    members: count(2, {
      default: inspectionDefaults.members,
      about: "number of members of the EnKF-N beside it",
    }),
    staticVariance: setting({
      default: inspectionDefaults.staticVariance,
      bounds: { above: 0 },
      about: "variance of the static covariance that is compared with",
    }),
  },
  {
    optional: true,
    about:
      "a look inside the analysis: bias, covariance beside an EnKF-N, locality; {} for the defaults",
  },
);

/** Returns the request that the value of the key makes; undefined if it is not there. */
export const inspectionOf = (given: unknown): InspectionRequest | undefined =>
  given === undefined ? undefined : { ...inspectionDefaults, ...(given as object) };

/** Tells if a state has too many variables for the look that is asked for. */
export function checkInspected(given: unknown, dimension: number, tell: TellAt): void {
  if (given === undefined || dimension <= mostInspected) return;
  tell(
    ["inspect"],
    `compares matrices of all pairs of the ${dimension} variables; need at most ${mostInspected}. Leave it out`,
  );
}
