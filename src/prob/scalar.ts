/**
 * Parameters: numbers, or tensors where they may be learned.
 *
 * A formula takes either. Where several have to stand in one vector or matrix, the functions here
 * put them there; what is made of numbers alone becomes one constant.
 */
import {
  add,
  type DType,
  div,
  exp,
  expandDims,
  mul,
  type Operand,
  reshape,
  ShapeError,
  sqrt,
  stack,
  sub,
  type Tensor,
  tensor,
} from "../engine/index.js";

export type Scalar = number | Tensor;

/** a x; a plain number if x is one. */
export const scale = (a: number, x: Scalar): Scalar => (typeof x === "number" ? a * x : mul(a, x));

/** √x; a plain number if x is one. */
export const root = (x: Scalar): Scalar => (typeof x === "number" ? Math.sqrt(x) : sqrt(x));

/** eˣ; a plain number if x is one. */
export const exponential = (x: Scalar): Scalar => (typeof x === "number" ? Math.exp(x) : exp(x));

/** An operation of two operands that gives a plain number for plain numbers. */
const lifted =
  (operation: (a: Operand, b: Operand) => Tensor, plain: (a: number, b: number) => number) =>
  (a: Scalar, b: Scalar): Scalar =>
    typeof a === "number" && typeof b === "number" ? plain(a, b) : operation(a, b);

export const plus = lifted(add, (a, b) => a + b);
export const minus = lifted(sub, (a, b) => a - b);
export const times = lifted(mul, (a, b) => a * b);
export const over = lifted(div, (a, b) => a / b);

/** Variances, a number, [] or [..., d], as rows beside members: [..., 1, d]. */
export const asRow = (x: Scalar): Scalar =>
  typeof x === "number" || x.shape.length === 0 ? x : expandDims(x, -2);

export const asTensor = (x: Scalar, dtype: DType = "f64"): Tensor =>
  typeof x === "number" ? tensor(x, { dtype }) : x;

/** A matrix by its rows. */
export type Rows = readonly (readonly Scalar[])[];

/** Numbers and scalar tensors → [n]; numbers take the dtype of the tensors beside them. */
export function vectorOf(entries: readonly Scalar[]): Tensor {
  const first = entries.find((x) => typeof x !== "number");
  if (first === undefined) return tensor(entries as readonly number[]);
  return stack(
    entries.map((x) => reshape(asTensor(x, first.dtype), [])),
    0,
  );
}

/** Rows of numbers and scalar tensors → [n, k] */
export function matrixOf(rows: Rows): Tensor {
  const k = rows[0]?.length ?? 0;
  for (const row of rows) {
    if (row.length !== k) {
      throw new ShapeError(
        `matrixOf: rows of ${rows.map((r) => r.length).join(", ")} entries; need as many in each.`,
      );
    }
  }
  return reshape(vectorOf(rows.flat()), [rows.length, k]);
}
