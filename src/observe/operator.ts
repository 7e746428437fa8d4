/**
 * Observation operators: what an instrument sees of a state, h: [..., d] → [..., m].
 *
 * Components are gathered, not multiplied out; a matrix stands for any other linear view. An
 * operator also says its matrix where it is linear, since the Kalman filter needs it, and null
 * where it is not.
 */
import {
  exp,
  gather,
  indices,
  log,
  matvec,
  ShapeError,
  type Tensor,
  tensor,
} from "../engine/index.js";

export interface Operator {
  readonly name: string;
  /** m */
  readonly size: number;
  /** True if h(x) = H x. */
  readonly linear: boolean;
  /** The components seen, if h does nothing but pick them: H C Hᵀ is then a part of H C. */
  readonly components: readonly number[] | null;
  /** h(x), [..., d] → [..., m] */
  apply(x: Tensor): Tensor;
  /** H [m, d] of a linear operator; null if it is not linear. */
  matrix(d: number): Tensor | null;
}

/** h(x) = (x_i) for the components i given, in that order. */
export function observeComponents(components: readonly number[]): Operator {
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
export const observeAll = (d: number): Operator =>
  observeComponents(Array.from({ length: d }, (_, i) => i));

/** h(x) = H x, H [m, d]. */
export function observeMatrix(H: Tensor): Operator {
  const [m, columns] = H.shape;
  if (H.shape.length !== 2 || m === undefined) {
    throw new ShapeError(`observeMatrix: H is [${H.shape}]; need [m, d], a row per observation.`);
  }
  const check = (d: number | undefined) => {
    if (d === columns) return;
    throw new ShapeError(
      `observeMatrix: the state has ${d} components, H is [${H.shape}]; need a column of H per component.`,
    );
  };
  return {
    name: "matrix",
    size: m,
    linear: true,
    components: null,
    apply: (x) => {
      check(x.shape.at(-1));
      return matvec(H, x);
    },
    matrix: (d) => {
      check(d);
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

const transformed = (
  name: string,
  components: readonly number[],
  transform: (x: Tensor) => Tensor,
): Operator => ({
  name,
  size: components.length,
  linear: false,
  components: null,
  apply: (x) => transform(pick(x, components)),
  matrix: () => null,
});

function pick(x: Tensor, components: readonly number[]): Tensor {
  checkComponents(components, x.shape.at(-1) ?? 0);
  const all = components.length === x.shape.at(-1) && components.every((i, j) => i === j);
  return all ? x : gather(x, indices(components), -1);
}

function checkComponents(components: readonly number[], d: number): void {
  for (const i of components) {
    if (Number.isInteger(i) && i >= 0 && i < d) continue;
    throw new ShapeError(
      `observe: component ${i} of a state of ${d}; need whole numbers from 0 to ${d - 1}.`,
    );
  }
}
