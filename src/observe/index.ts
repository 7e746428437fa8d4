export { type Polar, polar, wrapAngle } from "./angle.js";
export { covarianceAtObserved, type ObservedCovariance, observedCovariance } from "./covariance.js";
export { differenceOf, innovationOf, unwrapAbout, unwrapMembers } from "./difference.js";
export {
  atObserved,
  checkObservation,
  columnsAtObserved,
  type Observation,
  observedCount,
  rowsAtObserved,
  variances,
} from "./observation.js";
export {
  type Operator,
  observeAll,
  observeComponents,
  observeExp,
  observeIndices,
  observeLog,
  observeMatrix,
  rowsSeen,
} from "./operator.js";
export {
  defineNoise,
  defineOperator,
  type NoiseRecord,
  type Observed,
  type OperatorContext,
  type OperatorRecord,
} from "./part.js";
export { observePower } from "./power.js";
export { observeRangeBearing } from "./range-bearing.js";
export {
  type ObservationSeries,
  type ObservedTensors,
  observationAt,
  observationSeries,
  type RecordData,
  type ValueTransform,
} from "./record.js";
