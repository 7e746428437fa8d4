import {
  add,
  broadcastTo,
  expandDims,
  matmul,
  matvec,
  type PositiveDefinite,
  positiveDefinite,
  solve,
  solveVector,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  UsageError,
} from "../engine/index.js";
import { addNoise } from "../models/index.js";
import {
  atObserved,
  checkObservation,
  covarianceAtObserved,
  innovationOf,
  type Observation,
  type ObservedCovariance,
  type Operator,
  observedCount,
  observedCovariance,
  rowsAtObserved,
  variances,
} from "../observe/index.js";
import {
  type Block,
  checkOptions,
  count,
  mostRepeated,
  namesOf,
  type ParametersOf,
} from "../parts/index.js";
import {
  asTensor,
  type Covariance,
  covarianceDiagonal,
  floatType,
  formCovariance,
  logNormal,
  type Scalar,
  whiten,
} from "../prob/index.js";
import {
  asksForClimate,
  backgroundSize,
  checkBackground,
  checkBackgroundSize,
  covarianceOf,
} from "./background.js";
import type { Analysis, Filter } from "./filter.js";
import { backgroundKey } from "./method-keys.js";
import { proposeBackground } from "./proposals.js";
import { defineMethod, type MethodContext, type MethodNeeds } from "./record.js";
import { backgroundRemedy } from "./remedies.js";
import { viewAt } from "./tangent.js";

/** An operator and the variance of the observation errors that are the same at every time. */
export interface Observing {
  readonly operator: Operator;
  /** R: one number, [] or [m]. */
  readonly variance: Scalar;
}

/** Parameters of 3DVar. */
export interface ThreedvarParams {
  /**
   * C in any form; a diagonal one has a variance for each component, [d]. Where H changes and the number of
   * steps times observations exceeds d, form C once: `{ kind: "matrix", matrix: formCovariance(C, d) }`.
   */
  readonly covariance: Covariance;
  /**
   * Given if H and R are the same at every time: H C is then computed once, and so is the gain for
   * observations without gaps.
   */
  readonly observing?: Observing;
  /** Number of Gauss–Newton steps where h is not linear. @defaultValue 5 */
  readonly iterations?: number;
}

/** The gain and the innovation covariance of C, H and R; leading axes only where gaps differ. */
export interface StaticGain {
  /** H C, [..., m, d] */
  readonly HC: Tensor;
  /** S, [..., m, m] */
  readonly S: PositiveDefinite;
  /** Kᵀ = S⁻¹ H C, [..., m, d] */
  readonly transposed: Tensor;
}

/** 3DVar under the name 3DVar-C, which the literature uses for a learned covariance. @see adrian2026 */
export const threedvarC = (params: ThreedvarParams): Filter<Tensor> => ({
  ...threedvar(params),
  name: "3dvar-c",
});

const settings = namesOf<ThreedvarParams>({ covariance: true, observing: true, iterations: true });

/**
 * 3DVar: one state, and a static covariance C, given or learned (3DVar-C).
 *
 *     S  = H C Hᵀ + R                innovation covariance          [m, m]
 *     Kᵀ = S⁻¹ H C                  gain, transposed               [m, d]
 *     x⁺ = x + (y − H x) Kᵀ         states are rows                [..., d]
 *     ℓ  = log N(y; H x, S)         evidence of y, eq. 14          [...]
 *
 * C enters only through H C; S is factored and inverted once, and where R and H do not change (`observing`)
 * once for all steps and all trajectories. The analysis is the minimum of
 *
 *     ½ ‖x⁺ − x‖² in the norm of C⁻¹  +  ½ ‖y − h(x⁺)‖² in that of R⁻¹,
 *
 * also where h is not linear: then by the Gauss–Newton method from x⁰ = x, with Hᵢ = h′(xⁱ),
 *
 *     xⁱ⁺¹ = x + (y − h(xⁱ) + Hᵢ (xⁱ − x)) Kᵢᵀ,
 *
 * and ℓ uses the tangent at x. Steps are not damped: far from y they may diverge. State: x [..., d], at
 * first the mean of the prior.
 *
 * @throws UsageError unless `iterations` is a whole number, at least 1; NumericError when S is not positive
 * definite.
 * @see lorenc1986; gratton2007 for the Gauss–Newton method; adrian2026, table 1 and algorithm 1
 */
export function threedvar(params: ThreedvarParams): Filter<Tensor> {
  checkOptions("threedvar", params, settings);
  const { observing, covariance, iterations = 5 } = params;
  checkIterations("3dvar", iterations);
  const fixed = observing?.operator.linear ? observing : undefined;
  const known = fixed && observedCovariance("3dvar", covariance, fixed.operator);
  const once = fixed && staticGain(covariance, { ...fixed, mask: null }, known);
  const gainFor = (observation: Observation): StaticGain => {
    const { operator, variance, mask } = observation;
    if (operator !== fixed?.operator) return staticGain(covariance, observation);
    const same = mask === null && variance === fixed.variance;
    return same ? once! : staticGain(covariance, observation, known);
  };
  return {
    name: "3dvar",
    init: ({ mean }) => mean,
    forecast: (x, { map }) => map(x),
    analyse: (x, observation) =>
      observation.operator.linear
        ? threedvarAnalysis(x, observation, gainFor(observation))
        : threedvarIterated(x, observation, covariance, iterations),
    moments: (x) => ({
      mean: x,
      variance: broadcastTo(asTensor(covarianceDiagonal(covariance), x.dtype), x.shape),
    }),
  };
}

/** Computes H C, S and the gain; H C without gaps may be given where it is known. */
export function staticGain(
  covariance: Covariance,
  observation: Omit<Observation, "y">,
  known?: ObservedCovariance,
): StaticGain {
  const all = known ?? observedCovariance("3dvar", covariance, observation.operator);
  const { HC, HCH } = covarianceAtObserved(all, observation);
  const S = positiveDefinite(addNoise(HCH, variances(observation)));
  return { HC, S, transposed: solve(S, HC) };
}

/**
 * Analyses a forecast x [..., d] with a gain, by the formulas of `threedvar`. The increments are r Kᵀ; for
 * fewer trajectories than components (S⁻¹r)ᵀ H C is cheaper, since the evidence needs S⁻¹r anyway.
 */
export function threedvarAnalysis(
  x: Tensor,
  observation: Observation,
  gain: StaticGain,
): Analysis<Tensor> {
  checkObservation("3dvar", observation);
  const hx = observation.operator.apply(x); // [..., m]
  const r = atObserved(innovationOf(observation, hx), observation); // [..., m]
  const { HC, S, transposed } = gain;
  const a = solveVector(S, r); // [..., m]
  const w = whiten(r, S.factor); // [..., m]
  const single = S.matrix.shape.length === 2;
  const [d, n] = [HC.shape.at(-1)!, r.size / r.shape.at(-1)!];
  return {
    state: add(x, single && n < d ? rowTimes(a, HC) : rowTimes(r, transposed)),
    logEvidence: logNormal(r, S, observedCount(observation), a),
    innovation: w,
    chiSquare: sum(square(w), -1),
  };
}

/** Analyses a forecast x [..., d] for an h that is not linear, with a number of tangents. */
export function threedvarIterated(
  x: Tensor,
  observation: Observation,
  covariance: Covariance,
  iterations: number,
): Analysis<Tensor> {
  checkObservation("3dvar", observation);
  const C = formCovariance(covariance, x.shape.at(-1)!, floatType(x));
  const step = (at: Tensor) => {
    const { hx, H: all } = viewAt(observation.operator, at);
    const H = rowsAtObserved(all, observation); // [..., m, d]
    const HC = matmul(H, C);
    const S = positiveDefinite(
      addNoise(matmul(HC, H, { transposeB: true }), variances(observation)),
    );
    const r = atObserved(add(innovationOf(observation, hx), matvec(all, sub(at, x))), observation);
    return { state: add(x, rowTimes(solveVector(S, r), HC)), S, r };
  };
  const first = step(x);
  let { state } = first;
  for (let i = 1; i < iterations; i++) ({ state } = step(state));
  const w = whiten(first.r, first.S.factor); // [..., m]
  return {
    state,
    logEvidence: logNormal(first.r, first.S, observedCount(observation)),
    innovation: w,
    chiSquare: sum(square(w), -1),
  };
}

/** Checks a number of iterations. @throws UsageError unless it is a whole number, at least 1. */
export function checkIterations(who: string, iterations: number): void {
  if (Number.isInteger(iterations) && iterations >= 1) return;
  throw new UsageError(`${who}: iterations is ${iterations}; need a whole number, at least 1.`);
}

/** Returns x K for vectors x [..., m], with one K [m, d] or one for each vector. */
const rowTimes = (x: Tensor, K: Tensor): Tensor =>
  K.shape.length === 2 && x.shape.length > 1
    ? matmul(x, K)
    : squeeze(matmul(expandDims(x, -2), K), -2);

/** 3DVar forecasts without noise, so it cannot learn the variance of the process noise. */
const givenProcessNoise = "need a number, or ens3dvar or enkf";

const threedvarNeeds = (block: Block): MethodNeeds => ({
  givenProcessNoise,
  ...(asksForClimate(block) && { climate: ["background"] }),
});

const settingsOf = (
  { background }: { readonly background: ParametersOf<(typeof backgroundKey)["keys"]> },
  context: MethodContext,
): ThreedvarParams => {
  const { operator, variance } = context;
  return {
    covariance: covarianceOf(background, context),
    ...(operator && { observing: { operator, variance } }),
  };
};

export const threedvarRecord = defineMethod({
  kind: "3dvar",
  title: "3DVar: one state with a static covariance; any model",
  parameters: {
    background: backgroundKey,
    iterations: count(
      1,
      {
        default: 1,
        about: "number of Gauss–Newton steps; more than one for observations that are not linear",
      },
      mostRepeated,
    ),
  },
  check: checkBackground,
  checkDimension: checkBackgroundSize,
  stateSize: backgroundSize,
  needs: threedvarNeeds,
  build: (settings, context) =>
    threedvar({ ...settingsOf(settings, context), iterations: settings.iterations }),
  phrase: () => "3DVar with a static covariance",
  remedy: backgroundRemedy,
});

export const threedvarCRecord = defineMethod({
  kind: "3dvar-c",
  title: "3DVar-C: one state with a static covariance that may be learned; any model",
  parameters: { background: backgroundKey },
  check: checkBackground,
  checkDimension: checkBackgroundSize,
  stateSize: backgroundSize,
  needs: (block) => ({ ...threedvarNeeds(block), linearObservations: "take enkf" }),
  build: (settings, context) => threedvarC(settingsOf(settings, context)),
  phrase: () => "3DVar with a static covariance",
  remedy: backgroundRemedy,
  advice: {
    family: "static",
    order: 4,
    whenLearning: true,
    propose: (facts) => ({ background: proposeBackground(facts) }),
  },
});
