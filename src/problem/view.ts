/** How values of natural variables are compared with the state. */
import type { Tensor } from "../engine/index.js";
import type { BoundModel } from "../models/index.js";
import {
  type Observed,
  type Operator,
  observeComponents,
  observeExp,
  observeIndices,
  observeLog,
  type ValueTransform,
} from "../observe/index.js";
import type { Support } from "../prob/index.js";
import { SpecificationError } from "./errors.js";

export interface View {
  /** h at every time; null where the variables change, and are given with each observation. */
  readonly operator: Operator | null;
  /** Values are compared as they are, or by their logarithms. */
  readonly transform: ValueTransform;
  /** Values that must be positive are perturbed within the positive. */
  readonly support: Support;
}

/** h of one observation, of a state of d variables. */
export const operatorAt = (
  { operator }: Pick<View, "operator">,
  positions: Tensor | null | undefined,
  d: number,
): Operator => operator ?? observeIndices(positions!, d);

/**
 * The view of what is observed, under a noise that compares values as they are or by their logarithms.
 *
 * @throws SpecificationError if the noise and what is observed do not go together.
 */
export function viewOf(
  model: Pick<BoundModel, "coordinates" | "positive">,
  observed: Observed,
  transform: ValueTransform,
): View {
  const logs = model.coordinates === "log";
  const support: Support = model.positive ? "positive" : "real";
  if (observed.kind === "changing") {
    if (transform === "identity" && !logs) return { operator: null, transform, support };
    throw new SpecificationError(
      "observations.twin.operator",
      "changes with time, which is built for normal noise of the state's own variables; need that, or the same variables at every time.",
    );
  }
  if (observed.kind === "operator") {
    if (transform === "identity")
      return { operator: observed.operator, transform, support: "real" };
    throw new SpecificationError(
      "observations.twin.noise",
      "is lognormal, for single variables; an operator mixes them. Need normal noise.",
    );
  }
  const { components } = observed;
  if (transform === "log") {
    const operator = logs ? observeComponents(components) : observeLog(components);
    return { operator, transform, support: "real" };
  }
  const operator = logs ? observeExp(components) : observeComponents(components);
  return { operator, transform, support };
}
