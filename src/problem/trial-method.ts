/** A trial of a method of one's own: one cycle on a problem, and what is wrong with the results, in words. */
import { add, indices, mul, scope, sqrt, Tensor, tensor } from "../engine/index.js";
import { type Cycle, type Method, type MethodRecord, runCycle } from "../filters/index.js";
import { describeValue, startValues, type Use } from "../parts/index.js";
import { type Key, key as keyOf, split } from "../random/index.js";
import { boundMethod } from "./method.js";
import type { Prior } from "./record.js";
import { type BoundSystem, bindSystem, type StateSpace } from "./system.js";

type Given = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Given =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => {
  if (value instanceof Tensor) return `a tensor [${value.shape}]`;
  if (value === undefined) return "nothing";
  return typeof value === "function" ? "a function" : describeValue(value);
};

/**
 * Returns what is wrong with a method for a problem: with what its `build` gave, and with one cycle from the
 * prior at its start values; null if nothing is. Without a prior of its own the problem is tried about the
 * state where long runs of the model begin. A problem that itself has no finite numbers there is not tried.
 *
 * @throws what the code of the method throws.
 */
export function methodFault(
  method: Use<MethodRecord>,
  given: StateSpace,
  prior: Prior | null,
): string | null {
  const { climate } = method.record.needs(method.block);
  return scope(() => {
    const problem = problemOf(given, prior, climate);
    if (problem === null) return null;
    const { system, bound, cycle } = problem;
    const built: unknown = boundMethod(method, system, bound, startValues);
    return formFault(built) ?? cycleFault(built as Method<unknown>, bound, cycle, system.dimension);
  });
}

interface Problem {
  readonly system: StateSpace;
  readonly bound: BoundSystem;
  readonly cycle: Cycle & { readonly observation: NonNullable<Cycle["observation"]> };
}

/** Returns a problem with one cycle; null if its model or its operator fails there. */
function problemOf(
  given: StateSpace,
  prior: Prior | null,
  climate: readonly string[] | undefined,
): Problem | null {
  try {
    const { model } = bindSystem(given, startValues);
    const d = given.dimension;
    const logs = model.coordinates === "log";
    const start = model.start ?? new Array<number>(d).fill(logs ? 0 : 1);
    const guess = { mean: start.map((x) => (logs ? Math.exp(x) : x)), variance: 1 };
    const system = { ...given, prior: () => prior ?? guess };
    const bound = bindSystem(system, startValues);
    if (climate !== undefined) system.climate(["method", ...climate].join("."));
    const { transition } = bound.propagations([given.step])[0]!;
    const { observed } = given;
    const positions =
      observed.kind === "changing" ? indices(observed.draw(keyOf(given.seed))) : null;
    const empty = bound.observation({ y: tensor([0]), mask: null, positions });
    const hx = empty.operator.apply(transition.map(bound.prior.mean)); // [m]
    if (faultOf("h(x)", hx, [empty.operator.size]) !== null) return null;
    const error =
      typeof bound.variance === "number" ? Math.sqrt(bound.variance) : sqrt(bound.variance);
    const observation = { ...empty, y: add(hx, mul(0.5, error)) };
    return { system, bound, cycle: { transition, steps: 1, observation } };
  } catch {
    return null;
  }
}

/** Returns what is wrong with the form of a method. */
function formFault(built: unknown): string | null {
  const filter = "{ name, init, forecast, analyse, moments }";
  if (!isMap(built)) return `build gave ${shown(built)}; need a filter ${filter}`;
  if (typeof built.name !== "string") {
    return `build gave name: ${shown(built.name)}; need a text, the kind of the method`;
  }
  const smoother = "cycle" in built;
  const calls = smoother
    ? ["init", "cycle", "past", "moments"]
    : ["init", "forecast", "analyse", "moments"];
  const missing = calls.find((name) => typeof built[name] !== "function");
  if (missing !== undefined) {
    const need = smoother ? "{ name, init, lag, cycle, past, moments }" : filter;
    return `build gave ${missing}: ${shown(built[missing])}; need a function, one of ${need}`;
  }
  if (smoother && !(Number.isInteger(built.lag) && (built.lag as number) >= 0)) {
    return `build gave lag: ${shown(built.lag)}; need a whole number, at least 0`;
  }
  const extra = ["members", "smooth"].find(
    (name) => built[name] !== undefined && typeof built[name] !== "function",
  );
  if (extra !== undefined) return `build gave ${extra}: ${shown(built[extra])}; need a function`;
  const evidences = ["likelihood", "composite", "misfit"];
  return built.evidence === undefined || evidences.includes(built.evidence as string)
    ? null
    : `build gave evidence: ${shown(built.evidence)}; need "likelihood", "composite" or "misfit"`;
}

/** Returns what is wrong with the results of init and of one cycle. */
function cycleFault(
  method: Method<unknown>,
  { prior }: BoundSystem,
  cycle: Problem["cycle"],
  d: number,
): string | null {
  const [first, second] = split(keyOf(1)) as [Key, Key];
  const before = method.init(prior, first);
  if (before === undefined || before === null) {
    return `init gave ${shown(before)}; need the state before the first observation`;
  }
  const began = momentsFault(method, before, "the state of init", d);
  if (began !== null) return began;
  const m = cycle.observation.operator.size;
  if (!("cycle" in method)) {
    const forecast = method.forecast(before, cycle.transition, second);
    if (forecast === undefined || forecast === null) {
      return `forecast gave ${shown(forecast)}; need the state after a model step`;
    }
    const fault = momentsFault(method, forecast, "the forecast", d);
    if (fault !== null) return fault;
    const analysis: unknown = method.analyse(forecast, cycle.observation, second);
    if (!isMap(analysis) || analysis.state === undefined) {
      return `analyse gave ${isMap(analysis) ? "no state" : shown(analysis)}; need { state, logEvidence, innovation, chiSquare }`;
    }
    return (
      evidenceFault("analyse", analysis, m) ??
      momentsFault(method, analysis.state, "the analysis", d)
    );
  }
  const result: unknown = runCycle(method, before, cycle, second);
  if (!isMap(result) || result.forecast === undefined || result.analysis === undefined) {
    return `cycle gave ${isMap(result) ? "no forecast or no analysis" : shown(result)}; need { forecast, analysis, evidence }`;
  }
  if (!isMap(result.evidence)) {
    return `cycle gave evidence: ${shown(result.evidence)}; need { logEvidence, innovation, chiSquare }`;
  }
  return (
    evidenceFault("cycle", result.evidence, m) ??
    momentsFault(method, result.forecast, "the forecast", d) ??
    momentsFault(method, result.analysis, "the analysis", d)
  );
}

const evidenceFault = (who: string, evidence: Given, m: number): string | null =>
  faultOf(`${who} gave logEvidence`, evidence.logEvidence, []) ??
  faultOf(`${who} gave innovation`, evidence.innovation, [m]) ??
  faultOf(`${who} gave chiSquare`, evidence.chiSquare, []);

/** Returns what is wrong with mean and variance of a state, and with its members if there are any. */
function momentsFault(
  method: Method<unknown>,
  state: unknown,
  of: string,
  d: number,
): string | null {
  const moments: unknown = method.moments(state);
  if (!isMap(moments)) {
    return `moments gave ${shown(moments)} for ${of}; need { mean, variance }`;
  }
  const fault =
    faultOf(`moments gave for ${of} the mean`, moments.mean, [d]) ??
    faultOf(`moments gave for ${of} the variance`, moments.variance, [d]);
  if (fault !== null || method.members === undefined) return fault;
  const members: unknown = method.members(state);
  if (!isMap(members)) return `members gave ${shown(members)} for ${of}; need { values }`;
  const { values } = members;
  const N = values instanceof Tensor && values.shape.length === 2 ? values.shape[0]! : "N";
  return faultOf(`members gave for ${of} values`, values, [N, d]);
}

/** Returns what is wrong with a tensor that needs a shape and finite numbers. */
function faultOf(what: string, given: unknown, shape: readonly (number | string)[]): string | null {
  const fits =
    given instanceof Tensor &&
    given.shape.length === shape.length &&
    shape.every((n, i) => given.shape[i] === n);
  if (!fits) return `${what}: ${shown(given)}; need a tensor [${shape}]`;
  const bad = Array.from(given.data()).find((v) => !Number.isFinite(v));
  return bad === undefined ? null : `${what} with ${bad} in it; need finite numbers`;
}
