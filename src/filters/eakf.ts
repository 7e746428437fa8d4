import {
  add,
  concat,
  div,
  expandDims,
  log,
  matmul,
  mean,
  mul,
  ones,
  pad,
  slice,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
} from "../engine/index.js";
import {
  atObserved,
  checkObservation,
  columnsAtObserved,
  type Observation,
  observedCount,
  unwrapAbout,
  unwrapMembers,
  variances,
} from "../observe/index.js";
import { checkOptions, namesOf } from "../parts/index.js";
import { asRow, floatType, scale } from "../prob/index.js";
import type { EnkfInflation } from "./enkf.js";
import { ensembleFilter } from "./ensemble-filter.js";
import { membersText, taperedOf, taperNeeds } from "./ensemble-settings.js";
import { ensembleSize, grown } from "./ensemble-space.js";
import type { EtkfParams } from "./etkf.js";
import type { Analysis, Filter } from "./filter.js";
import { inflated, inflationNames } from "./inflation.js";
import { taperedKeys } from "./method-keys.js";
import { defineMethod, taperedSize } from "./record.js";
import { taperRemedy } from "./remedies.js";
import { taperAt } from "./taper.js";

/** Parameters of the EAKF. */
export interface EakfParams extends EtkfParams, EnkfInflation {}

const known = namesOf<EakfParams>({
  members: true,
  covarianceInflation: true,
  taper: true,
  ...inflationNames,
});

/**
 * The serial ensemble adjustment Kalman filter: observations are analysed one after the other, each by
 * divisions of scalars alone.
 *
 * With the anomalies A = √(1 + φ) (E − x̄)/√(N − 1) of the state and of h(E) side by side, for j = 1 … m in
 * the order given, each from the mean and the anomalies that the observations before have left,
 *
 *     v = A e_j,    S = vᵀv + R_j                    members' anomalies of observation j   [N], []
 *     k = ρ_j ∘ (vᵀA)/S                              gain of state and observations        [d + m]
 *     x̄ ← x̄ + (y_j − ȳ_j) k,    A ← A − α v k,       α = 1/(1 + √(R_j/S))
 *     w_j = (y_j − ȳ_j)/√S,     ℓ = Σ log N(y_j; ȳ_j, S)
 *
 * The values of h are carried along as components, so h may be nonlinear; where h picks components of the
 * state, these serve. Without a taper mean, covariance and ℓ are those of the ETKF in any order of the
 * observations (the members differ), and w = L⁻¹(y − ȳ) with the Cholesky factor L of the innovation
 * covariance. With a taper each gain is damped before the next observation is analysed: the results then
 * depend on the order, and ℓ is the product of these conditional densities. State: the ensemble [..., N, d].
 *
 * @throws UsageError unless `members` is a whole number, at least 2; ShapeError when the taper does not fit
 * the observations.
 * @see anderson2003; whitaker2002 for α; houtekamer2001 for the damped gain
 */
export function eakf(params: EakfParams): Filter<Tensor> {
  checkOptions("eakf", params, known);
  return ensembleFilter("eakf", params.members, (E, observation, key) =>
    inflated(eakfAnalysis(E, observation, params), E, params, key),
  );
}

/**
 * Analyses a forecast ensemble E [..., N, d] by the formulas of `eakf`. The loop over observations is
 * unrolled in a captured program: a dozen instructions for each observation, of which two pass over all
 * N (d + m) numbers, or N d.
 */
export function eakfAnalysis(
  E: Tensor,
  observation: Observation,
  { covarianceInflation: phi = 0, taper: given }: EnkfInflation = {},
): Analysis<Tensor> {
  const N = ensembleSize("eakf", E);
  checkObservation("eakf", observation);
  const { y, operator } = observation;
  const [d, m] = [E.shape.at(-1)!, operator.size];
  const picked = Array.isArray(operator.components) ? operator.components : null;
  const taper = given && taperAt("eakf", given, operator, d);
  const rho =
    taper && (picked ? taper.observedState : concat([taper.observedState, taper.observed], -1));
  const all = picked ? E : concat([E, unwrapMembers(operator, operator.apply(E))], -1); // [..., N, n]
  const xbar = expandDims(mean(all, -2), -2); // [..., 1, n]
  const A = mul(1 / Math.sqrt(N - 1), grown(sub(all, xbar), phi));

  // One matrix: the mean above the anomalies; `target` is y in the row of the mean and 0 in the others,
  // `members` is 0 in the row of the mean and 1 in the others.
  let X = concat([xbar, A], -2); // [..., 1 + N, n]
  const near =
    operator.difference === undefined
      ? expandDims(y, -2)
      : unwrapAbout(
          operator,
          expandDims(y, -2),
          picked ? operator.apply(xbar) : slice(xbar, -1, d, d + m),
        );
  const target = pad(near, -2, 0, N); // [..., 1 + N, m]
  const members = columnsAtObserved(pad(ones([N, m], floatType(E)), -2, 1, 0), observation);
  const R = asRow(variances(observation));
  const [misfits, volumes]: [Tensor[], Tensor[]] = [[], []];
  for (let j = 0; j < m; j++) {
    const position = picked ? picked[j]! : d + j;
    const column = sub(columnOf(X, position), columnOf(target, j)); // ȳ_j − y_j above a_j
    const v = mul(column, columnOf(members, j)); // [..., 1 + N, 1], 0 above
    const moments = matmul(v, X, { transposeA: true }); // [..., 1, n]
    const Rj = typeof R === "number" || R.shape.length === 0 ? R : columnOf(R, j);
    const S = add(columnOf(moments, position), Rj); // [..., 1, 1]
    const alpha = div(1, add(1, sqrt(div(Rj, S))));
    const k = div(rho ? mul(slice(rho, -2, j, j + 1), moments) : moments, S);
    X = sub(X, mul(sub(column, mul(sub(1, alpha), v)), k));
    misfits.push(slice(column, -2, 0, 1));
    volumes.push(S);
  }
  const state = slice(X, -1, 0, d);
  const S = squeeze(concat(volumes, -1), -2); // [..., m]
  const w = atObserved(div(squeeze(concat(misfits, -1), -2), mul(-1, sqrt(S))), observation);
  const chiSquare = sum(square(w), -1);
  const constant = scale(Math.log(2 * Math.PI), observedCount(observation));
  return {
    state: add(slice(state, -2, 0, 1), mul(Math.sqrt(N - 1), slice(state, -2, 1, N + 1))),
    logEvidence: mul(-0.5, add(add(chiSquare, sum(log(S), -1)), constant)),
    innovation: w,
    chiSquare,
  };
}

/** Returns column j, [..., n] → [..., 1]. */
const columnOf = (X: Tensor, j: number): Tensor => slice(X, -1, j, j + 1);

export const eakfRecord = defineMethod({
  kind: "eakf",
  title:
    "ensemble adjustment Kalman filter: observations are analysed one after the other; any model",
  parameters: taperedKeys,
  stateSize: taperedSize,
  needs: taperNeeds,
  build: (settings, context) => eakf(taperedOf(settings, context)),
  phrase: (block) => `a serial ensemble adjustment Kalman filter of ${membersText(block)}`,
  remedy: taperRemedy(),
});
