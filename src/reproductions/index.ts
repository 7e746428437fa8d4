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
export {
  type ReproduceHost,
  runTrials,
  type StoredTrial,
  type TrialCheckpoint,
  type TrialProgress,
  type TrialRecord,
  type TrialStore,
} from "./trials.js";
