/**
 * Observation operators: what an instrument sees of a state, h: [..., d] → [..., m].
 *
 * Components are gathered or, side by side, sliced, not multiplied out; a matrix stands for any other linear view. An
 * operator also says its matrix where it is linear, since the Kalman filter needs it, and null
 * where it is not.
 *
 * Components that change from one time to the next are positions in a tensor: a captured window
 * takes them as its input, and one program serves every choice of as many components.
 */
import {
  cast,
  exp,
  gather,
  indices,
  log,
  matmul,
  matvec,
  ones,
  reshape,
  ShapeError,
  sameShape,
  scatterAdd,
  slice,
  Tensor,
  tensor,
  UsageError,
} from "../engine/index.js";
import { checkCount, describeValue, mostCounted } from "../parts/index.js";
import { expectParts, expectRank } from "../prob/index.js";

export interface Operator {
  readonly name: string;
  /** m */
  readonly size: number;
  /** True if h(x) = H x. */
  readonly linear: boolean;
  /** The components seen, if h does nothing but pick them: H C Hᵀ is then a part of H C. */
  readonly components: readonly number[] | Tensor | null;
  /** h(x), [..., d] → [..., m] */
  apply(x: Tensor): Tensor;
  /** H [m, d] of a linear operator, [..., m, d] of positions [..., m]; null if it is not linear. */
  matrix(d: number): Tensor | null;
  /**
   * How far observations a lie from b, [..., m] and [..., m] → [..., m]; it broadcasts as `sub` does.
   * The difference of two angles is wrapped into (−π, π]. Every filter and smoother forms its
   * innovations, and the anomalies of h(E) where h is not linear, by it. @defaultValue a − b
   */
  difference?(a: Tensor, b: Tensor): Tensor;
}

/** h(x) = (x_i) for the components i given, in that order. */
export function observeComponents(components: readonly number[]): Operator {
  checkListed("observeComponents", components);
  const m = components.length;
  return {
    name: "components",
    size: m,
    linear: true,
    components,
    apply: (x) => pick(x, components),
    matrix: (d) => {
      checkComponents(components, d);
      return tensor(
        components.map((i) => Array.from({ length: d }, (_, j) => Number(i === j))),
        { shape: [m, d] },
      );
    },
  };
}

/** h(x) = x for a state of d components. */
export function observeAll(d: number): Operator {
  checkCount("observeAll", "the number of variables", d, 1, mostCounted);
  return observeComponents(Array.from({ length: d }, (_, i) => i));
}

/**
 * h(x) = (x_i) for the positions i in an i32 tensor [m], or [..., m] with the leading axes of the
 * states; d is the size of a state.
 */
export function observeIndices(positions: Tensor, d: number): Operator {
  checkCount("observeIndices", "the number of variables", d, 1, mostCounted);
  const m = positions instanceof Tensor ? positions.shape.at(-1) : undefined;
  if (m === undefined || positions.dtype !== "i32") {
    throw new ShapeError(
      `observeIndices: the positions are ${shown(positions)}; need i32, [m] or [..., m]. Make them with indices().`,
    );
  }
  return {
    name: "indices",
    size: m,
    linear: true,
    components: positions,
    apply: (x) => {
      checkSize("observeIndices", x.shape.at(-1), d);
      const lead = positions.shape.slice(0, -1);
      if (!sameShape(lead, x.shape.slice(0, lead.length)) || lead.length >= x.shape.length) {
        throw new ShapeError(
          `observeIndices: the positions are [${positions.shape}] for states [${x.shape}]; need [m], or [..., m] with the leading axes of the states.`,
        );
      }
      return gather(x, positions, -1);
    },
    matrix: (columns) => {
      checkSize("observeIndices", columns, d);
      const at = reshape(positions, [...positions.shape, 1]);
      return scatterAdd(ones(at.shape), at, d, -1);
    },
  };
}

/** H X for X [d, n]: the rows of a matrix that a linear operator sees, [m, n] or [..., m, n]. */
export function rowsSeen(operator: Operator, X: Tensor): Tensor {
  expectParts("rowsSeen", "the operator", operator, ["components", "matrix"]);
  const { components } = operator;
  expectRank("rowsSeen", "the matrix", X, 2, "[d, n]");
  const [d, n] = X.shape as [number, number];
  if (components === null) {
    const H = operator.matrix(d);
    if (H !== null) return matmul(cast(H, X.dtype), X);
    throw new UsageError(
      `observe: the operator "${operator.name}" is not linear; it has no rows of a matrix. Take what it sees as the state.`,
    );
  }
  if (!(components instanceof Tensor)) return pick(X, components, 0);
  const all = reshape(components, [-1]);
  return reshape(gather(X, all, 0), [...components.shape, n]);
}

/** h(x) = H x, H [m, d]. */
export function observeMatrix(H: Tensor): Operator {
  const [m, columns] = H instanceof Tensor && H.dtype !== "i32" ? H.shape : [];
  if (m === undefined || columns === undefined || H.shape.length !== 2) {
    throw new ShapeError(`observeMatrix: H is ${shown(H)}; need [m, d], a row per observation.`);
  }
  return {
    name: "matrix",
    size: m,
    linear: true,
    components: null,
    apply: (x) => {
      checkSize("observeMatrix", x.shape.at(-1), columns);
      return matvec(cast(H, x.dtype), x);
    },
    matrix: (d) => {
      checkSize("observeMatrix", d, columns);
      return H;
    },
  };
}

/** h(x) = log x_i: abundances under multiplicative noise, y = log(x e^η). */
export const observeLog = (components: readonly number[]): Operator =>
  transformed("log", components, log);

/** h(z) = e^z_i: abundances of a state that holds their logarithms. */
export const observeExp = (components: readonly number[]): Operator =>
  transformed("exp", components, exp);

function transformed(
  name: "log" | "exp",
  components: readonly number[],
  transform: (x: Tensor) => Tensor,
): Operator {
  checkListed(name === "log" ? "observeLog" : "observeExp", components);
  return {
    name,
    size: components.length,
    linear: false,
    components: null,
    apply: (x) => transform(pick(x, components)),
    matrix: () => null,
  };
}

function pick(x: Tensor, components: readonly number[], axis = -1): Tensor {
  expectRank("observe", "the state", x, 1, "[..., d]");
  const d = x.shape.at(axis) ?? 0;
  checkComponents(components, d);
  const [first = 0] = components;
  const m = components.length;
  const adjacent = m > 0 && components.every((i, j) => i === first + j);
  return adjacent ? slice(x, axis, first, first + m) : gather(x, indices(components), axis);
}

function checkSize(who: string, given: number | undefined, d: number): void {
  if (given === d) return;
  throw new ShapeError(
    `${who}: the state has ${given} components; need ${d}, the columns of the operator.`,
  );
}

const shown = (x: unknown): string => (x instanceof Tensor ? String(x) : describeValue(x));

/** Throws a UsageError unless it is a list of positions. */
function checkListed(who: string, components: readonly number[]): void {
  const fits = (i: unknown) => Number.isInteger(i) && (i as number) >= 0;
  if (Array.isArray(components) && components.every(fits)) return;
  const bad = Array.isArray(components) ? components.find((i) => !fits(i)) : null;
  const given =
    bad === null ? `the components are ${describeValue(components)}` : `component ${bad}`;
  throw new UsageError(`${who}: ${given}; need a list of variables, whole numbers from 0 on.`);
}

function checkComponents(components: readonly number[], d: number): void {
  for (const i of components) {
    if (Number.isInteger(i) && i >= 0 && i < d) continue;
    throw new ShapeError(
      `observe: component ${i} of a state of ${d}; need whole numbers from 0 to ${d - 1}.`,
    );
  }
}
