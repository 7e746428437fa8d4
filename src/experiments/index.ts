export type {
  Band,
  Checkpoint,
  ForecastAnalysis,
  InnovationSeries,
  LearningOutput,
  LossPoint,
  ObservationSeries,
  ParameterResult,
  Progress,
  RestartResult,
  RunHost,
  RunOutput,
  RunResult,
  StateSeries,
} from "./output.js";
export { Interrupted } from "./output.js";
export { runExperiment } from "./run.js";
export type {
  InitialSpecification,
  LearnedValue,
  LearnSpecification,
  MethodSpecification,
  ModelSpecification,
  NoiseSpecification,
  ObservationRecord,
  ObservationsSpecification,
  ProcessNoise,
  Specification,
  TimeSpecification,
  TwinOperator,
  Value,
} from "./specification.js";
export { SpecificationError } from "./specification.js";
