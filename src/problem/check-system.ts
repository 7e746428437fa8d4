/** What is wrong with a problem that a library call describes: told before anything runs. */
import {
  log,
  NumericError,
  ShapeError,
  scope,
  type Tensor,
  tensor,
  UsageError,
  zeros,
} from "../engine/index.js";
import { type BoundModel, readProcessNoise } from "../models/index.js";
import type { OperatorRecord } from "../observe/index.js";
import {
  counted,
  countOf,
  describeValue,
  startValues,
  type Use,
  type Values,
} from "../parts/index.js";
import type { Prior } from "./record.js";
import { boundModel, observationVariance, type StateSpace } from "./system.js";
import { modelFault, noiseFault, observedFault } from "./trial.js";

function fail(message: string): never {
  throw new UsageError(`stateSpace: ${message}.`);
}

/**
 * Tries a model on the mean of the prior, or where its long runs begin.
 *
 * @throws UsageError that says what the model gave and what is needed.
 */
export function checkModel(
  built: BoundModel,
  kind: string,
  step: number,
  prior: Prior | undefined,
): void {
  if (prior !== undefined && Number.isInteger(built?.dimension)) checkPrior(prior, built, kind);
  const state = prior && meanOf(prior, built);
  const fault = tried(() => modelFault(built, step, state));
  const where = state === undefined ? "" : " at the mean of the prior";
  if (fault !== null) fail(`the model "${kind}"${where}: ${fault}`);
}

/**
 * Checks the sizes of what is given beside the model, and tries the operator on the mean of the prior.
 *
 * @throws UsageError that says what was given and what is needed.
 */
export function checkSystem(
  system: StateSpace,
  operator: Use<OperatorRecord> | null,
  prior: Prior | undefined,
): void {
  scope(() => {
    const model = boundModel({ ...system, dtype: "f64" }, startValues);
    const { dimension: d } = model;
    checkProcessNoise(system, d);
    if (system.observed.kind === "components") checkOnce(system.observed.components);
    operator?.record.checkDimension?.(operator.block, d, (path, message) =>
      fail(`${[operator.record.kind, ...path.map(String)].join(".")}: ${message}`),
    );
    const state = prior && meanOf(prior, model);
    const { observed, view, noise } = system;
    const fault = tried(() => observedFault(observed, model, state), state === undefined);
    if (fault !== null) fail(`what is observed: ${fault.replace(/^build gave /, "")}`);
    const wrong = noiseFault(observationVariance(system, startValues), view.operator?.size ?? null);
    if (wrong !== null) fail(`the noise "${noise.record.kind}": ${wrong}`);
    return null;
  });
}

/** @throws UsageError unless prior and process noises are numbers, lists of them or values to be learned. */
export function checkForm({
  prior,
  ...noises
}: Readonly<Partial<Record<"prior" | "processNoise" | "filterProcessNoise", unknown>>>): void {
  for (const name of ["processNoise", "filterProcessNoise"] as const) {
    const given = noises[name];
    if (given === undefined || isValue(given) || isList(given, isValue) || isLearnedWhole(given))
      continue;
    fail(
      `${name} is ${describeValue(given)}; need a variance, one for each variable, or learned(start)`,
    );
  }
  if (prior === undefined) return;
  if (typeof prior !== "object" || prior === null) {
    fail(`the prior is ${describeValue(prior)}; need { mean: [0, 0], variance: 1 }`);
  }
  const { mean, variance, diffuse } = prior as Partial<Prior>;
  if (diffuse !== undefined && diffuse !== true && !isList(diffuse, isFlag)) {
    fail(
      `diffuse of the prior is ${describeValue(diffuse)}; need true, or a list of true and false`,
    );
  }
  if (mean !== undefined && !isList(mean, isValue) && !isLearnedWhole(mean)) {
    fail(
      `the mean of the prior is ${describeValue(mean)}; need a list of numbers or values to be learned`,
    );
  }
  if (variance !== undefined && typeof variance !== "number" && !isList(variance, isNumber)) {
    fail(
      `the variance of the prior is ${describeValue(variance)}; need a number, or a list of numbers`,
    );
  }
}

const isNumber = (x: unknown): boolean => typeof x === "number";
const isFlag = (x: unknown): boolean => typeof x === "boolean";
const isLearnedWhole = (x: unknown): boolean =>
  typeof x === "object" && x !== null && "learn" in x && "start" in x;
const isValue = (x: unknown): boolean => isNumber(x) || isLearnedWhole(x);
const isList = (x: unknown, of: (each: unknown) => boolean): boolean =>
  Array.isArray(x) && x.every(of);

/** The mean of a prior at its first values, in the variables that the state holds, [d]. */
function meanOf({ mean, diffuse }: Prior, { dimension, coordinates }: BoundModel): Tensor {
  if (diffuse === true) return zeros([dimension]);
  const starts = startsOf(mean, dimension);
  const natural = tensor(starts, { shape: [starts.length] });
  return coordinates === "log" ? log(natural) : natural;
}

/** The numbers that values begin with. */
function startsOf(values: Values, d: number): number[] {
  if (!("learn" in values)) return values.map((v) => (typeof v === "number" ? v : v.start));
  const { start } = values;
  return typeof start === "number" ? new Array<number>(d).fill(start) : [...start];
}

/**
 * What a trial found, errors of the operations in it included. At a state that is only a guess an
 * operator may have no finite value, and need not.
 */
function tried(trial: () => string | null, guess = false): string | null {
  try {
    return trial();
  } catch (error) {
    if (guess && error instanceof NumericError) return null;
    if (!(error instanceof NumericError || error instanceof ShapeError)) throw error;
    return error.message.replace(/\.$/, "");
  }
}

function checkPrior({ mean, variance, diffuse }: Prior, model: BoundModel, kind: string): void {
  if (diffuse === true) return;
  if (diffuse !== undefined && diffuse.length !== model.dimension) {
    const need = `need true, or ${model.dimension} of true and false, one for each variable of "${kind}"`;
    fail(`diffuse of the prior has ${counted(diffuse.length, "value")}; ${need}`);
  }
  for (const [name, part] of Object.entries({ mean, variance })) {
    if (part === undefined) fail(`the prior has no ${name}; need { mean: [0, 0], variance: 1 }`);
  }
  const { dimension: d, positive } = model;
  const need = `need ${d}, one for each variable of "${kind}"`;
  const starts = startsOf(mean, d);
  const n = "learn" in mean && countOf(mean) === 1 ? starts.length : countOf(mean);
  if (n !== d) fail(`the mean of the prior has ${counted(n, "value")}; ${need}`);
  const bad = starts.find((x) => !Number.isFinite(x) || (positive && x <= 0));
  if (bad !== undefined) {
    const why = positive ? ` above 0, for the variables of "${kind}" are positive` : "";
    fail(`the mean of the prior holds ${bad}; need finite numbers${why}`);
  }
  const variances = typeof variance === "number" ? [variance] : variance;
  if (typeof variance !== "number" && variance.length !== d) {
    fail(
      `the variance of the prior has ${counted(variance.length, "value")}; ${need}, or one number`,
    );
  }
  const wrong = variances.find((v) => !(Number.isFinite(v) && v >= 0));
  if (wrong !== undefined) fail(`the variance of the prior holds ${wrong}; need 0 or more`);
}

/** One value of a variable at a time: a second one would count as independent. */
function checkOnce(components: readonly number[]): void {
  const twice = components.find((i, k) => components.indexOf(i) < k);
  if (twice !== undefined) {
    fail(
      `variable ${twice} is observed twice; need each variable once, or an operator of your own`,
    );
  }
}

function checkProcessNoise(system: StateSpace, d: number): void {
  for (const name of ["processNoise", "filterProcessNoise"] as const) {
    const variance = readProcessNoise(system[name], d, startValues);
    if (variance === null) continue;
    const values = typeof variance === "number" ? [variance] : [...variance.data()];
    if (typeof variance !== "number" && variance.shape.length > 0 && values.length !== d) {
      const need = `need one number, or ${d}, one for each variable`;
      fail(`${name} has ${counted(values.length, "value")}; ${need}`);
    }
    const wrong = values.find((v) => !(Number.isFinite(v) && v >= 0));
    if (wrong !== undefined) fail(`${name} is ${wrong}; need a variance, 0 or more`);
  }
}
