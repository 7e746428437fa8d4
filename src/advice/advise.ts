/**
 * Which method to take for a problem: the methods ranked, with reasons and what they cost.
 *
 * Methods are ranked by the points of the rules; of equal ones the cheaper is first, and those that
 * cannot be taken are last. Costs are counted (`estimate`), nothing is run but what makes the data
 * of a window.
 */
import { scope } from "../engine/index.js";
import { foldIn, key } from "../random/index.js";
import type { Specification } from "../run/index.js";
import { dataOf, motionOf, truth } from "../run/index.js";
import { kindsFor, type MethodKind, withMethod } from "./candidates.js";
import { type Cost, costOf, countedLength } from "./cost.js";
import { factsOf, type ProblemFacts } from "./facts.js";
import {
  type Accuracy,
  accuracyOf,
  cautionsOf,
  type Finding,
  findingsOf,
  obstacle,
  scoreOf,
} from "./rules.js";

/** A method that can be taken. */
export interface PossibleMethod {
  readonly kind: MethodKind;
  readonly score: number;
  readonly accuracy: Accuracy;
  readonly cost: Cost;
  readonly findings: readonly Finding[];
  /** The experiment with this method. */
  readonly specification: Specification;
}

export interface ImpossibleMethod {
  readonly kind: MethodKind;
  readonly obstacle: string;
}

export interface Advice {
  readonly facts: ProblemFacts;
  /** The best first. */
  readonly methods: readonly PossibleMethod[];
  readonly impossible: readonly ImpossibleMethod[];
  /** What no choice of a method changes. */
  readonly cautions: readonly string[];
}

/** `memory`: bytes that a computation may take; null: unknown. */
export function advise(specification: Specification, memory: number | null): Advice {
  return scope(() => {
    const short = shortened(specification);
    const root = key(specification.seed);
    const keys = { initial: foldIn(root, 1), cycles: foldIn(root, 2) };
    const data = dataOf(short, foldIn(root, 0), keys);
    const { dimension } = motionOf(specification, truth);
    const facts = factsOf(specification, data, dimension, memory);
    const kinds = kindsFor(facts);
    const possible = kinds.filter((kind) => obstacle(facts, kind) === null);
    const methods = possible.map((kind) => {
      const changed = withMethod(specification, facts, kind);
      return judged(facts, kind, changed, costOf(changed, data));
    });
    return {
      facts,
      methods: methods.sort((a, b) => b.score - a.score || a.cost.seconds - b.cost.seconds),
      impossible: kinds.flatMap((kind) => {
        const why = obstacle(facts, kind);
        return why === null ? [] : [{ kind, obstacle: why }];
      }),
      cautions: cautionsOf(facts),
    };
  });
}

/** A twin of the cycles that are counted: costs do not depend on the rest. */
const shortened = (specification: Specification): Specification =>
  specification.observations.kind === "record"
    ? specification
    : {
        ...specification,
        time: { ...specification.time, cycles: countedLength(specification) },
      };

function judged(
  facts: ProblemFacts,
  kind: MethodKind,
  specification: Specification,
  cost: Cost,
): PossibleMethod {
  const { method } = specification;
  const findings = findingsOf(facts, {
    kind,
    members: "members" in method ? method.members : 1,
    tapered: "taper" in method && method.taper !== undefined,
    ...cost,
  });
  const score = scoreOf(findings);
  return { kind, score, accuracy: accuracyOf(findings), cost, findings, specification };
}
