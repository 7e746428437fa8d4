import type { ModelFile } from "../schema/model.js";
import type { NoiseFile, ObservationsFile, OperatorFile } from "../schema/observations.js";
import { checkRows, count, type Tell } from "./check.js";
import { isPositive } from "./model.js";

/** Checks where observations come from against the state that they observe. */
export function checkObservations(
  { twin, file }: ObservationsFile,
  model: ModelFile | null,
  dimension: number | null,
  tell: Tell,
): void {
  if (twin === undefined && file === undefined) {
    tell(["observations"], "names no source; need twin or file");
  } else if (twin !== undefined && file !== undefined) {
    tell(["observations"], "names two sources; need twin or file, not both");
  }
  if (twin !== undefined) {
    const path = ["observations", "twin"];
    if (dimension !== null) checkOperator(twin.operator, dimension, tell);
    if (twin.variance !== undefined && twin.noise !== undefined) {
      tell([...path, "noise"], "given beside variance; need one of them");
    } else if (twin.variance === undefined && twin.noise === undefined) {
      tell([...path, "variance"], "missing; need variance (normal errors) or noise");
    }
    const size = dimension === null ? null : observedCount(twin.operator, dimension);
    if (twin.variance !== undefined) {
      checkLength(twin.variance, size, [...path, "variance"], tell);
    }
    if (twin.noise !== undefined) {
      checkNoise(twin.noise, size, [...path, "noise"], model, tell);
      if (twin.noise.kind === "lognormal" && isMatrix(twin.operator)) {
        const message =
          "is lognormal, for single variables; a matrix mixes them. Need normal noise";
        tell([...path, "noise"], message);
      }
    }
  }
  if (file !== undefined) {
    const path = ["observations", "file"];
    checkColumns(file.columns, dimension, tell);
    checkNoise(file.noise, Object.keys(file.columns).length, [...path, "noise"], model, tell);
  }
}

function isMatrix(operator: OperatorFile): boolean {
  return operator !== "identity" && operator.matrix !== undefined;
}

function checkOperator(operator: OperatorFile, dimension: number, tell: Tell): void {
  if (operator === "identity") return;
  const path = ["observations", "twin", "operator"];
  const { everyStep, ...kinds } = operator;
  const given = Object.entries(kinds).filter(([, value]) => value !== undefined);
  if (given.length !== 1) {
    const keys = given.length === 0 ? "none" : given.map(([key]) => key).join(", ");
    tell(path, `has ${keys}; need exactly one of every, indices, random, ratio, matrix`);
    return;
  }
  if (everyStep !== undefined && operator.random === undefined) {
    tell([...path, "everyStep"], "is for variables drawn at random; need random: 0.5 beside it");
  }
  if (operator.every !== undefined && operator.every > dimension) {
    tell(
      [...path, "every"],
      `got ${operator.every}; the state has ${count(dimension, "variable")}`,
    );
  }
  for (const [i, index] of (operator.indices ?? []).entries()) {
    checkComponent(index, operator.indices!.slice(0, i), dimension, [...path, "indices", i], tell);
  }
  if (operator.matrix !== undefined) {
    const why = "one for each variable of the state";
    checkRows(operator.matrix, dimension, [...path, "matrix"], why, tell);
  }
}

function checkColumns(
  columns: Readonly<Record<string, number>>,
  dimension: number | null,
  tell: Tell,
): void {
  const path = ["observations", "file", "columns"];
  const entries = Object.entries(columns);
  if (entries.length === 0) tell(path, "is empty; need at least one column, as { hare: 0 }");
  for (const [i, [name, component]] of entries.entries()) {
    const before = entries.slice(0, i).map(([, other]) => other);
    checkComponent(component, before, dimension, [...path, name], tell);
  }
}

function checkComponent(
  component: number,
  before: readonly number[],
  dimension: number | null,
  path: readonly PropertyKey[],
  tell: Tell,
): void {
  if (before.includes(component)) {
    tell(path, `variable ${component} is observed twice`);
  } else if (dimension !== null && component >= dimension) {
    const variables = count(dimension, "variable");
    tell(path, `got ${component}; the state has ${variables}, counted from 0 to ${dimension - 1}`);
  }
}

/** How many values are observed at a time; null when it is drawn or unknown. */
function observedCount(operator: OperatorFile, dimension: number): number | "drawn" {
  if (operator === "identity") return dimension;
  if (operator.every !== undefined) return Math.ceil(dimension / operator.every);
  if (operator.indices !== undefined) return operator.indices.length;
  if (operator.matrix !== undefined) return operator.matrix.length;
  if (operator.ratio !== undefined) return Math.max(1, Math.round(operator.ratio * dimension));
  return "drawn";
}

function checkNoise(
  noise: NoiseFile,
  size: number | "drawn" | null,
  path: readonly PropertyKey[],
  model: ModelFile | null,
  tell: Tell,
): void {
  if (noise.kind === "normal") {
    checkLength(noise.variance, size, [...path, "variance"], tell);
    return;
  }
  checkLength(noise.sd, size, [...path, "sd"], tell);
  if (model !== null && !isPositive(model)) {
    tell(
      [...path, "kind"],
      `got lognormal, which needs variables above zero; those of ${model.kind} may be negative. ` +
        "Need kind: normal",
    );
  }
}

function checkLength(
  spread: unknown,
  size: number | "drawn" | null,
  path: readonly PropertyKey[],
  tell: Tell,
): void {
  if (!Array.isArray(spread) || size === null || spread.length === size) return;
  if (size === "drawn") {
    tell(path, "is a list, but what is observed is drawn at random; need one number");
  } else {
    tell(path, `has ${count(spread.length, "value")}; need ${size}, one for each value observed`);
  }
}
