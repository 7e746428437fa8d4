export { crpsEnsemble, crpsGaussian } from "./crps.js";
export {
  type InnovationOptions,
  type InnovationStatistics,
  innovationStatistics,
} from "./innovations.js";
export { quantile, quantiles } from "./quantile.js";
export { rmse, rmsePooled } from "./rmse.js";
export { crpsOf, quantileOf, type SortedSample, sortedSample } from "./sample.js";
export type { Series } from "./series.js";
export { spread } from "./spread.js";
