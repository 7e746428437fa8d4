/** What is wrong with a method for a problem, in library calls. */
import { scope, UsageError } from "../engine/index.js";
import { exactNeed } from "../filters/index.js";
import { isExact } from "../observe/index.js";
import { startValues } from "../parts/index.js";
import { type AnyMethod, isMethodUse } from "./method.js";
import { boundModel, observationVariance, type StateSpace } from "./system.js";

/**
 * Checks that it is a method, and that the problem has what its record needs; `who` asks.
 *
 * @throws UsageError that says what the method needs and what to do without it.
 */
export function checkMethod(who: string, method: AnyMethod, system: StateSpace): void {
  const fail = (message: string): never => {
    throw new UsageError(`${who}: ${message}.`);
  };
  if (typeof method !== "object" || method === null || !("init" in method || "record" in method)) {
    const isRecord = typeof method === "object" && method !== null && "needs" in method;
    const given = isRecord ? `the record of ${(method as { kind: string }).kind}` : "no method";
    fail(
      `got ${given}; need a method such as etkf({ members: 24 }), or a record in use: use(etkfRecord, { members: 24 })`,
    );
  }
  if (!isMethodUse(method)) return;
  const { record, block } = method;
  const { kind } = record;
  const needs = record.needs(block);
  const { observed, view, noise } = system;
  const model = scope(() => {
    const { linear = false, geometry } = boundModel(system, startValues);
    return { kind: system.model.record.kind, linear, hasPositions: geometry !== undefined };
  });
  if (needs.linearModel && !model.linear) {
    fail(`${kind} needs a linear model; for ${model.kind} ${needs.linearModel}`);
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
