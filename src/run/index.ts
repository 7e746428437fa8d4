export type { MemoryLimits } from "./check-memory.js";
export { comparisonOf } from "./comparison.js";
export { type Cost, costOf, countedLength, mostNumbers } from "./cost.js";
export { type Data, dataOf, learningDataOf, systemFor } from "./data.js";
export { type BuiltFacts, extentOf } from "./extent.js";
export { type LearnedFor, rangeOf, settingOf } from "./learned-for.js";
export { addressable, type Memory } from "./memory.js";
export type {
  Band,
  Checkpoint,
  ChoiceResult,
  ComparedResult,
  ComparisonResult,
  Computed,
  DegenerateWeights,
  Divergence,
  Errors,
  ForecastAnalysis,
  InnovationSeries,
  InspectionResult,
  LearningOutput,
  LossPoint,
  LostTruth,
  ParameterResult,
  Progress,
  RestartResult,
  RunHost,
  RunOutput,
  RunResult,
  SavedTensor,
  SavedValues,
  StageFailure,
  StateSeries,
  TensorResult,
  Versions,
} from "./output.js";
export { Interrupted } from "./output.js";
export { runExperiment } from "./run.js";
export {
  type ChoiceSpecification,
  type LearnSpecification,
  type ObservationsSpecification,
  type PartUse,
  plainSpecification,
  type RecordSpecification,
  type Specification,
  type TimeSpecification,
  type TrajectoryCounts,
  type TwinSpecification,
} from "./specification.js";
