export {
  type AnalysisNetworkParams,
  analysisNetwork,
  analysisNetworkRecord,
  networkAnalysis,
  observedAt,
  standardNetwork,
} from "./analysis-network.js";
export {
  type AssimilateOptions,
  type Assimilation,
  type AssimilationSeries,
  analyseWithoutForecast,
  assimilate,
  assimilateSeries,
  cycleKeys,
  filterCycle,
  runCycle,
} from "./assimilate.js";
export {
  asksForClimate,
  backgroundSize,
  checkBackground,
  checkBackgroundSize,
  covarianceOf,
} from "./background.js";
export {
  type ClimatologyParams,
  climatology,
  climatologyRecord,
  optimalInterpolation,
  optimalInterpolationRecord,
} from "./climatology.js";
export { type DenkfParams, denkf, denkfAnalysis, denkfRecord } from "./denkf.js";
export {
  type Determination,
  type Diffuse,
  determine,
  determinedRows,
  unknownVariables,
} from "./diffuse.js";
export { type EakfParams, eakf, eakfAnalysis, eakfRecord } from "./eakf.js";
export {
  type EnkfInflation,
  type EnkfParams,
  enkf,
  enkfAnalysis,
  enkfRecord,
  perturbations,
} from "./enkf.js";
export { type EnkfNParams, enkfN, enkfNAnalysis, enkfNRecord } from "./enkf-n.js";
export {
  type Ens3dvarParams,
  ens3dvar,
  ens3dvarAnalysis,
  ens3dvarRecord,
  type HybridCovariance,
} from "./ens3dvar.js";
export { checkMembers, ensembleFilter } from "./ensemble-filter.js";
export { cyclesText, inflationOf, membersText } from "./ensemble-settings.js";
export {
  type EnsembleSpace,
  ensembleSpace,
  ensembleSpaceEvidence,
  recombine,
  type ScaledEnsemble,
  scaledEnsemble,
} from "./ensemble-space.js";
export { type EtkfParams, etkf, etkfAnalysis, etkfRecord } from "./etkf.js";
export { type EvidenceTerms, evidenceTerms } from "./evidence.js";
export {
  type ExtendedKalmanParams,
  extendedForecast,
  extendedKalman,
  extendedKalmanRecord,
} from "./extended-kalman.js";
export { type FactorState, joined, observedRows } from "./factor-analysis.js";
export type {
  Analysis,
  Cycle,
  CycleResult,
  Filter,
  Increments,
  Members,
  Method,
  Moments,
  Smoother,
} from "./filter.js";
export { type FiniteSize, finiteSizeFactor, type Hyperprior, hyperprior } from "./finite-size.js";
export { factorOf, type KalmanState, stateOfRows } from "./gaussian-state.js";
export {
  type ConvolutionalSize,
  convolutionalIncrement,
  denseIncrement,
  type IncrementNetwork,
  linearIncrement,
  stateBlindIncrement,
} from "./increment-network.js";
export { type Inflation, inflate, inflated, inflationNames, type Relaxation } from "./inflation.js";
export { inspectionDefaults } from "./inspect-key.js";
export {
  type IteratedExtendedKalmanParams,
  iteratedAnalysis,
  iteratedExtendedKalman,
  iteratedExtendedKalmanRecord,
} from "./iterated-extended-kalman.js";
export {
  exactNeeds,
  forecastRows,
  kalman,
  kalmanAnalysis,
  kalmanForecast,
  kalmanRecord,
} from "./kalman.js";
export { type LetkfParams, type Localisation, letkf, letkfAnalysis, letkfRecord } from "./letkf.js";
export {
  afterAnalysisKeys,
  backgroundKey,
  lagKey,
  membersKey,
  mixingKey,
  windowKeys,
} from "./method-keys.js";
export {
  type NeighbourOptions,
  type Neighbours,
  neighbours,
  type PatchRun,
} from "./neighbours.js";
export {
  type OptimalParticleParams,
  type OptimalParticleState,
  optimalParticle,
  optimalParticleRecord,
} from "./optimal-particle.js";
export { type ParticleParams, type ParticleState, particle, particleRecord } from "./particle.js";
export { valuesPerNumber } from "./proposals.js";
export {
  type Climate,
  covarianceSize,
  defineMethod,
  ensembleSpaceSize,
  type InspectionRequest,
  type MethodAdvice,
  type MethodContext,
  type MethodNeeds,
  type MethodRecord,
  type ProblemSizes,
  type ProposalFacts,
  stateSizeOf,
} from "./record.js";
export { backgroundRemedy, exactNeed, membersRemedy, taperRemedy } from "./remedies.js";
export { type Ancestry, type ResamplingParams, systematic } from "./resampling.js";
export { meanPreservingRotation } from "./rotation.js";
export {
  type SigmaPointParams,
  type SigmaWeights,
  sigmaPoints,
  sigmaWeights,
} from "./sigma-points.js";
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
  threedvarCRecord,
  threedvarRecord,
} from "./threedvar.js";
export {
  type ThreedvarKParams,
  threedvarK,
  threedvarKAnalysis,
  threedvarKRecord,
} from "./threedvar-k.js";
export { withoutVector } from "./triangular.js";
export {
  type UnscentedKalmanParams,
  unscentedKalman,
  unscentedKalmanRecord,
} from "./unscented-kalman.js";
