/** Observation operators of one's own. */
import { ShapeError, sameShape, Tensor, UsageError } from "../engine/index.js";
import { checkOptions, describeValue } from "../parts/index.js";
import type { Operator } from "./operator.js";

export interface ObserveByOptions {
  /** How far observations a lie from b, where that is not a − b; see `Operator.difference`. */
  readonly difference?: NonNullable<Operator["difference"]>;
}

/**
 * An operator of your own: m values h(x) of a state, linear or not.
 *
 *     y = h(x) + η,     h: [..., d] → [..., m]
 *
 *     observeBy("saturation", 40, (x) => tanh(x))
 *     observeBy("mean", 1, (x) => mean(x, -1, { keepDims: true }))
 *
 * h is written with the operations of kalmia/engine for states with any leading axes, since filters
 * apply it to all members at once.
 *
 * @throws UsageError if `size` is not a whole number, at least 1.
 * @throws ShapeError if h gives other than m values for each state.
 */
export function observeBy(
  name: string,
  size: number,
  h: (x: Tensor) => Tensor,
  options: ObserveByOptions = {},
): Operator {
  checkOptions("observeBy", options, ["difference"]);
  const { difference } = options;
  if (typeof name !== "string" || typeof h !== "function") {
    const [what, given, need] =
      typeof name !== "string" ? ["name", name, "a text"] : ["function h", h, "(x) => h(x)"];
    throw new UsageError(`observeBy: the ${what} is ${describeValue(given)}; need ${need}.`);
  }
  if (!(Number.isInteger(size) && size >= 1)) {
    throw new UsageError(
      `observeBy: the size of "${name}" is ${size}; need a whole number, at least 1: the number of values observed.`,
    );
  }
  return {
    name,
    size,
    linear: false,
    components: null,
    apply: (x) => {
      const y = h(x) as unknown;
      const shape = [...x.shape.slice(0, -1), size];
      if (y instanceof Tensor && sameShape(y.shape, shape)) return y;
      const given =
        y instanceof Tensor ? `a tensor [${y.shape}]` : `${typeof y}, which is no tensor,`;
      throw new ShapeError(
        `observeBy: "${name}" gave ${given} for states [${x.shape}]; need [${shape}]: ${size} value${size === 1 ? "" : "s"} for each state. Write it for any leading axes, with the variables in the last one.`,
      );
    },
    matrix: () => null,
    ...(difference && { difference }),
  };
}
