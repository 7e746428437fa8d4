/** Derivatives of functions of trees of tensors. */
import { checkPoint, checkResult } from "./differentiable.js";
import { ShapeError } from "./errors.js";
import { enclosedBy, recordNode, tracing } from "./graph.js";
import { checkFloat } from "./primitive.js";
import { reshape, stopGradient } from "./primitives/broadcast.js";
import { add } from "./primitives/elementwise.js";
import { concat, index, slice, stack } from "./primitives/movement.js";
import { computeAnew } from "./program.js";
import { scope } from "./scope.js";
import { sameShape, sizeOf } from "./shape.js";
import { type Contribution, eye, full, type Tensor, zeros } from "./tensor.js";
import { leavesOf, mapTree } from "./tree.js";

const accumulate = (a: Contribution, b: Contribution): Contribution =>
  a === null ? b : b === null ? a : add(a, b);

const zerosLike = (x: Tensor): Tensor => zeros(x.shape, x.dtype);

const floats = (tree: unknown): Tensor[] => leavesOf(tree).filter((x) => x.dtype !== "i32");

/** Returns the tree with its f64 and f32 tensors replaced, in order. */
function withFloats<T>(tree: T, values: readonly unknown[]): T {
  let i = 0;
  return mapTree(tree, (x) => (x.dtype === "i32" ? x : values[i++]));
}

/** A function that was run once at a point, with its derivative in both directions. */
export interface Trace<R> {
  readonly value: R;
  /** Cotangents of the outputs → cotangents of the inputs. */
  pull(cotangents: readonly Contribution[]): Contribution[];
  /** Tangents of the inputs → tangents of the outputs. */
  push(tangents: readonly Contribution[]): Contribution[];
}

/** Runs f at x and records its derivative; `enclosed` are tensors outside f by which it is differentiated besides x. */
export function trace<T, R>(f: (x: T) => R, x: T, enclosed: readonly Tensor[] = []): Trace<R> {
  const run = (copies: readonly Tensor[]) => f(withFloats(x, copies));
  const { result, leaves, nodes, bit } = tracing(floats(x), enclosed, run, floats);
  const outputs = floats(result);
  const tracked = new Set([...leaves, ...nodes.flatMap((node) => node.outputs)]);
  return {
    value: withFloats(result, outputs.map(detached(bit))),
    pull(cotangents) {
      const bars = new Map<Tensor, Tensor>();
      const give = (y: Tensor, g: Contribution): void => {
        const total = accumulate(bars.get(y) ?? null, g);
        if (total !== null) bars.set(y, total);
      };
      outputs.forEach((y, i) => {
        give(y, cotangents[i]!);
      });
      for (const node of nodes.toReversed()) {
        const gs = node.outputs.map((y) => bars.get(y) ?? null);
        if (gs.every((g) => g === null)) continue;
        const needs = node.inputs.map((v) => tracked.has(v));
        const parts = node.rules.vjp(gs, needs);
        node.inputs.forEach((v, i) => {
          if (needs[i]) give(v, parts[i] ?? null);
        });
        for (const y of node.outputs) bars.delete(y);
      }
      return leaves.map((leaf) => bars.get(leaf) ?? null);
    },
    push(tangents) {
      const dots = new Map<Tensor, Tensor>();
      const give = (y: Tensor, parts: readonly Contribution[]): void => {
        const total = parts.reduce(accumulate, null);
        if (total !== null) dots.set(y, total);
      };
      leaves.forEach((leaf, i) => {
        give(leaf, [tangents[i]!]);
      });
      for (const node of nodes) {
        const ts = node.inputs.map((v) => dots.get(v) ?? null);
        if (ts.every((t) => t === null)) continue;
        const parts = node.rules.jvp(ts);
        node.outputs.forEach((y, i) => {
          give(y, parts[i]!);
        });
      }
      return outputs.map((y) => dots.get(y) ?? null);
    },
  };
}

/** Returns an output for outer derivatives; one that only this trace tracks becomes a constant. */
const detached =
  (bit: number) =>
  (y: Tensor): Tensor =>
    y.node === null || (y.node.bits & ~bit) !== 0 ? y : stopGradient(y);

function checkTree(name: string, what: string, given: readonly Tensor[], like: readonly Tensor[]) {
  const fits =
    given.length === like.length &&
    given.every((g, i) => sameShape(g.shape, like[i]!.shape) && g.dtype === like[i]!.dtype);
  if (!fits) {
    throw new ShapeError(
      `${name}: ${what} are ${given.join(", ")}; need ${like.join(", ")}, one for each tensor.`,
    );
  }
}

/** A function f at a point x: its value, and products with its Jacobian J in both directions. */
export interface Linearised<T, R> {
  readonly value: R;
  /** ẋ ↦ J ẋ */
  push(tangent: T): R;
  /** ȳ ↦ Jᵀ ȳ */
  pull(cotangent: R): T;
}

/**
 * Linearises f at x: runs f once, and returns its value with `push` (ẋ ↦ J ẋ) and `pull` (ȳ ↦ Jᵀ ȳ), which
 * may be called any number of times. x and f(x) are trees of tensors.
 * @throws ShapeError when a tangent or cotangent has another shape than its value; UsageError when x or
 * f(x) holds a plain number.
 */
export const linearise = <T, R>(f: (x: T) => R, x: T): Linearised<T, R> =>
  lineariseFor("linearise", f, x);

function lineariseFor<T, R>(name: string, f: (x: T) => R, x: T): Linearised<T, R> {
  checkPoint(name, x);
  const { value, pull, push } = trace(f, x);
  checkResult(name, value);
  const [inputs, outputs] = [floats(x), floats(value)];
  return {
    value,
    push(tangent) {
      checkTree("jvp", "tangents", floats(tangent), inputs);
      const dots = push(floats(tangent));
      return withFloats(
        value,
        outputs.map((y, i) => dots[i] ?? zerosLike(y)),
      );
    },
    pull(cotangent) {
      checkTree("vjp", "cotangents", floats(cotangent), outputs);
      const bars = pull(floats(cotangent));
      return withFloats(
        x,
        inputs.map((leaf, i) => bars[i] ?? zerosLike(leaf)),
      );
    },
  };
}

/** Returns f(x) and the pullback ȳ ↦ Jᵀ ȳ (reverse mode); trees of tensors, without plain numbers. @see griewank2008 */
export function vjp<T, R>(f: (x: T) => R, x: T): { value: R; pullback: (cotangent: R) => T } {
  const { value, pull } = lineariseFor("vjp", f, x);
  return { value, pullback: pull };
}

/** Returns f(x) and its derivative along a tangent, ẏ = J ẋ (forward mode); trees of tensors, without plain numbers. @see griewank2008 */
export function jvp<T, R>(f: (x: T) => R, x: T, tangent: T): { value: R; tangent: R } {
  const { value, push } = lineariseFor("jvp", f, x);
  return { value, tangent: push(tangent) };
}

/**
 * Returns the function (x, …) ↦ {value: f(x, …), gradient: ∇ₓf} of a scalar f; the gradient is a tree of
 * the form of x. Leaves of x that are i32 tensors or texts stay as they are in it.
 * @throws ShapeError when f is not scalar; UsageError when x holds a plain number: what is to be
 * differentiated is a tensor, and a setting belongs into a further argument of f, or around f.
 */
export function valueAndGrad<T, A extends unknown[]>(
  f: (x: T, ...rest: A) => Tensor,
): (x: T, ...rest: A) => { value: Tensor; gradient: T } {
  return (x, ...rest) => {
    const { value, pull } = lineariseFor("grad", (at: T) => f(at, ...rest), x);
    if (value.size !== 1) {
      throw new ShapeError(
        `grad: the function returned ${value}; need a scalar. Sum it, or use vjp or jacobian.`,
      );
    }
    return { value, gradient: pull(full(value.shape, 1, value.dtype)) };
  };
}

/** Computes the value and gradient of a scalar f that also returns other results, `aux`. */
export function valueAndGradWithAux<T, X>(
  f: (x: T) => { value: Tensor; aux: X },
  x: T,
): { value: Tensor; aux: X; gradient: T } {
  let aux: X | undefined;
  const { value, gradient } = valueAndGrad((at: T) => {
    const result = f(at);
    aux = mapTree(result.aux, stopGradient);
    return result.value;
  })(x);
  return { value, aux: aux as X, gradient };
}

/** Returns the function (x, …) ↦ ∇ₓf of a scalar f; the gradient is a tree of the form of x. */
export const grad =
  <T, A extends unknown[]>(f: (x: T, ...rest: A) => Tensor): ((x: T, ...rest: A) => T) =>
  (x, ...rest) =>
    valueAndGrad(f)(x, ...rest).gradient;

/** Returns the function x ↦ ∂f/∂x [...y, ...x] of a function from a tensor to a tensor, by rows or columns, whichever are fewer. */
export const jacobian =
  (f: (x: Tensor) => Tensor): ((x: Tensor) => Tensor) =>
  (x) => {
    checkFloat("jacobian", x);
    const { value, pull, push } = trace(f, x);
    checkFloat("jacobian, result of the function", value);
    const shape = [...value.shape, ...x.shape];
    const unit = (n: number, i: number, like: Tensor) =>
      reshape(index(eye(n, like.dtype), 0, i), like.shape);
    const forward = x.size < value.size;
    const n = forward ? x.size : value.size;
    const parts = Array.from({ length: n }, (_, i) =>
      forward
        ? reshape(push([unit(n, i, x)])[0] ?? zerosLike(value), [value.size])
        : reshape(pull([unit(n, i, value)])[0] ?? zerosLike(x), [x.size]),
    );
    if (n === 0) return zeros(shape, x.dtype);
    return reshape(stack(parts, forward ? 1 : 0), shape);
  };

/** Returns the function x ↦ ∂²f/∂x² [...x, ...x] of a scalar f of one tensor, by forward over reverse mode. */
export const hessian =
  (f: (x: Tensor) => Tensor): ((x: Tensor) => Tensor) =>
  (x) => {
    checkFloat("hessian", x);
    const { push } = trace(grad(f), x);
    const n = x.size;
    const basis = eye(n, x.dtype);
    const rows = Array.from({ length: n }, (_, i) =>
      scope(() => push([reshape(index(basis, 0, i), x.shape)])[0] ?? zerosLike(x)),
    );
    return n === 0
      ? zeros([...x.shape, ...x.shape], x.dtype)
      : reshape(stack(rows, 0), [...x.shape, ...x.shape]);
  };

/**
 * Joins the tensors of a tree to one vector and returns the inverse map too; for Hessians of functions of trees.
 * @throws UsageError when the tree holds a plain number.
 */
export function ravel<T>(tree: T): { vector: Tensor; unravel: (vector: Tensor) => T } {
  checkPoint("ravel", tree);
  const leaves = floats(tree);
  const vector = concat(
    leaves.map((x) => reshape(x, [x.size])),
    0,
  );
  const unravel = (flat: Tensor): T => {
    let start = 0;
    return withFloats(
      tree,
      leaves.map((x) => {
        const part = slice(flat, 0, start, start + sizeOf(x.shape));
        start += x.size;
        return reshape(part, x.shape);
      }),
    );
  };
  return { vector, unravel };
}

/**
 * Makes a function that computes f without keeping its intermediate values: derivatives run f again, so
 * that a loop of such functions needs the memory of one run at a time.
 * @see griewank2008
 */
export function checkpoint<A extends unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const inputs = floats(args);
    const run = (values: readonly Tensor[]) => f(...withFloats(args, values));
    let enclosed: readonly Tensor[] = [];
    const value = scope(() => {
      const first = enclosedBy(() => run(inputs.map(stopGradient)), floats);
      enclosed = first.enclosed;
      return withFloats(first.result, floats(first.result).map(stopGradient));
    });
    const again = () => {
      computeAnew();
      return trace((values: readonly Tensor[]) => floats(run(values)), inputs, enclosed);
    };
    recordNode([...inputs, ...enclosed], floats(value), {
      vjp: (gs) => again().pull(gs),
      jvp: (ts) =>
        again()
          .push(ts)
          .map((t) => [t]),
    });
    return value;
  };
}
