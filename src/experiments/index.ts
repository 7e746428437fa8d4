export {
  lorenzData,
  lorenzTrial,
  runTrial,
  type Trial,
  type TrialResult,
} from "./adrian2026/index.js";
export {
  type Advice,
  advise,
  type ImpossibleMethod,
  type PossibleMethod,
} from "./advice/advise.js";
export type { MethodKind } from "./advice/candidates.js";
export type { Cost } from "./advice/cost.js";
export type { ProblemFacts } from "./advice/facts.js";
export type { Accuracy, Finding } from "./advice/rules.js";
export { comparisonOf } from "./comparison.js";
export type {
  Band,
  Checkpoint,
  ChoiceResult,
  ComparedResult,
  ComparisonResult,
  Divergence,
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
  SavedTensor,
  SavedValues,
  StateSeries,
  TensorResult,
} from "./output.js";
export { Interrupted } from "./output.js";
export type {
  Axis,
  BandFigure,
  Comparison,
  CurveFigure,
  FailedTrial,
  FigureData,
  Json,
  MapFigure,
  Reproduction,
  ReproductionOutput,
  Scale,
  TrialHost,
} from "./reproduction.js";
export { failuresOf, isFailed } from "./reproduction.js";
export { reproductions } from "./reproductions.js";
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
export { SpecificationError } from "./specification.js";
export {
  type ReproduceHost,
  runTrials,
  type StoredTrial,
  type TrialCheckpoint,
  type TrialProgress,
  type TrialRecord,
  type TrialStore,
} from "./trials.js";
