/** Means, maxima and log-sums over any set of axes. */
import { ShapeError } from "../errors.js";
import { apply, type Primitive } from "../primitive.js";
import type { Tensor } from "../tensor.js";
import {
  type Axes,
  type AxisRun,
  axisList,
  type ReduceOptions,
  reduce,
  reduction,
  reshape,
  stopGradient,
  sum,
  sumRun,
  withOnes,
} from "./broadcast.js";
import { add, div, equal, exp, log, mul, sub } from "./elementwise.js";

/** Shares of the maxima: 1 at the largest element of a run, equal parts at a tie. */
function shares(x: Tensor, y: Tensor, run: AxisRun): Tensor {
  const isLargest = equal(x, reshape(y, withOnes(run, x.shape)));
  const count = apply(sumRun, [isLargest], run);
  return div(isLargest, reshape(count, withOnes(run, x.shape)));
}

const maxRun: Primitive<AxisRun> = {
  ...reduction("max", "maxAlong"),
  vjp: (_, g, { inputs: [x], out, params: run }) =>
    mul(shares(x!, out, run), reshape(g, withOnes(run, x!.shape))),
  jvp: (_, t, { inputs: [x], out, params: run }) =>
    apply(sumRun, [mul(t, shares(x!, out, run))], run),
};

/** The largest element over the axes; a tie shares its derivative. */
export function max(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  if (x.size === 0) throw new ShapeError(`max: the tensor [${x.shape}] is empty.`);
  return reduce(maxRun, x, axes, options);
}

export function mean(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  const n = axisList("mean", x, axes).reduce((count, axis) => count * x.shape[axis]!, 1);
  if (n === 0) throw new ShapeError(`mean: no elements in the axes of [${x.shape}].`);
  return mul(1 / n, sum(x, axes, options));
}

/** log Σ exp x without overflow: m + log Σ exp(x − m), m = max x. */
export function logsumexp(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  const m = stopGradient(max(x, axes, { keepDims: true }));
  const shifted = log(sum(exp(sub(x, m)), axes, options));
  return add(reshape(m, shifted.shape), shifted);
}
