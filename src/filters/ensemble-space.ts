/**
 * The analysis of members in the space that they span: the common part of ETKF, DEnKF, EnKF-N and their
 * smoothers.
 *
 * Members are rows. In units of the standard deviation of the observation errors, and zero at the gaps,
 *
 *     A = √(1 + φ) (E − x̄)                                anomalies                 [N, d]
 *     Z = √(1 + φ) (h(E) − ȳ) R^(−½) / √(N − 1)           observed anomalies        [N, m]
 *     δ = R^(−½) (y − ȳ)                                  departure                 [m]
 *     S = R^½ (I + ZᵀZ) R^½                               innovation covariance     [m, m]
 *
 *     w̄ = (I + ZZᵀ)⁻¹ Zδ = Z (I + ZᵀZ)⁻¹ δ                                          [N]
 *     E⁺ = x̄ + (1 w̄ᵀ/√(N − 1) + T) A,    T = (I + ZZᵀ)^(−½): the symmetric root     [N, d]
 *
 * One matrix is factored: the smaller of P = I + ZZᵀ = LLᵀ and Q = I + ZᵀZ = MMᵀ. The other quantities
 * follow from either:
 *
 *     log det Q = log det P,    P⁻¹ = I − Z Q⁻¹ Zᵀ,    P^(−½) = I − Z (Q + Q^½)⁻¹ Zᵀ
 *     w  = M⁻¹δ     or     w = δ − Zᵀ (Lᵀ + I)⁻¹ L⁻¹ Zδ                              [m]
 *     χ² = δᵀQ⁻¹δ = |δ − Zᵀw̄|² + |w̄|² = wᵀw
 *
 * w is the innovation in independent units, by whichever root of S⁻¹: M is the Cholesky factor, and the
 * other root is that of andrews1968. h may be nonlinear: Z is computed from h(E).
 */
import {
  add,
  div,
  expandDims,
  eye,
  inverseSqrtm,
  log,
  logDeterminant,
  matmul,
  matvec,
  mean,
  mul,
  positiveDefinite,
  ShapeError,
  solve,
  solveVector,
  sqrtm,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  transpose,
  triangularSolve,
} from "../engine/index.js";
import {
  atObserved,
  checkObservation,
  columnsAtObserved,
  innovationOf,
  type Observation,
  observedCount,
  unwrapMembers,
  variances,
} from "../observe/index.js";
import { asRow, expectTensor, floatType, root, type Scalar, scale, whiten } from "../prob/index.js";
import type { Analysis } from "./filter.js";

/** An ensemble and its observed anomalies in units of the observation errors. */
export interface ScaledEnsemble {
  /** x̄ [..., d] */
  readonly mean: Tensor;
  /** A [..., N, d], inflated by √(1 + φ). */
  readonly anomalies: Tensor;
  /** Z [..., N, m]: the observed anomalies. */
  readonly seen: Tensor;
  /** δ [..., m] */
  readonly departure: Tensor;
}

/**
 * Computes x̄, A, Z and δ of forecast members E [..., N, d], their covariance multiplied by 1 + φ.
 *
 *     A = √(1 + φ) (E − x̄),   Z = √(1 + φ) (h(E) − ȳ) R^(−½)/√(N − 1),   δ = R^(−½) (y − ȳ)
 *
 * @throws ShapeError unless there are at least two members and the observation fits its operator.
 */
export function scaledEnsemble(
  who: string,
  E: Tensor,
  observation: Observation,
  phi: Scalar = 0,
): ScaledEnsemble {
  const N = ensembleSize(who, E);
  checkObservation(who, observation);
  const { operator } = observation;
  const hE = unwrapMembers(operator, operator.apply(E)); // [..., N, m]
  const xbar = mean(E, -2);
  const ybar = mean(hE, -2);
  const error = root(variances(observation)); // √R
  const Y = columnsAtObserved(sub(hE, expandDims(ybar, -2)), observation);
  return {
    mean: xbar,
    anomalies: grown(sub(E, expandDims(xbar, -2)), phi),
    seen: mul(1 / Math.sqrt(N - 1), div(grown(Y, phi), asRow(error))),
    departure: div(atObserved(innovationOf(observation, ybar), observation), error),
  };
}

/** Returns √(1 + φ) X. */
export const grown = (X: Tensor, phi: Scalar): Tensor =>
  phi === 0 ? X : mul(root(typeof phi === "number" ? 1 + phi : add(1, phi)), X);

/** The quantities of an analysis that follow from Z and δ; each is computed when it is called for. */
export interface EnsembleSpace {
  /** w̄ = (I + ZZᵀ)⁻¹ Zδ, the weights of the mean, [..., N]. */
  weights(): Tensor;
  /** (I + ZZᵀ)⁻¹, [..., N, N] */
  inverse(): Tensor;
  /** T = (I + ZZᵀ)^(−½), symmetric with T1 = 1, [..., N, N]. */
  inverseRoot(): Tensor;
  /** log det(I + ZᵀZ), [...] */
  logDeterminant(): Tensor;
  /** w [..., m]: the innovation in independent units. */
  whitened(): Tensor;
  /** χ² = wᵀw, [...] */
  chiSquare(): Tensor;
}

/**
 * Prepares the analysis in the space of members from the observed anomalies Z [..., N, m] and the departure
 * δ [..., m]. The smaller of I + ZZᵀ and I + ZᵀZ is factored.
 *
 *     w̄ = (I + ZZᵀ)⁻¹ Zδ,   T = (I + ZZᵀ)^(−½),   χ² = δᵀ(I + ZᵀZ)⁻¹δ
 *
 * @throws NumericError when the matrix is not finite.
 * @see bishop2001; hunt2007 for w̄ and T; andrews1968 for the root of a small change of I
 */
export const ensembleSpace = (Z: Tensor, delta: Tensor): EnsembleSpace =>
  Z.shape.at(-1)! < Z.shape.at(-2)! ? fromObservations(Z, delta) : fromMembers(Z, delta);

/** Uses P = I + ZZᵀ, [..., N, N]. */
function fromMembers(Z: Tensor, delta: Tensor): EnsembleSpace {
  const P = positiveDefinite(withUnit(matmul(Z, Z, { transposeB: true })));
  const b = matvec(Z, delta); // [..., N]
  const weights = solveVector(P, b);
  return {
    weights: () => weights,
    inverse: () => P.inverse,
    inverseRoot: () => inverseSqrtm(P.matrix),
    logDeterminant: () => logDeterminant(P),
    whitened: () => {
      const u = expandDims(whiten(b, P.factor), -1); // L⁻¹ b
      const v = triangularSolve(withUnit(P.factor), u, { transpose: true });
      return sub(delta, squeeze(matmul(Z, v, { transposeA: true }), -1));
    },
    chiSquare: () => {
      const rest = sub(delta, rowTimes(weights, Z)); // δ − Zᵀw̄
      return add(sum(square(rest), -1), sum(square(weights), -1));
    },
  };
}

/** Uses Q = I + ZᵀZ, [..., m, m]. */
function fromObservations(Z: Tensor, delta: Tensor): EnsembleSpace {
  const Q = positiveDefinite(withUnit(matmul(Z, Z, { transposeA: true })));
  const a = solveVector(Q, delta); // [..., m]
  const Zt = transpose(Z);
  return {
    weights: () => matvec(Z, a),
    inverse: () => sub(eye(Z.shape.at(-2)!, floatType(Z)), matmul(Z, solve(Q, Zt))),
    inverseRoot: () => {
      const U = positiveDefinite(add(Q.matrix, sqrtm(Q.matrix))); // Q + Q^½
      return sub(eye(Z.shape.at(-2)!, floatType(Z)), matmul(Z, solve(U, Zt)));
    },
    logDeterminant: () => logDeterminant(Q),
    whitened: () => whiten(delta, Q.factor),
    chiSquare: () => sum(mul(delta, a), -1),
  };
}

/** Returns the analysed members E⁺ = x̄ + (1 w̄ᵀ/√(N − 1) + T) A, [..., N, d]. */
export function recombine(xbar: Tensor, A: Tensor, weights: Tensor, T: Tensor): Tensor {
  const N = A.shape.at(-2)!;
  const mixing = add(T, expandDims(mul(1 / Math.sqrt(N - 1), weights), -2)); // [..., N, N]
  return add(expandDims(xbar, -2), matmul(mixing, A));
}

/** Returns ℓ = log N(y; ȳ, S), the innovation w and χ² = wᵀw. */
export function ensembleSpaceEvidence(
  space: EnsembleSpace,
  observation: Observation,
): Omit<Analysis<Tensor>, "state"> {
  const chiSquare = space.chiSquare();
  const constant = scale(Math.log(2 * Math.PI), observedCount(observation));
  const volume = add(add(space.logDeterminant(), logDeterminantOfError(observation)), constant);
  return {
    logEvidence: mul(-0.5, add(chiSquare, volume)),
    innovation: space.whitened(),
    chiSquare,
  };
}

/** Returns log det R of the observed entries. */
function logDeterminantOfError(observation: Observation): Scalar {
  const m = observation.operator.size;
  const R = variances(observation);
  if (typeof R === "number") return m * Math.log(R);
  return R.shape.length === 0 ? mul(m, log(R)) : sum(log(R), -1);
}

/** Returns X + I. */
const withUnit = (X: Tensor): Tensor => add(X, eye(X.shape.at(-1)!, floatType(X)));

/** Returns vᵀX for v [..., n] and X [..., n, k]. */
const rowTimes = (v: Tensor, X: Tensor): Tensor => squeeze(matmul(expandDims(v, -2), X), -2);

/** Returns N of an ensemble [..., N, d]. @throws ShapeError unless N ≥ 2. */
export function ensembleSize(who: string, E: Tensor): number {
  expectTensor(who, "the ensemble", E, "[..., N, d]");
  const N = E.shape.at(-2) ?? 0;
  if (N >= 2) return N;
  throw new ShapeError(
    `${who}: the ensemble is [${E.shape}]; need [..., N, d] with N ≥ 2. Is it one state, without members?`,
  );
}
