export {
  type AssimilateOptions,
  type Assimilation,
  type AssimilationSeries,
  analyseHere,
  assimilate,
  assimilateSeries,
  type Cycle,
  type CycleResult,
  cycleKeys,
  filterCycle,
  runCycle,
} from "./assimilate.js";
export { type ClimatologyParams, climatology, optimalInterpolation } from "./climatology.js";
export { type EnkfInflation, type EnkfParams, enkf, enkfAnalysis, perturbations } from "./enkf.js";
export {
  type Ens3dvarParams,
  ens3dvar,
  ens3dvarAnalysis,
  type HybridCovariance,
} from "./ens3dvar.js";
export { type EvidenceTerms, evidenceTerms } from "./evidence.js";
export { type ExtendedKalmanParams, extendedForecast, extendedKalman } from "./extended-kalman.js";
export type { Analysis, Filter, Members, Method, Moments, Smoother } from "./filter.js";
export { type Inflation, inflate, type Relaxation } from "./inflation.js";
export { type KalmanState, kalman, kalmanAnalysis, kalmanForecast } from "./kalman.js";
export { meanPreservingRotation } from "./rotation.js";
export { jacobianAt, pushRows, viewAt } from "./tangent.js";
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
