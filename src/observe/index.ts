export { type Polar, polar, wrapAngle } from "./angle.js";
export { covarianceAtObserved, type ObservedCovariance, observedCovariance } from "./covariance.js";
export { differenceOf, innovationOf, unwrapAbout, unwrapMembers } from "./difference.js";
export { drawObservations, type Instrument } from "./draw.js";
export { lognormalNoise } from "./noises/lognormal.js";
export { normalNoise } from "./noises/normal.js";
export { squareText } from "./noises/square-text.js";
export {
  atObserved,
  checkObservation,
  columnsAtObserved,
  isExact,
  type Observation,
  observedCount,
  rowsAtObserved,
  variances,
} from "./observation.js";
export { type ObserveByOptions, observeBy } from "./observe-by.js";
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
export { everyOperator } from "./operators/every.js";
export { identityOperator } from "./operators/identity.js";
export { indicesOperator } from "./operators/indices.js";
export { matrixOperator } from "./operators/matrix.js";
export { powerOperator } from "./operators/power.js";
export { randomOperator } from "./operators/random.js";
export { rangeBearingOperator } from "./operators/range-bearing.js";
export { ratioOperator } from "./operators/ratio.js";
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
export { noises, operators } from "./records.js";
