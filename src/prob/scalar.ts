/**
 * Scalar parameters: numbers, or tensors where they may be learned.
 *
 * Formulas take either. The functions here compute with both and assemble vectors and matrices of
 * them; what is made of numbers alone is one constant.
 */
import {
  add,
  type DType,
  div,
  equal,
  exp,
  expandDims,
  mul,
  type Operand,
  reshape,
  ShapeError,
  sqrt,
  stack,
  sub,
  Tensor,
  tensor,
  UsageError,
} from "../engine/index.js";

/** A parameter: a number, or a tensor if it may be learned. */
export type Scalar = number | Tensor;

/** Returns a x; a plain number if x is one. */
export const scale = (a: number, x: Scalar): Scalar => (typeof x === "number" ? a * x : mul(a, x));

/**
 * Returns √x of a variance; a plain number if x is one. Where x is 0 the derivative counts as 0: what is
 * known without error stays so, beside others that are learned.
 */
export function root(x: Scalar): Scalar {
  if (typeof x === "number") return Math.sqrt(x);
  const zero = equal(x, 0);
  return mul(sqrt(add(x, zero)), sub(1, zero));
}

/** Returns eˣ; a plain number if x is one. */
export const exponential = (x: Scalar): Scalar => (typeof x === "number" ? Math.exp(x) : exp(x));

/** Makes an operation of two operands that gives a plain number for plain numbers. */
const lifted =
  (operation: (a: Operand, b: Operand) => Tensor, plain: (a: number, b: number) => number) =>
  (a: Scalar, b: Scalar): Scalar =>
    typeof a === "number" && typeof b === "number" ? plain(a, b) : operation(a, b);

/** a + b */
export const plus = lifted(add, (a, b) => a + b);
/** a − b */
export const minus = lifted(sub, (a, b) => a - b);
/** a b */
export const times = lifted(mul, (a, b) => a * b);
/** a/b */
export const over = lifted(div, (a, b) => a / b);

/** Adds a member axis to variances [..., d], so that they broadcast against members: [..., 1, d]. */
export const asRow = (x: Scalar): Scalar =>
  typeof x === "number" || x.shape.length === 0 ? x : expandDims(x, -2);

/** Returns a tensor as it is, a number as a scalar tensor. */
export const asTensor = (x: Scalar, dtype: DType = "f64"): Tensor =>
  typeof x === "number" ? tensor(x, { dtype }) : x;

/** A matrix, given by its rows. */
export type Rows = readonly (readonly Scalar[])[];

/** Throws a UsageError unless it is a list of finite numbers and tensors of one element. */
function expectScalars(who: string, entries: readonly Scalar[]): void {
  if (!Array.isArray(entries)) {
    throw new UsageError(
      `${who}: got ${String(entries)}; need a list of numbers and scalar tensors.`,
    );
  }
  const fits = (x: unknown) => (x instanceof Tensor ? x.size === 1 : Number.isFinite(x));
  const at = entries.findIndex((x) => !fits(x));
  if (at < 0) return;
  throw new UsageError(
    `${who}: entry ${at} is ${String(entries[at])}; need a finite number, or a tensor of one element.`,
  );
}

/** Assembles a vector [n] of numbers and scalar tensors; numbers take the dtype of the tensors, else the one given. */
export function vectorOf(entries: readonly Scalar[], dtype: DType = "f64"): Tensor {
  expectScalars("vectorOf", entries);
  const first = entries.find((x) => typeof x !== "number");
  if (first === undefined) return tensor(entries as readonly number[], { dtype });
  return stack(
    entries.map((x) => reshape(asTensor(x, first.dtype), [])),
    0,
  );
}

/**
 * Assembles a matrix [n, k] of rows of numbers and scalar tensors, of a dtype as in `vectorOf`.
 * @throws ShapeError when rows differ in length.
 */
export function matrixOf(rows: Rows, dtype: DType = "f64"): Tensor {
  if (!Array.isArray(rows)) {
    throw new UsageError(`matrixOf: the rows are ${String(rows)}; need a list of lists.`);
  }
  const k = rows[0]?.length ?? 0;
  for (const row of rows as Rows) {
    expectScalars("matrixOf", row);
    if (row.length !== k) {
      throw new ShapeError(
        `matrixOf: rows of ${rows.map((r) => r.length).join(", ")} entries; need as many in each.`,
      );
    }
  }
  return reshape(vectorOf(rows.flat(), dtype), [rows.length, k]);
}
