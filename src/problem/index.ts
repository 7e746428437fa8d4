export { checkDetermined } from "./check-determined.js";
export { longRunExtent, type StartKind } from "./climate.js";
export {
  type CyclesRun,
  type FilterProgram,
  filterProgram,
  type Observer,
  observationsOf,
  type PassedCycle,
  passCycles,
  type Seen,
} from "./cycles.js";
export { type Demanding, type Excess, type Extent, excessOf, limits } from "./demand.js";
export { type Endless, type EndlessOptions, endless } from "./endless.js";
export { SpecificationError } from "./errors.js";
export {
  type FitOptions,
  type FitProgress,
  type Fitted,
  type FittedParameter,
  fit,
  fittedParameters,
  learnFrom,
  startTensors,
  truthsOf,
  withoutErrors,
} from "./fit.js";
export { type FitSettings, fitDefaults } from "./fit-settings.js";
export {
  definitionsOf,
  type LearningData,
  learningProblem,
  recordedJacobian,
  trainingLength,
  type Windows,
} from "./learning-problem.js";
export { assimilateByStates, type Loss, losses } from "./losses.js";
export {
  type AnyMethod,
  boundMethod,
  isMethodUse,
  learnableMethod,
  withSetting,
} from "./method.js";
export { type NaturalMembers, type NaturalState, naturalMoments, naturalState } from "./natural.js";
export {
  type OpenFilter,
  type OpenOptions,
  openFilter,
  type SavedFilter,
  type Update,
} from "./open-filter.js";
export type { OwnRecord } from "./own-record.js";
export type { ObservationRecord, Prior } from "./record.js";
export {
  type ForecastStates,
  type Run,
  type RunOptions,
  runFilter,
  type States,
} from "./run-filter.js";
export {
  type SimulateManyOptions,
  type SimulateOptions,
  simulate,
  simulateMany,
  spreadOver,
  type Twin,
} from "./simulate.js";
export type { StateData } from "./state-data.js";
export { type StateSpaceOptions, stateSpace } from "./state-space.js";
export {
  type BoundSystem,
  bindSystem,
  gaussianOf,
  type StateSpace,
  type SystemParts,
  systemOf,
  trueSystem,
} from "./system.js";
export { columnOf, rowOf, rowsOf, type Table } from "./table.js";
export {
  asTrajectory,
  firstCycles,
  type Observations,
  ranksKey,
  runKeys,
  startsKey,
  type Trajectory,
  trajectoryOf,
} from "./trajectory.js";
export { type ModelFacts, modelFault, noiseFault, observedFault } from "./trial.js";
export { methodFault } from "./trial-method.js";
export { type View, viewOf } from "./view.js";
export { type WindowCost, windowCost } from "./window-cost.js";
export {
  type WindowOptions,
  type WindowProblem,
  type WindowSeries,
  windowProblem,
} from "./window-problem.js";
