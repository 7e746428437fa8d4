import { exactNeed, type MethodNeeds } from "../../filters/index.js";
import type { ProcessNoise } from "../../models/index.js";
import { noises } from "../../observe/index.js";
import { counted, countOf, isLearned, type Values } from "../../parts/index.js";
import type { ModelFacts } from "../../problem/index.js";
import { type Binding, sizeOf } from "./binding.js";
import type { MethodSection, Sections, Tell } from "./check.js";

/** Checks the method against the model and the noise of the observations. */
export function checkMethod(
  method: MethodSection,
  sections: Sections,
  binding: Binding,
  hasGaps: boolean,
  tell: Tell,
): void {
  const { model, observations } = sections;
  const dimension = binding.model?.dimension ?? null;
  checkNeeds(method, sections, binding, hasGaps, tell);
  if (dimension !== null) {
    const values = binding.observed === null ? undefined : sizeOf(binding.observed);
    const tellOf = (path: readonly PropertyKey[], message: string) =>
      tell(["method", ...path], message);
    method.record.checkDimension?.(method.block, dimension, tellOf, values);
  }
  checkExact(method, observations, tell);
  checkInitial(method, model?.record.kind ?? "", binding.model, tell);
  const real = observations?.file != null;
  const diffuse = (message: string) => tell(["method", "initial", "diffuse"], message);
  if (method.initial?.diffuse !== undefined && !method.record.takesDiffuse) {
    diffuse(
      `${method.record.kind} needs a mean and a variance of each variable; need kalman or rts`,
    );
  } else if (method.initial?.diffuse !== undefined && !real) {
    diffuse(
      "the truth of a twin is drawn from the prior; need a mean and a variance of each variable",
    );
  }
  if (real && method.initial === null) {
    tell(
      ["method", "initial"],
      "missing; a real record needs { mean: [...], variance: … }, the state before its first time",
    );
  }
  if (model?.processNoise && method.processNoise && (real || hasTruth(method.processNoise))) {
    tell(["method", "processNoise"], "is also given under model; need it only once");
  }
  for (const [section, given] of [
    ["model", model],
    ["method", method],
  ] as const) {
    const variance: unknown = given?.processNoise?.variance;
    if (!Array.isArray(variance) || dimension === null || variance.length === dimension) continue;
    const message = `has ${counted(variance.length, "value")}; need ${dimension}, one for each variable`;
    tell([section, "processNoise", "variance"], message);
  }
}

/** Tells whether a value has a truth at any depth. */
export const hasTruth = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  ("truth" in value || Object.values(value).some(hasTruth));

/** Reports the needs of the method that the problem does not meet. */
function checkNeeds(
  method: MethodSection,
  sections: Sections,
  binding: Binding,
  hasGaps: boolean,
  tell: Tell,
): void {
  const { kind } = method.record;
  const needs: MethodNeeds = method.record.needs(method.block);
  const lacks = (message: string, key = "kind") => tell(["method", key], message);
  const { model, observed } = binding;
  const modelKind = sections.model?.record.kind;
  const noise = (sections.observations?.twin ?? sections.observations?.file)?.noise?.record;

  if (needs.linearModel && model !== null && !model.linear) {
    lacks(`${kind} needs a linear model; for ${modelKind} ${needs.linearModel}`);
  }
  const wrongErrors = needs.normalErrors && noise != null && noise.transform !== "identity";
  if (wrongErrors) {
    lacks(`${kind} needs normal noise; for ${noise.kind} noise ${needs.normalErrors}`);
  }
  if (needs.realStates && model?.support === "positive") {
    lacks(
      `${kind} needs states with Gaussian noise, and those of ${modelKind} are kept above zero; ${needs.realStates}`,
    );
  }
  const changing = observed?.kind === "changing";
  if (needs.fixedObservations && (changing || hasGaps)) {
    const why = changing ? "here they change with time" : "the record has gaps";
    lacks(
      `${kind} needs the same variables observed at every time; ${why}. ${sentence(needs.fixedObservations)}`,
    );
  }
  if (needs.positions) {
    const key = method.block.taper === undefined ? "kind" : "taper";
    if (model !== null && model.geometry === undefined) {
      lacks(
        `depends on distances, but the variables of ${modelKind} have no positions; need a model whose variables have positions, ${needs.positions}`,
        key,
      );
    } else if (observed?.kind === "operator") {
      lacks(
        `needs observations of single variables, because values of an operator have no positions. Observe single variables, ${needs.positions}`,
        key,
      );
    }
  }
  // Noise that the method cannot have is told once.
  if (needs.linearObservations && !wrongErrors && model !== null && noise !== undefined) {
    const suits = linearWith(binding, sections);
    if (suits !== null && !suits.transforms.includes(noise.transform)) {
      lacks(
        `${kind} needs observations that are linear in the state: ${suits.words}. For others ${needs.linearObservations}`,
      );
    }
  }
  const given = sections.method?.processNoise ?? sections.model?.processNoise ?? null;
  const section = sections.method?.processNoise == null ? "model" : "method";
  if (needs.processNoise && isNone(given)) {
    lacks(`${kind} needs process noise of the model; without it ${needs.processNoise}`);
  }
  if (needs.noProcessNoise && !isNone(given)) {
    tell(
      [section, "processNoise"],
      `given, but ${kind} needs a model without; ${needs.noProcessNoise}`,
    );
  }
  if (needs.givenProcessNoise) {
    for (const section of ["model", "method"] as const) {
      const given = sections[section]?.processNoise;
      if (!isLearned(given)) continue;
      tell(
        [section, "processNoise", "variance"],
        `is to be learned, but ${kind} forecasts one state without noise; ${needs.givenProcessNoise}`,
      );
    }
  }
}

/** Tells whether there is no process noise: none is given, or all of its variances are 0. */
const isNone = (noise: ProcessNoise | null): boolean =>
  noise === null || [noise.variance].flat().every((variance) => variance === 0);

/** Reports errors of 0 that the method cannot have. */
function checkExact(
  { record: { kind, takesExact }, block }: MethodSection,
  observations: Sections["observations"],
  tell: Tell,
): void {
  const source = observations?.twin ?? observations?.file;
  if (source?.noise == null || takesExact?.(block)) return;
  const { noise, noisePath } = source;
  for (const [name, key] of Object.entries(noise.record.parameters)) {
    const given = noise.block[name];
    if (key.type !== "spread" || ![given].flat().includes(0)) continue;
    const path = Array.isArray(given) ? [name, given.indexOf(0)] : [name];
    tell([...noisePath, ...path], `got 0; ${kind} ${exactNeed}`);
  }
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Returns the transforms of values with which observations are linear in the state; null: unknown. */
function linearWith({ model, observed }: Binding, { model: section }: Sections) {
  if (observed?.kind === "operator") {
    return observed.operator.linear
      ? { transforms: ["identity"], words: "normal noise" }
      : { transforms: [], words: `those of ${observed.operator.name} are not` };
  }
  if (model === null) return null;
  const transform = model.coordinates === "log" ? "log" : "identity";
  const kinds = noises.filter((each) => each.transform === transform).map(({ kind }) => kind);
  const { coordinates } = section?.block ?? {};
  const where = typeof coordinates === "string" ? ` with coordinates: ${coordinates}` : "";
  return { transforms: [transform], words: `${kinds.join(" or ")} noise${where}` };
}

function checkInitial(
  { initial }: MethodSection,
  kind: string,
  model: ModelFacts | null,
  tell: Tell,
): void {
  if (initial === null || model === null) return;
  const { mean, variance, diffuse } = initial;
  if (diffuse === true) return;
  const lengths = {
    mean: countOf(mean),
    ...(Array.isArray(variance) && { variance: variance.length }),
    ...(diffuse && { diffuse: diffuse.length }),
  };
  for (const [key, n] of Object.entries(lengths)) {
    if (n === model.dimension) continue;
    const message = `has ${counted(n, "value")}; need ${model.dimension}, one for each variable`;
    tell(["method", "initial", key], message);
  }
  if (model.positive) checkPositive(mean, kind, tell);
}

/** Checks the mean of variables that are above zero. */
function checkPositive(mean: Values, kind: string, tell: Tell): void {
  const check = (start: number, ...index: PropertyKey[]): void => {
    if (start > 0) return;
    const message = `got ${start}; need more than 0, because the variables of ${kind} are above zero`;
    tell(["method", "initial", "mean", ...index], message);
  };
  if (!("learn" in mean)) {
    for (const [i, value] of mean.entries()) {
      check(typeof value === "number" ? value : value.start, i);
    }
    return;
  }
  const { start } = mean;
  if (typeof start === "number") check(start, "start");
  else for (const [i, each] of start.entries()) check(each, "start", i);
}
