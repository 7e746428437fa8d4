/** What is wrong with a method for a problem, in library calls. */
import { scope, Tensor, UsageError } from "../engine/index.js";
import { exactNeed } from "../filters/index.js";
import { isExact } from "../observe/index.js";
import { describeValue, type NamedTensors, startValues } from "../parts/index.js";
import { type AnyMethod, expectMethod, isMethodUse } from "./method.js";
import { boundModel, expectProblem, observationVariance, type StateSpace } from "./system.js";

/** @throws UsageError unless values are tensors by name, as those of a fit. */
export function checkValues(who: string, values: NamedTensors | undefined): void {
  if (values === undefined) return;
  const entries = typeof values === "object" && values !== null ? Object.entries(values) : null;
  const wrong = entries?.find(([, x]) => !(x instanceof Tensor));
  if (entries !== null && wrong === undefined) return;
  const what = wrong === undefined ? "values is" : `values["${wrong[0]}"] is`;
  throw new UsageError(
    `${who}: ${what} ${describeValue(wrong === undefined ? values : wrong[1])}; need tensors by name, such as the values of a fit.`,
  );
}

/**
 * Checks that it is a method, and that the problem has what its record needs; `who` asks.
 *
 * @throws UsageError that says what the method needs and what to do without it.
 */
export function checkMethod(who: string, method: AnyMethod, system: StateSpace): void {
  expectProblem(who, system);
  const fail = (message: string): never => {
    throw new UsageError(`${who}: ${message}.`);
  };
  expectMethod(who, method);
  if (!isMethodUse(method)) return;
  const { record, block } = method;
  const { kind } = record;
  const needs = record.needs(block);
  const { observed, view, noise } = system;
  const model = scope(() => {
    const { linear = false, geometry, support } = boundModel(system, startValues);
    const { kind } = system.model.record;
    return { kind, linear, support, hasPositions: geometry !== undefined };
  });
  if (needs.linearModel && !model.linear) {
    fail(`${kind} needs a linear model; for ${model.kind} ${needs.linearModel}`);
  }
  if (needs.realStates && model.support === "positive") {
    fail(
      `${kind} needs states with Gaussian noise, and those of ${model.kind} are kept above zero; ${needs.realStates}`,
    );
  }
  if (needs.normalErrors && view.transform !== "identity") {
    fail(`${kind} needs normal noise; for ${noise.record.kind} noise ${needs.normalErrors}`);
  }
  if (needs.linearObservations && view.operator !== null && !view.operator.linear) {
    fail(
      `${kind} needs observations that are linear in the state, and "${view.operator.name}" is not; ${needs.linearObservations}`,
    );
  }
  if (needs.positions && (!model.hasPositions || observed.kind === "operator")) {
    const lacks = model.hasPositions ? "what an operator gives has" : `those of ${model.kind} have`;
    fail(`${kind} needs variables with positions, and ${lacks} none; ${needs.positions}`);
  }
  if (system.diffuse && !record.takesDiffuse) {
    fail(
      `${kind} needs a mean and a variance of each variable, and some are diffuse; take kalman or rts`,
    );
  }
  const exact = scope(() => isExact(observationVariance(system, startValues)));
  if (exact && !record.takesExact?.(block)) fail(`the noise is 0; ${kind} ${exactNeed}`);
  record.checkDimension?.(block, system.dimension, (path, message) =>
    fail(`${[kind, ...path.map(String)].join(".")}: ${message}`),
  );
}
