/**
 * The methods that could be taken for a problem, each with its settings: what the file gives, and
 * what the method's record proposes for the rest (docs/guide/choosing.md).
 */
import type { MethodAdvice, MethodRecord, ProposalFacts } from "../filters/index.js";
import type { ProcessNoise } from "../models/index.js";
import { isLearned, startOf, use, type Value } from "../parts/index.js";
import type { PartUse, Specification } from "../run/index.js";
import { methods } from "../smoothers/index.js";
import type { ProblemFacts } from "./facts.js";

/** A record that advice knows. */
export type AdvisedRecord = MethodRecord & { readonly advice: MethodAdvice };

const isAdvised = (record: MethodRecord): record is AdvisedRecord => record.advice !== undefined;

/**
 * What the advice is about: methods that were measured where something is learned, and where nothing
 * is learned the others, too. Of a linear model and operator the tangents are these themselves.
 */
export const recordsFor = ({
  learns,
  linear,
  linearView,
}: ProblemFacts): readonly AdvisedRecord[] =>
  methods
    .filter(isAdvised)
    .filter(({ advice }) => advice.whenLearning || !learns)
    .filter(({ advice }) => advice.family !== "tangent" || !(linear && linearView))
    .toSorted((a, b) => a.advice.order - b.advice.order);

/** Whether the file's method is the one of a record, or learns by the same filter. */
export const isTaken = ({ record }: PartUse<MethodRecord>, { kind }: MethodRecord): boolean =>
  record.kind === kind || record.filter === kind;

/** The specification with another method; where that is the file's own, it stays as it is. */
export function withMethod(
  specification: Specification,
  facts: ProblemFacts,
  record: AdvisedRecord,
): Specification {
  if (isTaken(specification.method, record)) return specification;
  const proposal: ProposalFacts = {
    ...{ state: facts.state, values: facts.values, learns: facts.learns },
    ...{ hasPositions: facts.positions, errorVariance: facts.errorVariance },
    given: specification.method,
  };
  const block = record.advice.propose(proposal);
  const method = use(record, block);
  return { ...specification, ...noiseFor(specification, facts, record), method };
}

/**
 * Methods of one state move it without noise, whose variance they cannot learn; members of a model
 * that is known to be wrong need one.
 */
function noiseFor(
  { processNoise, filterProcessNoise, learn }: Specification,
  { imperfect }: ProblemFacts,
  { advice: { family } }: AdvisedRecord,
): Partial<Pick<Specification, "processNoise" | "filterProcessNoise">> {
  if (family === "static") {
    return {
      processNoise: fixed(processNoise),
      filterProcessNoise: fixed(filterProcessNoise),
    };
  }
  if (!imperfect || (processNoise ?? filterProcessNoise) !== null || learn === null) return {};
  return { filterProcessNoise: { variance: { learn: true, start: firstNoise, each: true } } };
}

/** Q₀ of an imperfect Lorenz-96 model. @see adrian2026, F.2 */
const firstNoise = 2;

/** Numbers in place of what is learned. */
function fixed(noise: ProcessNoise | null): ProcessNoise | null {
  if (noise === null || !isLearned(noise)) return noise;
  const { variance } = noise;
  return Array.isArray(variance)
    ? { variance: variance.map(startOf) }
    : { variance: startOf(variance as Value) };
}
