import { countOf } from "../../run/specification.js";
import type { BackgroundFile, GainFile, MethodFile } from "../schema/method.js";
import type { ModelFile } from "../schema/model.js";
import { checkRows, count, type Sections, type Tell } from "./check.js";
import { isLinear, isPositive } from "./model.js";
import { checkFixedView, checkLinearView, checkTaper } from "./places.js";

/** Checks the method against the model and the noise of the observations. */
export function checkMethod(
  method: MethodFile,
  sections: Sections,
  dimension: number | null,
  hasGaps: boolean,
  tell: Tell,
): void {
  const { model, observations } = sections;
  switch (method.kind) {
    case "kalman":
    case "rts":
      checkExact(method.kind, model, observations, tell);
      break;
    case "3dvar-k":
      checkFixedView(sections, hasGaps, tell);
      checkGain(method.gain, dimension, tell);
  }
  if (linearViews.some((kind) => kind === method.kind)) {
    checkLinearView(method.kind, model, observations, tell);
  }
  if ("relaxation" in method && method.relaxation !== undefined) {
    checkOneOf(method.relaxation, ["spread", "perturbations"], ["method", "relaxation"], tell);
  }
  if ("background" in method) checkBackground(method.background, dimension, tell);
  checkTaper(method, sections, tell);
  checkNoiseOfOne(method, model, tell);
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

/** Methods that need H itself, not only what it sees. */
const linearViews = [
  "optimal-interpolation",
  "3dvar-c",
  "3dvar-k",
  "ens3dvar",
  "optimal-particle",
] as const;

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

const backgrounds = ["identity", "climatology", "matrix"] as const;

function checkBackground(background: BackgroundFile, dimension: number | null, tell: Tell): void {
  const path = ["method", "background"];
  checkOneOf(background, backgrounds, path, tell);
  const { matrix, learn, structure } = background;
  if (structure !== undefined && learn === undefined) {
    tell(
      [...path, "structure"],
      "is what is learned of the covariance; need learn: true beside it",
    );
  }
  if (dimension === null) return;
  if (typeof structure === "object" && "rank" in structure && structure.rank > dimension) {
    tell(
      [...path, "structure", "rank"],
      `got ${structure.rank}; need at most ${dimension}, the number of variables`,
    );
  }
  if (matrix === undefined) return;
  checkSize(matrix, dimension, [...path, "matrix"], tell);
  if (!matrix.every((row, i) => row.every((v, j) => v === matrix[j]?.[i]) && row[i]! > 0)) {
    tell([...path, "matrix"], "is no covariance; need a symmetric matrix with positive variances");
  }
}

function checkGain(gain: GainFile, dimension: number | null, tell: Tell): void {
  const path = ["method", "gain"];
  checkOneOf(gain, ["transpose", "matrix"], path, tell);
  if (gain.matrix === undefined || dimension === null) return;
  checkSize(gain.matrix, dimension, [...path, "matrix"], tell, gain.matrix[0]!.length);
}

/** A row for each variable, of as many values (or `width`). */
function checkSize(
  matrix: readonly (readonly number[])[],
  dimension: number,
  path: readonly PropertyKey[],
  tell: Tell,
  width = dimension,
): void {
  if (matrix.length !== dimension) {
    tell(path, `has ${count(matrix.length, "row")}; need ${dimension}, one for each variable`);
  } else {
    checkRows(matrix, width, path, "as many in each row", tell);
  }
}

function checkOneOf(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: readonly PropertyKey[],
  tell: Tell,
): void {
  const found = known.filter((key) => given[key] !== undefined);
  if (found.length === 1) return;
  const has = found.length === 0 ? "none" : found.join(", ");
  tell(path, `has ${has}; need exactly one of ${known.join(", ")}`);
}

/** 3DVar moves one state without noise, so no variance of it can be learned. */
function checkNoiseOfOne(method: MethodFile, model: ModelFile | null, tell: Tell): void {
  const { kind } = method;
  if (kind !== "3dvar" && kind !== "3dvar-c" && kind !== "3dvar-k") return;
  for (const [section, noise] of [
    ["model", model?.processNoise],
    ["method", method.processNoise],
  ] as const) {
    const values = [noise?.variance ?? 0].flat();
    if (values.every((value) => typeof value === "number")) continue;
    tell(
      [section, "processNoise", "variance"],
      `is to be learned, and ${method.kind} moves its one state without noise; need a number, or ens3dvar or enkf`,
    );
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
  const lengths = {
    mean: countOf(mean),
    ...(Array.isArray(variance) && { variance: variance.length }),
  };
  for (const [key, n] of Object.entries(lengths)) {
    if (dimension === null || n === dimension) continue;
    const message = `has ${count(n, "value")}; need ${dimension}, one for each variable`;
    tell([...path, key], message);
  }
  if (model === null || !isPositive(model)) return;
  const notPositive = (start: number, ...place: PropertyKey[]): void => {
    if (start > 0) return;
    tell(
      [...path, "mean", ...place],
      `got ${start}; need more than 0, for ${model.kind} counts abundances`,
    );
  };
  if (!("learn" in mean)) {
    for (const [i, value] of mean.entries()) {
      notPositive(typeof value === "number" ? value : value.start, i);
    }
  } else if (Array.isArray(mean.start)) {
    for (const [i, start] of mean.start.entries()) notPositive(start, "start", i);
  } else {
    notPositive(mean.start, "start");
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
