import {
  add,
  cast,
  expandDims,
  logDeterminant,
  matmul,
  mul,
  positiveDefinite,
  solve,
  solveRows,
  sum,
  type Tensor,
  UsageError,
  zeros,
} from "../engine/index.js";
import { addNoise, advance } from "../models/index.js";
import {
  checkObservation,
  columnsAtObserved,
  covarianceAtObserved,
  differenceOf,
  type Observation,
  observedCount,
  variances,
} from "../observe/index.js";
import { checkOptions, grouped, namesOf, nonNegative } from "../parts/index.js";
import {
  degenerateWeights,
  floatType,
  type Scalar,
  scale,
  weightedMoments,
} from "../prob/index.js";
import { type Key, split } from "../random/index.js";
import { perturbations } from "./enkf.js";
import type { Filter } from "./filter.js";
import { kernelDraws, kernelRoots, kernelWidth } from "./kernel.js";
import { particleKeys } from "./method-keys.js";
import {
  checkDiversity,
  checkParticles,
  diversityNeeds,
  equalWeights,
  type ParticleParams,
  type ParticleState,
  weighed,
  weightedMembers,
  whitened,
} from "./particle.js";
import { defineMethod, particleSize } from "./record.js";
import { particleRemedy } from "./remedies.js";
import { resample } from "./resampling.js";

/** Parameters of the particle filter with the optimal proposal. */
export interface OptimalParticleParams extends ParticleParams {
  /** s: width of the kernel that is added to the model noise in the proposal. @defaultValue 0 */
  readonly proposalRegularisation?: Scalar;
}

/** The state of the particle filter with the optimal proposal. */
export interface OptimalParticleState extends ParticleState {
  /** cᵢ, the last model step before its noise, [..., N, d]; the particles themselves after an analysis. */
  readonly centres: Tensor;
  /** q, the variance of the noise of the last model step, [..., d]. */
  readonly noise: Tensor;
}

const known = namesOf<OptimalParticleParams>({
  members: true,
  resampleBelow: true,
  regularisation: true,
  proposalRegularisation: true,
});

/**
 * The particle filter with the optimal proposal: particles are drawn given the observation.
 *
 * With cᵢ = F(xᵢ′) the last model step before its noise, a linear H, and Q̂ = diag(q) + h² Ĉ,
 *
 *     S   = H Q̂ Hᵀ + R,   K = Q̂ Hᵀ S⁻¹
 *     wᵢ⁺ ∝ wᵢ N(y; H cᵢ, S)                               weights, independent of the draw
 *     xᵢ⁺ = x̃ᵢ + K (y + εᵢ − H x̃ᵢ),   x̃ᵢ ~ N(cᵢ, Q̂)         an exact draw of p(x | cᵢ, y)
 *     ℓ   = log Σ wᵢ N(y; H cᵢ, S)
 *
 * Of all proposals that know xᵢ′ and y this one has weights of the least variance. Where the model has no
 * noise, a kernel around each particle replaces it (`proposalRegularisation` s, width h = s N^(−1/(d+4)), Ĉ
 * the weighted covariance of the cᵢ): it moves particles towards the observation before Bayes' rule, whereas
 * `regularisation` spreads them after it. Without noise and kernel, Q̂ = 0, it is the bootstrap filter. Over
 * several model steps between observations only the noise of the last one is drawn again. State: particles
 * [..., N, d] with their weights.
 *
 * @throws UsageError when the operator is not linear, when states must stay positive, when neither the model
 * has noise nor a regularisation is given, or when a setting is out of its range.
 * @see doucet2000; bocquet2010
 */
export function optimalParticle(params: OptimalParticleParams): Filter<OptimalParticleState> {
  checkOptions("optimalParticle", params, known);
  const who = "optimalParticle";
  const { members: N, regularisation = 0, proposalRegularisation: s = 0 } = params;
  checkParticles(who, params);
  if (typeof s === "number" && !(s >= 0)) {
    throw new UsageError(`${who}: proposalRegularisation is ${s}; need 0 or more.`);
  }
  return {
    name: "optimal-particle",
    init: (prior, key) => {
      const now = equalWeights(prior, N, key);
      return { ...now, resampled: now, ...withoutNoise(now.particles) };
    },
    forecast: ({ resampled }, transition, key) => {
      checkDiversity(who, transition, { ...params, regularisation: s === 0 ? regularisation : s });
      const { map: F, noise: q, support } = transition;
      if (support === "positive") {
        throw new UsageError(
          `${who}: states must stay positive, so that their noise is not Gaussian. Take logarithms as the state, or use particle.`,
        );
      }
      const centres = F(resampled.particles); // [..., N, d]
      const { noise: none } = withoutNoise(centres);
      const particles = advance({ map: () => centres, noise: q }, centres, key);
      const now = { ...resampled, particles };
      return { ...now, resampled: now, centres, noise: q === null ? none : add(none, q) };
    },
    analyse: (state, observation, key) => {
      const [proposing, resampling] = split(key) as [Key, Key];
      const { drawn, logWeights, ...evidence } = propose(who, state, s, observation, proposing);
      const after = { particles: drawn, logWeights };
      const resampled = resample(after, params, resampling);
      return {
        state: { ...after, resampled, ...withoutNoise(drawn) },
        ...evidence,
        degenerate: degenerateWeights(after),
      };
    },
    moments: weightedMoments,
    members: weightedMembers,
  };
}

/** Returns particles as their own centres, with noise of variance 0. */
const withoutNoise = (E: Tensor): Pick<OptimalParticleState, "centres" | "noise"> => ({
  centres: E,
  noise: zeros(E.shape.toSpliced(-2, 1), floatType(E)),
});

/** Draws particles given the observation, and computes their weights and the evidence. */
function propose(
  who: string,
  { particles: E, centres: c, noise: q, logWeights }: OptimalParticleState,
  s: Scalar,
  observation: Observation,
  key: Key,
) {
  checkObservation(who, observation);
  const { operator, y } = observation;
  const [N, d] = c.shape.slice(-2) as [number, number];
  const H = operator.matrix(d);
  if (H === null) {
    throw new UsageError(
      `${who}: the operator "${operator.name}" is not linear. Take the observed quantity as the state, or use particle.`,
    );
  }
  const [jittering, perturbing] = split(key) as [Key, Key];
  const h = kernelWidth(s, N, d);
  const B = s === 0 ? null : mul(h, kernelRoots({ particles: c, logWeights })); // h²Ĉ = BᵀB
  const HQ = mul(cast(H, floatType(c)), expandDims(q, -2)); // [..., m, d]
  const HC = B === null ? HQ : add(HQ, matmul(operator.apply(B), B, { transposeA: true }));
  const seen = covarianceAtObserved({ HC, HCH: operator.apply(HC) }, observation);
  const S = positiveDefinite(addNoise(seen.HCH, variances(observation))); // [..., m, m]

  const hc = operator.apply(c); // [..., N, m]
  const r = columnsAtObserved(differenceOf(operator, expandDims(y, -2), hc), observation);
  const chiSquares = sum(mul(r, solveRows(S, r)), -1); // [..., N]
  const volume = add(logDeterminant(S), scale(Math.log(2 * Math.PI), observedCount(observation)));
  const logLikelihood = mul(-0.5, add(chiSquares, expandDims(volume, -1)));

  const x = B === null ? E : add(E, kernelDraws(B, jittering)); // [..., N, d]
  const perturbed = add(expandDims(y, -2), perturbations(x, observation, perturbing));
  const D = columnsAtObserved(differenceOf(operator, perturbed, operator.apply(x)), observation); // [..., N, m]
  return {
    drawn: add(x, matmul(D, solve(S, seen.HC))),
    ...weighed({ particles: c, logWeights }, logLikelihood),
    ...whitened({ particles: hc, logWeights }, seen.HCH, observation),
  };
}

export const optimalParticleRecord = defineMethod({
  kind: "optimal-particle",
  title:
    "particle filter with the optimal proposal: particles are drawn given the observation; linear observations",
  parameters: {
    ...particleKeys,
    proposalRegularisation: nonNegative({
      optional: true,
      about:
        "width of the kernel that is added to the model noise in the proposal, in units of the bandwidth of Scott's rule",
    }),
  },
  stateSize: particleSize,
  needs: ({ proposalRegularisation: s, ...block }) => ({
    ...diversityNeeds(s === undefined || s === 0 ? block : { ...block, regularisation: s }),
    linearObservations: "take enkf",
    realStates: "take particle, or coordinates: log where the model has them",
  }),
  build: ({ proposalRegularisation, ...settings }) =>
    optimalParticle({
      ...settings,
      ...(proposalRegularisation !== undefined && { proposalRegularisation }),
    }),
  phrase: ({ members }) =>
    `a particle filter of ${grouped(members as number)} particles with the optimal proposal`,
  remedy: particleRemedy,
});
