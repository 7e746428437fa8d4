import { countOf } from "../../run/specification.js";
import type { ModelFile } from "../schema/model.js";
import { checkRows, count, type Tell } from "./check.js";

const pairRates = ["preyGrowth", "predation", "predatorDeath", "conversion"] as const;
const groupKeys = ["blocks", "steadyState"] as const;
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
    case "lorenz63":
      return 3;
    case "lorenz96":
      checkRing(model, tell);
      return model.dimension;
    case "lorenz96-two-scale":
      return model.slow * (1 + model.fastPerSlow);
    case "kuramoto-sivashinsky":
      if (model.points % 2 === 1) {
        tell(["model", "points"], `got ${model.points}; need an even number`);
      }
      return model.points;
  }
}

/** The stencils of the polynomial and of the network are five wide. */
const widest = 5;

function checkRing(model: Extract<ModelFile, { kind: "lorenz96" }>, tell: Tell): void {
  const { dimension, forcing, imperfect, correction } = model;
  if (dimension < widest && (imperfect !== undefined || correction !== undefined)) {
    const what = imperfect === undefined ? "correction" : "imperfect";
    tell(["model", "dimension"], `got ${dimension}; need at least ${widest} for ${what}`);
  }
  if (imperfect !== undefined && typeof forcing !== "number") {
    tell(
      ["model", "forcing"],
      "is to be learned, but imperfect has coefficients of its own, drawn about a forcing that is a number; need a number, or leave imperfect out",
    );
  }
}

/** Species in groups: k(k + 1)/2 blocks, and the steady state alone beside them. */
function checkGroups(
  model: Extract<ModelFile, { kind: "lotka-volterra" }>,
  found: readonly (typeof groupKeys)[number][],
  tell: Tell,
): number | null {
  const others = [...pairRates, ...manyRates].filter((key) => model[key] !== undefined);
  if (others.length > 0) {
    tell(
      ["model", found[0]!],
      `given beside ${others.join(", ")}; need blocks and steadyState alone`,
    );
    return null;
  }
  const { blocks, steadyState } = model;
  if (blocks === undefined || steadyState === undefined) {
    const [missing, there] = blocks === undefined ? groupKeys : groupKeys.toReversed();
    tell(["model", missing!], `missing; need it beside ${there}`);
    return null;
  }
  const [given, species] = [countOf(blocks), countOf(steadyState)];
  const k = Math.round((Math.sqrt(8 * given + 1) - 1) / 2);
  if ((k * (k + 1)) / 2 !== given || k > species) {
    tell(
      ["model", "blocks"],
      `has ${count(given, "value")}; need k(k + 1)/2 for k groups of the ${species} species: 1, 3, 6, 10, …`,
    );
    return null;
  }
  return species;
}

function checkSpecies(
  model: Extract<ModelFile, { kind: "lotka-volterra" }>,
  tell: Tell,
): number | null {
  const groups = groupKeys.filter((key) => model[key] !== undefined);
  if (groups.length > 0) return checkGroups(model, groups, tell);
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
  const n = countOf(model.growth);
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

/** The variables lie on a ring. */
export function hasPlaces(model: ModelFile): boolean {
  return ringKinds.some((kind) => kind === model.kind);
}

export const ringKinds = ["lorenz96", "lorenz96-two-scale", "kuramoto-sivashinsky"] as const;

/** The state is mapped linearly from step to step. */
export function isLinear(model: ModelFile): boolean {
  return model.kind === "linear" || model.kind === "clohessy-wiltshire";
}
