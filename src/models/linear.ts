import { ShapeError, Tensor } from "../engine/index.js";
import { inWords, learnableMatrix } from "../parts/index.js";
import { matrixOf, type Rows, type Scalar } from "../prob/index.js";
import { defineModel } from "./record.js";
import { checkWidth } from "./row-width.js";
import { linearTransition } from "./transition.js";

/** Parameters of the linear model. */
export interface LinearParams {
  /** A: a tensor [..., d, d], or rows whose entries may each be learned. */
  readonly transition: Tensor | Rows;
}

/**
 * The linear model in discrete time,
 *
 *     x(t) = A x(t − 1),        x [..., d],  A [..., d, d]
 *
 * A model step is one application of A, so intervals must be whole numbers of steps.
 *
 * @throws ShapeError unless A is a square matrix.
 */
export const linear = defineModel({
  kind: "linear",
  title: "linear model in discrete time",
  parameters: {
    transition: learnableMatrix({
      symbol: "A",
      about: "square matrix A of x(t) = A x(t−1), applied once in each model step",
    }),
  },
  check: ({ transition }, tell) => {
    const rows = transition as readonly (readonly unknown[])[];
    checkWidth(
      rows,
      rows.length,
      "transition",
      "as many as there are rows, for a square matrix",
      tell,
    );
  },
  build: ({ transition }) => {
    const A = transition instanceof Tensor ? transition : matrixOf(transition);
    const [rows, columns] = A.shape.slice(-2);
    if (A.shape.length < 2 || rows !== columns) {
      throw new ShapeError(
        `linear: the transition is [${A.shape}]; need [..., d, d], a square matrix.`,
      );
    }
    return {
      ...{ name: "linear", dimension: rows!, time: "discrete", support: "real", linear: true },
      step: () => linearTransition(A),
    };
  },
  phrase: (_, dimension) =>
    `a linear model of ${inWords(dimension)} ${dimension === 1 ? "variable" : "variables"}`,
  formula: () => ["{x}_{t} = transition · {x}_{t−1}"],
});

/**
 * Parameters of a random walk, A = [1]; observed with noise it is the local-level model.
 *
 * @see durbin2012, 2.1
 */
export const localLevel: LinearParams = { transition: [[1]] };

/**
 * Returns the companion matrix of an autoregressive process x_t = Σ_i a_i x_{t−i}, for the state
 * (x_t, x_{t−1}, …) [..., p]. Process noise must act on the first component only, [q, 0, …, 0].
 *
 *     A = [ a₁ a₂ … a_p ;  I  0 ]
 */
export function autoregressive(coefficients: readonly Scalar[]): LinearParams {
  const p = coefficients.length;
  const shifts = Array.from({ length: p - 1 }, (_, i) =>
    Array.from({ length: p }, (_, j) => Number(i === j)),
  );
  return { transition: [coefficients, ...shifts] };
}
