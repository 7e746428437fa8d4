export {
  type Advice,
  advise,
  type ImpossibleMethod,
  type PossibleMethod,
} from "./advise.js";
export type { Cost } from "./cost.js";
export type { ProblemFacts } from "./facts.js";
export type { Accuracy, Finding } from "./rules.js";
