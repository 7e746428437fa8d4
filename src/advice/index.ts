export type { Cost, Memory } from "../run/index.js";
export {
  type Advice,
  advise,
  type ImpossibleMethod,
  type PossibleMethod,
} from "./advise.js";
export type { ProblemFacts } from "./facts.js";
export type { Accuracy, Finding } from "./rules.js";
