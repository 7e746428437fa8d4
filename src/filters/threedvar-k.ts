/**
 * 3DVar with a learned gain (3DVar-K): one state, and K itself as the parameter.
 *
 *     x⁺ = x + (y − H x) Kᵀ          states are rows     [..., d]
 *     ℓ  = −‖y − H x‖²               misfit, eq. 17      [...]
 *
 * K belongs to one H: it cannot say what to do with other observations, so a changing H and gaps are
 * refused. No covariance is known, hence no likelihood; −Σℓ/T is the loss of eq. 17.
 *
 * @see levine2022; adrian2026, 3, eq. 16 and 17
 */
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
import { floatType } from "../prob/index.js";
import { checkGainSize, gainOf } from "./background.js";
import type { Analysis, Filter } from "./filter.js";
import { gainKey } from "./method-keys.js";
import { defineMethod } from "./record.js";
import { backgroundRemedy } from "./remedies.js";

export interface ThreedvarKParams {
  /** K [d, m] */
  readonly gain: Tensor;
  /** H: the operator of every observation. */
  readonly operator: Operator;
}

/** State: x [..., d]; the mean of the prior at first. */
export function threedvarK({ gain, operator }: ThreedvarKParams): Filter<Tensor> {
  const { shape } = gain;
  if (shape.length !== 2 || shape[1] !== operator.size) {
    throw new ShapeError(
      `3dvar-k: the gain is [${shape}]; need [d, ${operator.size}], a column per row of the operator "${operator.name}".`,
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

/** One analysis: forecast x [..., d] and a gain K [d, m]. */
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
    `3dvar-k: this observation has ${what}; need the H that the gain was made for, fully observed. Where H changes, take 3dvar-c, ens3dvar or enkf.`,
  );
}

/** One operator, or two that pick the same components. */
const sameView = (a: Operator, b: Operator): boolean =>
  a === b ||
  (Array.isArray(a.components) &&
    Array.isArray(b.components) &&
    a.components.length === b.components.length &&
    a.components.every((i, k) => i === (b.components as readonly number[])[k]));

export const threedvarKRecord = defineMethod({
  kind: "3dvar-k",
  title:
    "3DVar by its gain, which may be learned; the same variables observed at every time, no gaps",
  parameters: { gain: gainKey },
  checkDimension: checkGainSize,
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
    // The gain of a forecast as uncertain as its observation.
    propose: ({ learns }) => ({ gain: { transpose: 0.5, ...(learns && { learn: true }) } }),
  },
});
