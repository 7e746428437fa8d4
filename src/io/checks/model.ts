import type { ModelFile } from "../schema/model.js";
import { checkRows, count, type Tell } from "./check.js";

const pairRates = ["preyGrowth", "predation", "predatorDeath", "conversion"] as const;
const manyRates = ["growth", "interactions"] as const;

/** Checks the model by itself and gives the dimension of its state; null if it has none. */
export function checkModel(model: ModelFile, tell: Tell): number | null {
  switch (model.kind) {
    case "linear": {
      const n = model.transition.length;
      const why = "as many as rows, for a square matrix";
      return checkRows(model.transition, n, ["model", "transition"], why, tell) ? n : null;
    }
    case "lotka-volterra":
      return checkSpecies(model, tell);
    case "clohessy-wiltshire":
      return 6;
  }
}

function checkSpecies(
  model: Extract<ModelFile, { kind: "lotka-volterra" }>,
  tell: Tell,
): number | null {
  const pair = pairRates.filter((key) => model[key] !== undefined);
  const many = manyRates.filter((key) => model[key] !== undefined);
  if (pair.length > 0 && many.length > 0) {
    tell(
      ["model", many[0]],
      `given beside ${pair.join(", ")}; need either the four rates of two species ` +
        `(${pairRates.join(", ")}) or growth and interactions of n species`,
    );
    return null;
  }
  const needed = many.length > 0 ? manyRates : pairRates;
  const missing = needed.filter((key) => model[key] === undefined);
  for (const key of missing) {
    const rest = needed.filter((other) => other !== key).join(", ");
    tell(["model", key], `missing; need it beside ${rest}`);
  }
  if (missing.length > 0) return null;
  if (model.growth === undefined || model.interactions === undefined) return 2;
  const n = model.growth.length;
  const rows = model.interactions.length;
  if (rows !== n) {
    const message = `has ${count(rows, "row")}; need ${n}, one for each value of growth`;
    tell(["model", "interactions"], message);
    return null;
  }
  const why = "one for each value of growth";
  return checkRows(model.interactions, n, ["model", "interactions"], why, tell) ? n : null;
}

/** All variables stay above zero. */
export function isPositive(model: ModelFile): boolean {
  return model.kind === "lotka-volterra";
}

/** The state is mapped linearly from step to step. */
export function isLinear(model: ModelFile): boolean {
  return model.kind !== "lotka-volterra";
}
