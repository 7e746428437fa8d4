export { autocorrelation } from "./autocorrelation.js";
export { buresWasserstein, eigenvaluesOf, positivePart } from "./bures-wasserstein.js";
export { crpsEnsemble, crpsGaussian } from "./crps.js";
export {
  type Desroziers,
  desroziers,
  type Estimate,
  type ResidualCovariances,
} from "./desroziers.js";
export {
  antisymmetricShare,
  covarianceTangent,
  equivalentCovariance,
  incrementBias,
} from "./equivalent-covariance.js";
export {
  type EquivalentGain,
  equivalentGain,
  gainOfCovariance,
  relativeDifference,
} from "./equivalent-gain.js";
export { type Flatness, type FlatnessPart, flatness } from "./flatness.js";
export {
  type InnovationOptions,
  type InnovationStatistics,
  innovationStatistics,
  meanChiSquareInterval,
} from "./innovations.js";
export {
  type InspectionOptions,
  inspectAnalysis,
  inspecting,
} from "./inspecting.js";
export type {
  Beside,
  Inspection,
  InspectionSettings,
} from "./inspection.js";
export { localityMean } from "./locality.js";
export {
  commonShare,
  type LyapunovOptions,
  type LyapunovStep,
  leadingLyapunovExponent,
  lyapunovStep,
} from "./lyapunov.js";
export { quantile, quantiles } from "./quantile.js";
export {
  type EffectiveCases,
  type RankedSeries,
  type RankHistogram,
  rankHistogram,
} from "./rank-histogram.js";
export { rmse, rmsePooled } from "./rmse.js";
export { crpsOf, quantileOf, type SortedSample, sortedSample } from "./sample.js";
export type { Series } from "./series.js";
export { powerSpectrum } from "./spectrum.js";
export { spread } from "./spread.js";
export { type TimeMean, timeMean } from "./time-mean.js";
