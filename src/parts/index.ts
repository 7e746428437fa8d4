export { checkCount, checkOptions, namesOf } from "./check-options.js";
export {
  isScalar,
  type NamedTensors,
  type ParameterDefinition,
  type ParameterGroup,
  type ScalarDefinition,
} from "./definition.js";
export {
  type Bounds,
  choice,
  count,
  flag,
  fraction,
  group,
  type Key,
  type Keys,
  learnableMatrix,
  list,
  matrix,
  mostCounted,
  mostRepeated,
  nonNegative,
  type ParametersOf,
  points,
  positiveNumber,
  positiveVector,
  real,
  setting,
  spread,
  text,
  type ValueSupport,
  variant,
  vector,
} from "./keys.js";
export { editDistance, nearest } from "./nearest.js";
export { type Part, recordOfKind, type TellAt, type Use } from "./part.js";
export { type ReadOptions, readParameters, together, use, withDefaults } from "./read.js";
export {
  castSource,
  collectDefinitions,
  collectTruths,
  currentValues,
  type LearnedTensor,
  learnedWhole,
  type ParameterSource,
  readAll,
  readEach,
  startValues,
  trueValues,
  type ValueRole,
} from "./source.js";
export {
  type Block,
  countOf,
  isLearned,
  type LearnedEach,
  type LearnedValue,
  type LearnedVector,
  learned,
  learnedFrom,
  startOf,
  type Value,
  type Values,
} from "./value.js";
export { counted, describeValue, grouped, inWords } from "./wording.js";
