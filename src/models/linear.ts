/**
 * Linear models in discrete time, x′ = A x, and the matrices of two classical ones.
 */
import { ShapeError, Tensor } from "../engine/index.js";
import { matrixOf, type Rows, type Scalar } from "../prob/index.js";
import { linearTransition, type Model } from "./model.js";

export interface LinearParams {
  /** A: a tensor [..., d, d], or rows of which any entry may be learned. */
  readonly transition: Tensor | Rows;
}

/** x′ = A x, one application a step. */
export const linear = (dimension: number): Model<LinearParams> => ({
  name: "linear",
  dimension,
  time: "discrete",
  support: "real",
  step: ({ transition }) => {
    const A = transition instanceof Tensor ? transition : matrixOf(transition);
    const { shape } = A;
    if (shape.length < 2 || shape.at(-1) !== dimension || shape.at(-2) !== dimension) {
      throw new ShapeError(
        `linear: the transition is [${shape}]; need [${dimension}, ${dimension}] for a state of ${dimension} components.`,
      );
    }
    return linearTransition(A);
  },
});

/** A random walk, A = [1]; observed with noise it is the local-level model. @see durbin2012, 2.1 */
export const localLevel: LinearParams = { transition: [[1]] };

/**
 * The companion matrix of x_t = Σ_i a_i x_{t−i}, for the state (x_t, x_{t−1}, …): noise enters the
 * first component only, [q, 0, …, 0].
 *     A = [ a₁ a₂ … a_p ;  I  0 ]
 */
export function autoregressive(coefficients: readonly Scalar[]): LinearParams {
  const p = coefficients.length;
  const shifts = Array.from({ length: p - 1 }, (_, i) =>
    Array.from({ length: p }, (_, j) => Number(i === j)),
  );
  return { transition: [coefficients, ...shifts] };
}
