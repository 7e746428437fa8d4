/**
 * Trials of parts of one's own: one step, one observation, one variance; what is wrong with them, in words.
 * Experiment files try the parts that their files name, `stateSpace` those that it is given.
 */
import { cast, matvec, mul, reshape, stack, Tensor, tensor } from "../engine/index.js";
import type { BoundModel } from "../models/index.js";
import type { Observed, Operator } from "../observe/index.js";
import { describeValue } from "../parts/index.js";

type Given = Readonly<Record<string, unknown>>;

/** What is known of a model once it is built. */
export type ModelFacts = Omit<BoundModel, "step">;

const isMap = (value: unknown): value is Given =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isWhole = (value: unknown): value is number => Number.isInteger(value);

const shown = (value: unknown): string => {
  if (value instanceof Tensor) return `a tensor [${value.shape}]`;
  if (value === undefined) return "nothing";
  return typeof value === "function" ? "a function" : describeValue(value);
};

/**
 * What is wrong with what `build` of a model gave, and with one step of one state and of two. `state` is
 * the state to try it on, [d]. @defaultValue where its long runs begin
 */
export function modelFault(built: unknown, length: number, state?: Tensor): string | null {
  if (!isMap(built)) {
    return `build gave ${shown(built)}; need { name, dimension, time, support, step }`;
  }
  const { dimension: d, variables, geometry, start, step } = built;
  const wrong = (name: string, need: string) =>
    `build gave ${name}: ${shown(built[name])}; need ${need}`;
  if (typeof built.name !== "string") return wrong("name", "a text, the kind of the model");
  if (!isWhole(d) || d < 1) return wrong("dimension", "a whole number, the number of variables");
  if (!["continuous", "discrete"].includes(built.time as string)) {
    return wrong("time", `"continuous" or "discrete"`);
  }
  if (!["real", "positive"].includes(built.support as string)) {
    return wrong("support", `"real" or "positive"`);
  }
  if (variables !== undefined && !hasLength(variables, d)) {
    return wrong("variables", `a list of ${d} names`);
  }
  if (start !== undefined && !hasLength(start, d)) return wrong("start", `a list of ${d} numbers`);
  if (geometry !== undefined && !(isMap(geometry) && hasLength(geometry.positions, d))) {
    return wrong("geometry", `{ domain, positions } with ${d} positions`);
  }
  if (typeof step !== "function")
    return wrong("step", "a function (length) => { map, noise: null }");
  const transition: unknown = step(length);
  if (!isMap(transition) || typeof transition.map !== "function") {
    return `step(${length}) gave ${shown(transition)}; need { map: (x) => …, noise: null }`;
  }
  if (transition.noise !== null) {
    return `step(${length}) gave noise: ${shown(transition.noise)}; need null, for processNoise of the file adds it`;
  }
  const { matrix, map } = transition;
  if (built.linear === true && !(matrix instanceof Tensor && sameShape(matrix, [d, d]))) {
    return `step(${length}) of a linear model gave matrix: ${shown(matrix)}; need a tensor [${d},${d}]`;
  }
  return mapFault(
    `map of step(${length})`,
    map as (x: Tensor) => unknown,
    state ?? stateOf(built, d),
    d,
  );
}

const hasLength = (list: unknown, n: number): boolean => Array.isArray(list) && list.length === n;

const sameShape = (x: Tensor, shape: readonly number[]): boolean =>
  x.shape.length === shape.length && shape.every((n, i) => x.shape[i] === n);

/** A state to try a part on, [d]. */
function stateOf({ start, coordinates }: Given, d: number): Tensor {
  const values = start ?? Array.from({ length: d }, () => (coordinates === "log" ? 0 : 1));
  return reshape(tensor(values as number[]), [d]);
}

/** What is wrong with a function of states [..., d] → [..., m]. */
function mapFault(what: string, map: (x: Tensor) => unknown, x: Tensor, m: number): string | null {
  for (const [state, shape] of [
    [x, [m]],
    [stack([x, x]), [2, m]],
  ] as const) {
    const result = map(state);
    const given = `${what} gave ${shown(result)} for a state [${state.shape}]`;
    if (!(result instanceof Tensor)) return `${given}; need a tensor [${shape}]`;
    if (!sameShape(result, shape)) {
      return `${given}; need [${shape}]. Write it for any leading axes: [..., ${x.shape[0]}]`;
    }
    const bad = Array.from(result.data()).find((v) => !Number.isFinite(v));
    if (bad !== undefined)
      return `${what} gave ${bad} for the state [${x.data()}]; need finite numbers`;
  }
  return null;
}

/** What is wrong with what `build` of an operator gave, and with what it observes of a state. */
export function observedFault(
  observed: Observed,
  model: ModelFacts,
  state?: Tensor,
): string | null {
  const { dimension: d } = model;
  const given: unknown = observed;
  const kinds = `{ kind: "components", components }, { kind: "changing", size, draw } or { kind: "operator", operator }`;
  if (!isMap(given)) return `build gave ${shown(given)}; need ${kinds}`;
  switch (observed.kind) {
    case "components": {
      const { components } = given;
      const fits =
        Array.isArray(components) &&
        components.length > 0 &&
        components.every((i) => isWhole(i) && i >= 0 && i < d);
      return fits
        ? null
        : `build gave components: ${JSON.stringify(components)}; need whole numbers from 0 to ${d - 1}`;
    }
    case "changing":
      return isWhole(given.size) && typeof given.draw === "function"
        ? null
        : `build gave size: ${shown(given.size)}, draw: ${shown(given.draw)}; need a whole number and a function (key) => variables`;
    case "operator": {
      const { operator, names } = given;
      if (!isMap(operator))
        return `build gave operator: ${shown(operator)}; need { name, size, linear, components: null, apply, matrix }`;
      const { size, apply, matrix } = operator;
      if (!isWhole(size) || size < 1)
        return `build gave operator.size: ${shown(size)}; need the number of values observed`;
      if (typeof apply !== "function")
        return `build gave operator.apply: ${shown(apply)}; need a function (x) => what is observed`;
      if (typeof matrix !== "function")
        return `build gave operator.matrix: ${shown(matrix)}; need a function (d) => H, or null where it is not linear`;
      if (names !== undefined && !hasLength(names, size))
        return `build gave names: ${shown(names)}; need a list of ${size}`;
      const x = state ?? stateOf(model as unknown as Given, d);
      return (
        operatorFault(operator, d) ??
        mapFault("operator.apply", apply as (x: Tensor) => unknown, x, size) ??
        linearFault(observed.operator, x)
      );
    }
    default:
      return `build gave kind: ${shown(given.kind)}; need ${kinds}`;
  }
}

/** What is wrong with what an operator says of itself: `components`, and `linear` beside its matrix. */
function operatorFault({ size, components, linear, matrix }: Given, d: number): string | null {
  const wrong = (name: string, value: unknown, need: string) =>
    `build gave operator.${name}: ${shown(value)}; need ${need}`;
  if (!(components === null || Array.isArray(components) || components instanceof Tensor)) {
    return wrong("components", components, "null, or the positions of the variables observed");
  }
  if (typeof linear !== "boolean") return wrong("linear", linear, "true or false");
  const H = (matrix as (d: number) => unknown)(d);
  const given = `operator.linear is ${linear}, but operator.matrix(${d}) gave ${H === null ? "null" : shown(H)}`;
  if (!linear) return H === null ? null : `${given}; need null, or linear: true`;
  const fits = H instanceof Tensor && sameShape(H, [size as number, d]);
  return fits ? null : `${given}; need a tensor [${size},${d}], or linear: false`;
}

/** What is wrong with an operator that says it is linear: h(x) = H x at x and 2x, to rounding in f32. */
function linearFault(operator: Operator, x: Tensor): string | null {
  const H = operator.linear ? operator.matrix(x.shape[0]!) : null;
  if (H === null) return null;
  for (const state of [x, mul(2, x)]) {
    const [hx, Hx] = [
      operator.apply(state).data(),
      matvec(cast(H, state.dtype as "f64"), state).data(),
    ];
    const largest = Math.max(1, ...Array.from(Hx, Math.abs));
    const j = hx.findIndex((v, i) => Math.abs(v - Hx[i]!) > 1e-5 * largest);
    if (j < 0) continue;
    return `operator.linear is true, but operator.apply gave ${hx[j]} for the state [${state.data()}] where its matrix gives ${Hx[j]}; need the same, or linear: false and matrix: () => null`;
  }
  return null;
}

/** What is wrong with the variance that a noise gave for `size` values; null: their number is unknown. */
export function noiseFault(variance: unknown, size: number | null): string | null {
  const given = `variance gave ${shown(variance)}`;
  if (typeof variance !== "number" && !(variance instanceof Tensor)) {
    return `${given}; need a number or a tensor`;
  }
  const values = typeof variance === "number" ? [variance] : Array.from(variance.data());
  const m = size ?? values.length;
  const fits =
    typeof variance === "number" || variance.shape.length === 0 || sameShape(variance, [m]);
  if (!fits) return `${given}; need one number, [] or [${m}]`;
  const bad = values.find((v) => !(v >= 0 && Number.isFinite(v)));
  return bad === undefined ? null : `variance gave ${bad}; need finite numbers, 0 or more`;
}
