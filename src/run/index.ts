export { comparisonOf } from "./comparison.js";
export { type Data, dataOf } from "./data.js";
export { learningProblem } from "./learning.js";
export { inLogarithms, motionOf, placesOf } from "./motion.js";
export type {
  Band,
  Checkpoint,
  ChoiceResult,
  ComparedResult,
  ComparisonResult,
  DegenerateWeights,
  Divergence,
  Errors,
  ForecastAnalysis,
  InnovationSeries,
  LearningOutput,
  LossPoint,
  LostTruth,
  ObservationSeries,
  ParameterResult,
  Progress,
  RestartResult,
  RunHost,
  RunOutput,
  RunResult,
  SavedTensor,
  SavedValues,
  StateSeries,
  TensorResult,
} from "./output.js";
export { Interrupted } from "./output.js";
export { definitionsOf } from "./parts.js";
export { runExperiment } from "./run.js";
export type {
  BackgroundSpecification,
  ChoiceSpecification,
  CorrectionSpecification,
  CovarianceStructure,
  GainSpecification,
  ImperfectSpecification,
  InitialSpecification,
  LearnedEach,
  LearnedValue,
  LearnedVector,
  LearnSpecification,
  MethodSpecification,
  ModelSpecification,
  NoiseSpecification,
  ObservationRecord,
  ObservationsSpecification,
  ProcessNoise,
  Specification,
  TaperSpecification,
  TimeSpecification,
  TrajectoryCounts,
  TwinOperator,
  TwinSpecification,
  Value,
  Values,
} from "./specification.js";
export { type EnsembleSpecification, SpecificationError, trainingLength } from "./specification.js";
export { truth } from "./values.js";
export { windowCost } from "./window-cost.js";
