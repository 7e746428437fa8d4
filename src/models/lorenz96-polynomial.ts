import {
  add,
  circularConv,
  concat,
  expandDims,
  gather,
  indices,
  mul,
  reshape,
  slice,
  sqrt,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../engine/index.js";
import { checkOptions } from "../parts/index.js";
import { expectAxis, floatType, type Scalar } from "../prob/index.js";
import { type Key, normal } from "../random/index.js";
import type { IntegrationOptions } from "./continuous.js";
import type { BoundModel } from "./record.js";
import { ringModel } from "./ring.js";
import type { Tendency } from "./rk4.js";

/** Parameters of the polynomial system. */
export interface Lorenz96PolynomialParams {
  /** β [18], in the order of the terms in `lorenz96PolynomialTendency`. */
  readonly coefficients: Tensor;
}

/** The number of coefficients of the polynomial. */
export const terms = 18;
/** The number of neighbours in the polynomial, and the least number of variables of the ring. */
export const stencilWidth = 5;

/** Pairs of neighbours (0 is xᵢ₋₂) whose product has the coefficient 6, 7, …, 17. */
const pairs = [0, 1, 2].flatMap((apart) =>
  Array.from({ length: stencilWidth - apart }, (_, k) => [k, k + apart] as const),
);

/** Index in (β, 0) of each entry of W [5, 5]. */
const positions = Array.from({ length: stencilWidth * stencilWidth }, (_, i) => {
  const at = pairs.findIndex(([k, l]) => k * stencilWidth + l === i);
  return at < 0 ? terms : stencilWidth + 1 + at;
});

/** Returns β of the Lorenz-96 system with the forcing F, [18]: β₀ = F, β₃ = −1, β₁₁ = −1, β₁₆ = 1, else 0. */
export const lorenz96Coefficients = (forcing = 8): Tensor =>
  tensor(Array.from({ length: terms }, (_, i) => ({ 0: forcing, 3: -1, 11: -1, 16: 1 })[i] ?? 0));

/**
 * Returns coefficients with random errors: of variance σ₀² in the constant, 0.1 σ₀² in the linear and
 * 0.01 σ₀² in the quadratic coefficients, [18].
 *
 * @see adrian2026, eq. 25
 */
export function perturbedCoefficients(coefficients: Tensor, variance: Scalar, key: Key): Tensor {
  const dtype = floatType(coefficients);
  const fractions = tensor(
    Array.from({ length: terms }, (_, i) => (i === 0 ? 1 : i <= stencilWidth ? 0.1 : 0.01)),
    { dtype },
  );
  return add(coefficients, mul(sqrt(mul(fractions, variance)), normal(key, [terms], dtype)));
}

/**
 * Returns the tendency of an imperfect Lorenz-96 system, [..., d] → [..., d]: a polynomial of degree two in
 * five neighbours on a ring.
 *
 *     ẋᵢ = (1, xᵢ₋₂ … xᵢ₊₂, xᵢ₋₂² … xᵢ₊₂², xᵢ₋₂xᵢ₋₁, xᵢ₋₁xᵢ, xᵢxᵢ₊₁, xᵢ₊₁xᵢ₊₂,
 *                                            xᵢ₋₂xᵢ, xᵢ₋₁xᵢ₊₁, xᵢxᵢ₊₂) · β,        β [18]
 *
 * With v = (xᵢ₋₂ … xᵢ₊₂) it is computed as β₀ + Σ_k v_k (b + W v)_k, by two circular convolutions.
 *
 * @throws ShapeError unless there are 18 coefficients.
 * @see adrian2026, eq. 24 and 25; chen2022 for the basis
 */
export function lorenz96PolynomialTendency(params: Lorenz96PolynomialParams): Tendency {
  checkOptions("lorenz96PolynomialTendency", params, ["coefficients"]);
  const { coefficients: beta } = params;
  expectAxis("lorenz96Polynomial", "coefficients", beta, -1, terms, "the terms of the polynomial");
  const dtype = floatType(beta);
  const constant = slice(beta, 0, 0, 1); // [1]
  const b = reshape(slice(beta, 0, 1, stencilWidth + 1), [stencilWidth, 1]);
  const W = gather(concat([beta, zeros([1], dtype)], 0), indices(positions), 0);
  const kernel = reshape(W, [stencilWidth, 1, stencilWidth]);
  const shifts = tensor(
    Array.from({ length: stencilWidth * stencilWidth }, (_, i) =>
      Number(i % (stencilWidth + 1) === 0),
    ),
    { shape: [stencilWidth, 1, stencilWidth], dtype },
  );
  return (x) => {
    const rows = expandDims(x, -2); // [..., 1, d]
    const neighbours = circularConv(rows, shifts); // [..., 5, d]
    const slopes = add(circularConv(rows, kernel), b);
    return add(sum(mul(neighbours, slopes), -2), constant);
  };
}

/**
 * Makes the bound model of the polynomial system on d ≥ 5 variables, with its coefficients β [18] in the
 * order of `lorenz96PolynomialTendency`.
 *
 * @throws UsageError unless d is a whole number, at least 5; ShapeError unless there are 18 coefficients.
 * @see adrian2026, eq. 24 and 25
 */
export const lorenz96Polynomial = (
  dimension: number,
  coefficients: Tensor,
  options: IntegrationOptions = {},
): BoundModel =>
  ringModel(
    {
      ...{ name: "lorenz96-polynomial", dimension, fewest: stencilWidth },
      tendency: lorenz96PolynomialTendency({ coefficients }),
    },
    options,
  );
