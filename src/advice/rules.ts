/**
 * The rules of the advice: what speaks for a method and against it, given the facts of a problem.
 *
 * Each rule is a function of facts alone. Its points add up to the score that methods are ranked by:
 * 4 decide, 2 weigh much, 1 weighs a little. Those about accuracy give the word for it, too.
 *
 * @see adrian2026, 2.3, 5.1 and table 3; docs/guide/choosing.md; docs/results/paper.md
 */
import {
  type Method,
  type MethodAdvice,
  type MethodRecord,
  valuesPerNumber,
} from "../filters/index.js";
import type { Use } from "../parts/index.js";
import { addressable, type Cost } from "../run/index.js";
import type { ProblemFacts } from "./facts.js";

/** What the rules know of a method. */
export interface Choice extends Pick<Cost, "window" | "memory" | "seconds" | "staticNumbers"> {
  readonly kind: string;
  readonly advice: MethodAdvice;
  readonly evidence: Method<unknown>["evidence"];
  /** N; 1 without an ensemble. */
  readonly members: number;
  readonly tapered: boolean;
}

export interface Finding {
  readonly rule: string;
  readonly about: "accuracy" | "cost" | "use";
  readonly points: number;
  readonly reason: string;
}

type Rule = (facts: ProblemFacts, choice: Choice) => Finding | null;

const isEnsemble = ({ advice }: Choice): boolean => advice.family === "ensemble";
const isStatic = ({ advice }: Choice): boolean => advice.family === "static";
const percent = (fraction: number): string => `${Number((100 * fraction).toPrecision(2))} %`;
const size = (bytes: number): string =>
  bytes >= 2 ** 30
    ? `${Number((bytes / 2 ** 30).toPrecision(2))} GiB`
    : `${Math.round(bytes / 2 ** 20)} MiB`;
const hours = (seconds: number): string => `${Number((seconds / 3600).toPrecision(2))} h`;

/** Why a method cannot be taken; null: it can. */
export function obstacle(facts: ProblemFacts, { record, block }: Use<MethodRecord>): string | null {
  const needed = record.needs(block);
  if (needed.linearModel && !facts.linear) return "It needs a linear model.";
  if (needed.normalErrors && !facts.normalErrors) return "It needs normal errors.";
  if (needed.positions && !facts.positions) {
    return "It needs variables that have positions, observed one by one.";
  }
  if (needed.linearObservations && !facts.linearView) {
    return "It needs observations that are linear in the state: here the operator is not linear, or normal errors meet logarithms, or lognormal ones abundances.";
  }
  if (facts.exact && !record.takesExact?.(block)) {
    return "It needs errors above 0, and something is observed without error.";
  }
  if (!needed.fixedObservations) return null;
  const fixed = "Its gain belongs to one set of observed variables";
  if (facts.changing) return `${fixed}, and here they change with time.`;
  return facts.gaps ? `${fixed}, and the record has gaps.` : null;
}

const accuracy = (rule: string, points: number, reason: string): Finding => ({
  ...{ rule, about: "accuracy", points, reason },
});
const cost = (rule: string, points: number, reason: string): Finding => ({
  ...{ rule, about: "cost", points, reason },
});
const use = (rule: string, points: number, reason: string): Finding => ({
  ...{ rule, about: "use", points, reason },
});

const exact: Rule = (_, { advice }) =>
  advice.family === "exact"
    ? accuracy(
        "exact",
        4,
        "The model is linear and all errors are normal: it is exact, and its likelihood is the one that others are held to. `rts` gives states that know the whole record.",
      )
    : null;

const ensemble: Rule = ({ linear, linearView, normalErrors }, choice) => {
  if (isStatic(choice)) {
    return accuracy(
      "one state",
      0,
      "One state and a covariance or gain that does not change: errors about twice those of an ensemble in the experiments on Lorenz-96.",
    );
  }
  if (!isEnsemble(choice)) return null;
  const exact = linear && linearView && normalErrors;
  const exactly = exact ? ", as the exact filter's is but for sampling error" : "";
  return accuracy(
    "ensemble",
    2,
    `${choice.members} members carry a covariance that follows the flow${exactly}: learned models and states are about twice as good as with one state.`,
  );
};

const squareRoot: Rule = (_, { advice }) =>
  advice.squareRoot
    ? accuracy(
        "square root",
        1,
        "It perturbs no observations, which saves sampling noise: on Lorenz-96 errors of 0.20 where the EnKF with twice the members has 0.21 or 0.22.",
      )
    : null;

const tangent: Rule = ({ state: d }, { advice }) =>
  advice.family === "tangent"
    ? accuracy(
        "tangent",
        2,
        `The tangent of the model carries the whole covariance of ${d} variables, without sampling noise; good while errors stay small between observations, and a step costs as many model steps as there are variables.`,
      )
    : null;

const neverObserved: Rule = ({ neverObserved: fraction, changing }, choice) => {
  if (fraction === 0 || changing) return null;
  const who = `${percent(fraction)} of the variables are never observed`;
  if (isStatic(choice)) {
    return accuracy(
      "never observed",
      -2,
      `${who}: it struggles to recover them, for nothing but what it learned ties them to the others.`,
    );
  }
  if (!isEnsemble(choice)) return null;
  return accuracy("never observed", 0, `${who}: the members know them from the model.`);
};

const changing: Rule = (facts, choice) =>
  facts.changing && isStatic(choice)
    ? accuracy(
        "changing",
        1,
        "Other variables are observed at each time: sooner or later each one is, so a static covariance serves all of them.",
      )
    : null;

const sampling: Rule = ({ state: d }, choice) => {
  if (!isEnsemble(choice)) return null;
  const { members: N, tapered, advice } = choice;
  const few = `${N} members for ${d} variables`;
  if (advice.staticPart) {
    if (N < d && !tapered) {
      return accuracy(
        "sampling",
        0,
        `${few}: the static part fills the directions that they miss.`,
      );
    }
    const why =
      N < d
        ? "the taper damps what the members do not know"
        : "there are as many members as variables";
    return cost("sampling", -1, `The static part has little to add: ${why}.`);
  }
  if (N >= d) return null;
  if (tapered) return accuracy("sampling", 0, `${few}: the taper damps sampling noise.`);
  return accuracy(
    "sampling",
    -2,
    `${few} and no taper: far covariances are sampling noise. Take ${advice.againstSampling} where variables have positions, as many members as variables, or ens3dvar.`,
  );
};

const overfit: Rule = ({ values }, { staticNumbers: n }) =>
  n > 0 && values < valuesPerNumber * n
    ? accuracy(
        "overfit",
        -1,
        `${n} numbers of its covariance or gain are learned from ${values} values: they will follow the noise. Take background: { structure: { rank: … } } or diagonal.`,
      )
    : null;

const untuned: Rule = ({ learns }, choice) =>
  isStatic(choice) && !learns
    ? accuracy(
        "untuned",
        -1,
        "Nothing is learned, so its covariance or gain stays what is written.",
      )
    : null;

const likelihood: Rule = ({ learnsErrors }, { evidence }) => {
  if (evidence !== "misfit") return null;
  return learnsErrors
    ? use(
        "likelihood",
        -3,
        "It has no likelihood, so the variance of the observations, which is to be learned, would stay at its start.",
      )
    : use(
        "likelihood",
        -1,
        "It has no likelihood: by its misfit it cannot be compared with the others.",
      );
};

const noise: Rule = ({ learnsNoise }, choice) =>
  learnsNoise && isStatic(choice)
    ? use(
        "noise",
        -1,
        "It moves its one state without noise, so the variance of the process noise, which is to be learned, cannot be.",
      )
    : null;

const memory: Rule = ({ memory: limit }, { memory: needed, window }) => {
  if (limit === null) return null;
  const { tensors, total } = needed;
  const [bytes, most] =
    tensors / addressable > total / limit ? [tensors, addressable] : [total, limit];
  if (bytes <= most / 2) return null;
  const needs = `With windows of ${window} cycles it needs about ${size(bytes)} of the ${size(most)} there are`;
  const byWindow = needed.programs + tensors;
  const shorter = Math.floor((window * (most / 2 - (bytes - byWindow))) / byWindow);
  const cure =
    shorter > 0 && shorter < window
      ? `learn: { window: ${shorter} } would need half of them`
      : "fewer trajectories, times or members need less";
  return bytes > most
    ? cost("memory", -4, `${needs}: it will not fit; ${cure}.`)
    : cost("memory", -1, `${needs}; ${cure}.`);
};

const hour = 3600;

const time: Rule = (_, { seconds }) => {
  if (seconds <= hour) return null;
  return seconds > 12 * hour
    ? cost("time", -3, `It takes about ${hours(seconds)} on one thread.`)
    : cost("time", -1, `It takes about ${hours(seconds)} on one thread.`);
};

const rules: readonly Rule[] = [
  ...[exact, ensemble, squareRoot, tangent, neverObserved, changing, sampling, overfit, untuned],
  ...[likelihood, noise, memory, time],
];

/** All that the rules say of a method. */
export const findingsOf = (facts: ProblemFacts, choice: Choice): Finding[] =>
  rules.flatMap((rule) => rule(facts, choice) ?? []);

export type Accuracy = "exact" | "accurate" | "moderate" | "low";

export const scoreOf = (findings: readonly Finding[]): number =>
  findings.reduce((sum, { points }) => sum + points, 0);

/** The word for the points about accuracy: table 3 calls 3DVar moderate, never observed or not. */
export function accuracyOf(findings: readonly Finding[]): Accuracy {
  const points = scoreOf(findings.filter(({ about }) => about === "accuracy"));
  if (points >= 4) return "exact";
  if (points >= 2) return "accurate";
  return points >= -2 ? "moderate" : "low";
}

/** Below this fraction observed no method of the paper's experiments learned the model. */
const sparse = 0.3;

/** What no choice of a method changes. */
export function cautionsOf(facts: ProblemFacts): string[] {
  const { observedFraction, folded, real, imperfect, noisy } = facts;
  const found: string[] = [];
  if (observedFraction < sparse) {
    found.push(
      `Only ${percent(observedFraction)} of the variables are observed at a time: below 30 % no method learned well in the experiments. Observe more, or learn less.`,
    );
  }
  if (folded) {
    found.push(
      "Abundances with normal errors are kept positive by folding at zero, which biases small ones. Logarithms (coordinates: log, lognormal noise) need no folding.",
    );
  }
  if ((real || imperfect) && !noisy) {
    const why = real ? "real systems do not follow a model exactly" : "it is known to be imperfect";
    found.push(
      `The model has no noise of its own, and ${why}: without processNoise members trust it too much.`,
    );
  }
  return found;
}
