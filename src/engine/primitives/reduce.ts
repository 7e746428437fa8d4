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

/** Returns 1 at the largest element of a run, and 1/n at each of n equal ones; 0 elsewhere. */
function maximaWeights(x: Tensor, y: Tensor, run: AxisRun): Tensor {
  const isLargest = equal(x, reshape(y, withOnes(run, x.shape)));
  const count = apply(sumRun, [isLargest], run);
  return div(isLargest, reshape(count, withOnes(run, x.shape)));
}

const maxRun: Primitive<AxisRun> = {
  ...reduction("max", "maxAlong"),
  vjp: (_, g, { inputs: [x], out, params: run }) =>
    mul(maximaWeights(x!, out, run), reshape(g, withOnes(run, x!.shape))),
  jvp: (_, t, { inputs: [x], out, params: run }) =>
    apply(sumRun, [mul(t, maximaWeights(x!, out, run))], run),
};

/** Returns the largest element over axes (all by default); equal maxima have equal derivatives. @throws ShapeError for an empty tensor. */
export function max(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  if (x.size === 0) throw new ShapeError(`max: the tensor [${x.shape}] is empty.`);
  return reduce(maxRun, x, axes, options);
}

/** Returns the mean over axes (all by default). @throws ShapeError when there is no element. */
export function mean(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  const n = axisList("mean", x, axes).reduce((count, axis) => count * x.shape[axis]!, 1);
  if (n === 0) throw new ShapeError(`mean: no elements in the axes of [${x.shape}].`);
  return mul(1 / n, sum(x, axes, options));
}

/** Returns log Σ exp x over axes (all by default), without overflow: m + log Σ exp(x − m), m = max x. */
export function logsumexp(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  const m = stopGradient(max(x, axes, { keepDims: true }));
  const shifted = log(sum(exp(sub(x, m)), axes, options));
  return add(reshape(m, shifted.shape), shifted);
}
