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
  observeLog,
  observeMatrix,
} from "./operator.js";
export {
  type ObservationSeries,
  type ObservedTensors,
  observationAt,
  observationSeries,
  type RecordData,
  type ValueTransform,
} from "./record.js";
