/** Means, maxima and log-sums over any set of axes. */
import { ShapeError } from "../errors.js";
import { apply, type Primitive } from "../primitive.js";
import { shown } from "../shown.js";
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

/** The number of elements that each result is made of. @throws ShapeError when there is none. */
function countOf(name: string, x: Tensor, axes: Axes | undefined): number {
  const n = axisList(name, x, axes).reduce((count, axis) => count * x.shape[axis]!, 1);
  if (n > 0) return n;
  throw new ShapeError(
    `${name}: there are no elements along ${axes === undefined ? "the axes" : `axes ${shown(axes)}`} of [${x.shape}]; need one at least.`,
  );
}

/** Returns the largest element over axes (all by default); equal maxima have equal derivatives. @throws ShapeError when there is no element. */
export function max(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  countOf("max", x, axes);
  return reduce(maxRun, x, axes, options);
}

/** Returns the mean over axes (all by default). @throws ShapeError when there is no element. */
export function mean(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  return mul(1 / countOf("mean", x, axes), sum(x, axes, options));
}

/** Returns log Σ exp x over axes (all by default), without overflow: m + log Σ exp(x − m), m = max x. */
export function logsumexp(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  countOf("logsumexp", x, axes);
  const m = stopGradient(max(x, axes, { keepDims: true }));
  const shifted = log(sum(exp(sub(x, m)), axes, options));
  return add(reshape(m, shifted.shape), shifted);
}
