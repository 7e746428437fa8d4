export { type Adam, type AdamOptions, type AdamState, adam } from "./adam.js";
export {
  type CandidateTrial,
  type Choice,
  type ChooseOptions,
  chooseByValidation,
  type TrainedCandidate,
} from "./choose.js";
export { type Evaluated, type EvaluateOptions, evaluate } from "./evaluate.js";
export {
  type Attempt,
  type Learned,
  type LearnOptions,
  type LearnReport,
  type LearnState,
  learn,
  learnStart,
  refinementLimit,
} from "./learn.js";
export {
  type Curvature,
  type NewtonOptions,
  type NewtonState,
  newton,
  type Objective,
  objective,
} from "./newton.js";
export {
  elements,
  latentCount,
  type NamedNumbers,
  type NamedTensors,
  numbersOf,
  type ParameterDefinition,
  type ParameterGroup,
  type ScalarDefinition,
  startLatents,
  tensorsOf,
  valuesOf,
} from "./parameters.js";
export { cycleCost, cyclesHeld, longest as longestProgram, piecesOf, replays } from "./pieces.js";
export { type PlateauOptions, type PlateauState, plateau, plateauStart } from "./plateau.js";
export {
  type Dataset,
  type LearningProblem,
  type TrainingData,
  type WindowStart,
  windowLoss,
} from "./problem.js";
export { together as directionsTogether } from "./record-objective.js";
export { type Schedule, scheduledRate, schedules } from "./schedule.js";
export {
  type EpochReport,
  type Trainer,
  type TrainOptions,
  type TrainState,
  trainer,
  trainStart,
} from "./train.js";
export { type Rates, tuneRates } from "./tune.js";
export {
  type ParameterUncertainty,
  type Uncertainty,
  uncertainty,
} from "./uncertainty.js";
export {
  cyclesOf,
  type ObservedTensors,
  recordOf,
  recordsOf,
  type TrajectoryTensors,
  trajectoryKeys,
  type Window,
  type WindowCycle,
  windowOf,
  windowsOf,
} from "./window.js";
