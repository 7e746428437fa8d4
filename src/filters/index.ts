export {
  type AssimilateOptions,
  type Assimilation,
  type AssimilationSeries,
  analyseHere,
  assimilate,
  assimilateSeries,
  cycleKeys,
  filterCycle,
  runCycle,
} from "./assimilate.js";
export { type ClimatologyParams, climatology, optimalInterpolation } from "./climatology.js";
export { type DenkfParams, denkf, denkfAnalysis } from "./denkf.js";
export { type EakfParams, eakf, eakfAnalysis } from "./eakf.js";
export {
  type EnkfInflation,
  type EnkfParams,
  enkf,
  enkfAnalysis,
  perturbations,
} from "./enkf.js";
export { type EnkfNParams, enkfN, enkfNAnalysis } from "./enkf-n.js";
export {
  type Ens3dvarParams,
  ens3dvar,
  ens3dvarAnalysis,
  type HybridCovariance,
} from "./ens3dvar.js";
export { checkMembers, ensembleFilter } from "./ensemble-filter.js";
export {
  type EnsembleSpace,
  ensembleSpace,
  ensembleSpaceEvidence,
  recombine,
  type ScaledEnsemble,
  scaledEnsemble,
} from "./ensemble-space.js";
export { type EtkfParams, etkf, etkfAnalysis } from "./etkf.js";
export { type EvidenceTerms, evidenceTerms } from "./evidence.js";
export { type ExtendedKalmanParams, extendedForecast, extendedKalman } from "./extended-kalman.js";
export type {
  Analysis,
  Cycle,
  CycleResult,
  Filter,
  Members,
  Method,
  Moments,
  Smoother,
} from "./filter.js";
export { type FiniteSize, finiteSizeFactor, type Hyperprior, hyperprior } from "./finite-size.js";
export { type Inflation, inflate, inflated, type Relaxation } from "./inflation.js";
export { type KalmanState, kalman, kalmanAnalysis, kalmanForecast } from "./kalman.js";
export { type LetkfParams, type Localisation, letkf, letkfAnalysis } from "./letkf.js";
export {
  type Neighbours,
  neighbours,
  type PatchRun,
  type Places,
  type Vicinity,
} from "./neighbours.js";
export {
  type OptimalParticleParams,
  type OptimalParticleState,
  optimalParticle,
} from "./optimal-particle.js";
export { type ParticleParams, type ParticleState, particle } from "./particle.js";
export {
  type Climate,
  defineMethod,
  type MethodContext,
  type MethodNeeds,
  type MethodRecord,
} from "./record.js";
export { type Ancestry, type ResamplingParams, systematic } from "./resampling.js";
export { meanPreservingRotation } from "./rotation.js";
export { jacobianAt, viewAt } from "./tangent.js";
export {
  gridPositions,
  type ObservedTaper,
  observedTaper,
  type Positions,
  type StateTaper,
  stateTaper,
  type Taper,
} from "./taper.js";
export {
  checkIterations,
  type Observing,
  type StaticGain,
  staticGain,
  type ThreedvarParams,
  threedvar,
  threedvarAnalysis,
  threedvarC,
} from "./threedvar.js";
export { type ThreedvarKParams, threedvarK, threedvarKAnalysis } from "./threedvar-k.js";
