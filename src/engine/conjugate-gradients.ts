import { trace } from "./derive.js";
import { ShapeError, UsageError } from "./errors.js";
import { enclosedBy, recordNode } from "./graph.js";
import { stopGradient, sum } from "./primitives/broadcast.js";
import { add, div, greater, mul, neg, sub, where } from "./primitives/elementwise.js";
import { scope } from "./scope.js";
import { sameShape } from "./shape.js";
import type { Tensor } from "./tensor.js";

/**
 * Solves A x = b by `steps` steps of conjugate gradients, where A is known by its products x ↦ A x
 * alone (`product`).
 *
 *     x = A⁻¹ b,  A symmetric, positive definite, one for each leading index;   x, b [..., n]
 *     b̄ = A⁻¹ x̄,  Ā = −b̄ xᵀ;      ẋ = A⁻¹ (ḃ − Ȧ x)
 *
 * The derivatives are those of the solution, not of the iteration: they are solved for in as many steps
 * and have the precision of x, and no iterate is kept. Steps after the residual has become 0 change
 * nothing.
 *
 * @throws UsageError unless `steps` is a whole number ≥ 1; ShapeError when A b and b differ in shape.
 * @see hestenes1952; griewank2008, section 15.3, for the derivatives
 */
export function conjugateGradients(
  product: (x: Tensor) => Tensor,
  b: Tensor,
  steps: number,
): Tensor {
  if (!(Number.isInteger(steps) && steps > 0)) {
    throw new UsageError(`conjugateGradients: steps is ${steps}; need a whole number, 1 or more.`);
  }
  let enclosed: readonly Tensor[] = [];
  const x = scope(() => {
    const right = stopGradient(b);
    const first = enclosedBy(
      () => product(right),
      (Ab) => [Ab],
    );
    checkProduct(first.result, b);
    enclosed = first.enclosed;
    return stopGradient(iterate(product, right, steps));
  });
  const again = () => trace(product, x, enclosed);
  recordNode([b, ...enclosed], [x], {
    vjp: ([g]) => {
      const bar = conjugateGradients(product, g!, steps);
      const [, ...bars] = enclosed.length > 0 ? again().pull([neg(bar)]) : [];
      return [bar, ...bars];
    },
    jvp: ([t, ...ts]) => {
      const [moved = null] = ts.some((each) => each !== null) ? again().push([null, ...ts]) : [];
      const right = moved === null ? t! : t === null ? neg(moved) : sub(t!, moved);
      return [[right === null ? null : conjugateGradients(product, right, steps)]];
    },
  });
  return x;
}

function iterate(product: (x: Tensor) => Tensor, b: Tensor, steps: number): Tensor {
  let x: Tensor | null = null;
  let [r, p] = [b, b];
  let rr = dot(r, r);
  for (let i = 0; i < steps; i++) {
    const Ap = product(p);
    const alpha = ratio(rr, dot(p, Ap)); // [..., 1]
    x = x === null ? mul(alpha, p) : add(x, mul(alpha, p));
    r = sub(r, mul(alpha, Ap));
    const after = dot(r, r);
    p = add(r, mul(ratio(after, rr), p));
    rr = after;
  }
  return x!;
}

/** [..., 1] */
const dot = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b), -1, { keepDims: true });

/** a/b; 0 where b is 0. */
const ratio = (a: Tensor, b: Tensor): Tensor => {
  const some = greater(b, 0);
  return where(some, div(a, where(some, b, 1)), 0);
};

function checkProduct(Ab: Tensor, b: Tensor): void {
  if (sameShape(Ab.shape, b.shape) && Ab.dtype === b.dtype) return;
  throw new ShapeError(`conjugateGradients: b is ${b}, A b is ${Ab}; need one shape and dtype.`);
}
