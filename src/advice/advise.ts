/**
 * Which method to take for a problem: the methods ranked, with reasons and what they cost.
 *
 * Methods are ranked by the points of the rules; of equal ones the cheaper is first, and those that
 * cannot be taken are last. Costs are counted (`estimate`), nothing is run but what makes the data
 * of a window.
 */
import { scope } from "../engine/index.js";
import { grouped, startValues } from "../parts/index.js";
import { bindSystem, boundMethod, excessOf } from "../problem/index.js";
import { type Key, key } from "../random/index.js";
import {
  type Cost,
  costOf,
  countedLength,
  type Data,
  dataOf,
  extentOf,
  mostNumbers,
  type Specification,
} from "../run/index.js";
import { type AdvisedRecord, isTaken, recordsFor, withMethod } from "./candidates.js";
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
  /** The kind of the method. */
  readonly kind: string;
  /** Whether it is the method of the file, or the filter by which that learns. */
  readonly taken: boolean;
  readonly score: number;
  readonly accuracy: Accuracy;
  readonly cost: Cost;
  readonly findings: readonly Finding[];
  /** The experiment with this method. */
  readonly specification: Specification;
}

export interface ImpossibleMethod {
  /** The kind of the method. */
  readonly kind: string;
  readonly obstacle: string;
}

export interface Advice {
  readonly facts: ProblemFacts;
  /** What the file costs as it is, whatever its method. */
  readonly own: Cost;
  /** The best first. */
  readonly methods: readonly PossibleMethod[];
  readonly impossible: readonly ImpossibleMethod[];
  /** What no choice of a method changes. */
  readonly cautions: readonly string[];
}

/** Advice for a problem; `memory` is the bytes that the process may take, null if that is unknown. */
export function advise(specification: Specification, memory: number | null): Advice {
  return scope(() => {
    const root = key(specification.seed);
    const data = dataOf(shortened(specification), root);
    const facts = factsOf(specification, data, memory);
    const records = recordsFor(facts);
    const { model } = bindSystem(data.system, startValues);
    const beyond = (changed: Specification): string | null => {
      const extent = extentOf(changed, { model, values: facts.observed });
      const excess = excessOf(extent);
      if (excess !== null) return `Too large: ${excess.message}.`;
      if (changed.method === specification.method || extent.state <= mostNumbers) return null;
      return `Its states have ${grouped(extent.state)} numbers, too many to compare it here.`;
    };
    const all = records.map((record) => {
      const changed = withMethod(specification, facts, record);
      return { record, changed, obstacle: obstacle(facts, changed.method) ?? beyond(changed) };
    });
    const methods = all
      .filter((one) => one.obstacle === null)
      .map(({ record, changed }) =>
        scope(() =>
          judged(
            facts,
            isTaken(specification.method, record),
            record,
            changed,
            withNoise(data, changed),
            root,
          ),
        ),
      );
    const taken = methods.find((one) => one.specification === specification);
    return {
      facts,
      own: (taken ?? { cost: costOf(specification, data, root) }).cost,
      methods: methods.sort((a, b) => b.score - a.score || a.cost.seconds - b.cost.seconds),
      impossible: all.flatMap(({ record: { kind }, obstacle: why }) =>
        why === null ? [] : [{ kind, obstacle: why }],
      ),
      cautions: cautionsOf(facts),
    };
  });
}

/** The same problem with the noise of another specification; its long run is not run again. */
const withNoise = (
  { system, ...data }: Data,
  { processNoise, filterProcessNoise }: Specification,
): Data => ({ ...data, system: { ...system, processNoise, filterProcessNoise } });

/** A twin of the cycles that are counted: the rest is counted. */
const shortened = (specification: Specification): Specification =>
  specification.observations.kind === "record"
    ? specification
    : {
        ...specification,
        time: { ...specification.time, cycles: countedLength(specification) },
      };

function judged(
  facts: ProblemFacts,
  taken: boolean,
  { kind, advice }: AdvisedRecord,
  specification: Specification,
  data: Data,
  root: Key,
): PossibleMethod {
  const { method } = specification;
  const { members, taper } = method.block;
  const cost = costOf(specification, data, root);
  const bound = bindSystem(data.system, startValues);
  const { evidence } = boundMethod(method, data.system, bound, startValues);
  const findings = findingsOf(facts, {
    ...{ kind, advice, evidence },
    members: typeof members === "number" ? members : 1,
    tapered: taper !== undefined,
    ...cost,
  });
  const score = scoreOf(findings);
  return { kind, taken, score, accuracy: accuracyOf(findings), cost, findings, specification };
}
