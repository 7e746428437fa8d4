import type { MethodFile } from "../schema/method.js";
import type { ModelFile } from "../schema/model.js";
import { count, type Sections, type Tell } from "./check.js";
import { isLinear, isPositive } from "./model.js";

/** Checks the method against the model and the noise of the observations. */
export function checkMethod(
  method: MethodFile,
  { model, observations }: Sections,
  dimension: number | null,
  tell: Tell,
): void {
  if (method.kind !== "enkf") checkExact(method.kind, model, observations, tell);
  checkInitial(method, model, dimension, tell);
  if (observations?.file !== undefined && method.initial === undefined) {
    tell(
      ["method", "initial"],
      "missing; a real record needs { mean: [...], variance: … }, the state before its first time",
    );
  }
  if (model?.processNoise !== undefined && method.processNoise !== undefined) {
    tell(["method", "processNoise"], "is also given under model; need it in one place");
  }
  checkNoiseLength(model?.processNoise?.variance, "model", dimension, tell);
  checkNoiseLength(method.processNoise?.variance, "method", dimension, tell);
}

function checkExact(
  kind: "kalman" | "rts",
  model: ModelFile | null,
  observations: Sections["observations"],
  tell: Tell,
): void {
  if (model !== null && !isLinear(model)) {
    tell(["method", "kind"], `${kind} needs a linear model; for ${model.kind} take enkf`);
  }
  const noise = observations?.file?.noise ?? observations?.twin?.noise;
  if (noise?.kind === "lognormal") {
    tell(["method", "kind"], `${kind} needs normal noise; for lognormal noise take enkf`);
  }
}

function checkInitial(
  { initial }: MethodFile,
  model: ModelFile | null,
  dimension: number | null,
  tell: Tell,
): void {
  if (initial === undefined) return;
  const path = ["method", "initial"];
  const { mean, variance } = initial;
  const lists = Array.isArray(variance) ? { mean, variance } : { mean };
  for (const [key, list] of Object.entries(lists)) {
    if (dimension === null || list.length === dimension) continue;
    const message = `has ${count(list.length, "value")}; need ${dimension}, one for each variable`;
    tell([...path, key], message);
  }
  if (model === null || !isPositive(model)) return;
  for (const [i, value] of mean.entries()) {
    const start = typeof value === "number" ? value : value.start;
    if (start > 0) continue;
    tell(
      [...path, "mean", i],
      `got ${start}; need more than 0, for ${model.kind} counts abundances`,
    );
  }
}

function checkNoiseLength(
  variance: unknown,
  section: "model" | "method",
  dimension: number | null,
  tell: Tell,
): void {
  if (!Array.isArray(variance) || dimension === null || variance.length === dimension) return;
  const given = count(variance.length, "value");
  const path = [section, "processNoise", "variance"];
  tell(path, `has ${given}; need ${dimension}, one for each variable`);
}
