import {
  add,
  matvec,
  mul,
  ShapeError,
  square,
  sum,
  type Tensor,
  UsageError,
  zeros,
} from "../engine/index.js";
import {
  checkObservation,
  innovationOf,
  type Observation,
  type Operator,
} from "../observe/index.js";
import { checkOptions, namesOf } from "../parts/index.js";
import { floatType } from "../prob/index.js";
import { checkGainSize, gainOf } from "./background.js";
import type { Analysis, Filter } from "./filter.js";
import { gainKey } from "./method-keys.js";
import { defineMethod } from "./record.js";
import { backgroundRemedy } from "./remedies.js";

/** Parameters of 3DVar-K. */
export interface ThreedvarKParams {
  /** K [d, m] */
  readonly gain: Tensor;
  /** H: the operator of every observation. */
  readonly operator: Operator;
}

const known = namesOf<ThreedvarKParams>({ gain: true, operator: true });

/**
 * 3DVar with a given or learned gain (3DVar-K): one state, and K itself as the parameter.
 *
 *     x⁺ = x + (y − H x) Kᵀ          states are rows     [..., d]
 *     ℓ  = −‖y − H x‖²               misfit, eq. 17      [...]
 *
 * A gain fits one H, so a changing H and gaps are refused. No covariance is known, hence there is no
 * likelihood; −Σℓ/T is the loss of eq. 17. State: x [..., d], at first the mean of the prior.
 *
 * @throws ShapeError unless K is [d, m]; UsageError when an observation has gaps or another operator.
 * @see levine2022; adrian2026, 3, eq. 16 and 17
 */
export function threedvarK(params: ThreedvarKParams): Filter<Tensor> {
  checkOptions("threedvarK", params, known);
  const { gain, operator } = params;
  const { shape } = gain;
  if (shape.length !== 2 || shape[1] !== operator.size) {
    throw new ShapeError(
      `3dvar-k: the gain is [${shape}]; need [d, ${operator.size}], a column for each value of the operator "${operator.name}".`,
    );
  }
  return {
    name: "3dvar-k",
    evidence: "misfit",
    init: ({ mean }) => mean,
    forecast: (x, { map }) => map(x),
    analyse: (x, observation) => {
      checkFixed(observation, operator);
      return threedvarKAnalysis(x, observation, gain);
    },
    moments: (x) => ({ mean: x, variance: zeros(x.shape, floatType(x)) }),
  };
}

/** Analyses a forecast x [..., d] with a gain K [d, m], by the formulas of `threedvarK`. */
export function threedvarKAnalysis(
  x: Tensor,
  observation: Observation,
  gain: Tensor,
): Analysis<Tensor> {
  checkObservation("3dvar-k", observation);
  const r = innovationOf(observation, observation.operator.apply(x)); // [..., m]
  const misfit = sum(square(r), -1);
  return {
    state: add(x, matvec(gain, r)),
    logEvidence: mul(-1, misfit),
    innovation: r,
    chiSquare: misfit,
  };
}

function checkFixed({ operator, mask }: Observation, fixed: Operator): void {
  if (mask === null && sameView(operator, fixed)) return;
  const what = mask === null ? "another operator" : "gaps";
  throw new UsageError(
    `3dvar-k: this observation has ${what}; need the operator of the gain, without gaps. Where the operator changes, take 3dvar-c, ens3dvar or enkf.`,
  );
}

/** Tells whether two operators are one, or pick the same components. */
const sameView = (a: Operator, b: Operator): boolean =>
  a === b ||
  (Array.isArray(a.components) &&
    Array.isArray(b.components) &&
    a.components.length === b.components.length &&
    a.components.every((i, k) => i === (b.components as readonly number[])[k]));

export const threedvarKRecord = defineMethod({
  kind: "3dvar-k",
  title:
    "3DVar with a gain that may be learned; the same variables observed at every time, without gaps",
  parameters: { gain: gainKey },
  checkDimension: checkGainSize,
  // The gain is [d, m].
  stateSize: (_, { variables: d, values: m }) => d + d * m,
  needs: () => ({
    fixedObservations: "need 3dvar-c, ens3dvar or enkf",
    linearObservations: "take enkf",
    givenProcessNoise: "need a number, or ens3dvar or enkf",
  }),
  build: ({ gain }, context) =>
    threedvarK({ gain: gainOf(gain, context), operator: context.operator! }),
  phrase: () => "3DVar with a gain of its own",
  remedy: backgroundRemedy,
  advice: {
    family: "static",
    order: 5,
    whenLearning: true,
    // The gain of a forecast whose variance is that of the observation error.
    propose: ({ learns }) => ({ gain: { transpose: 0.5, ...(learns && { learn: true }) } }),
  },
});
