/** Settings that advice proposes if the file has none of its own; docs/guide/choosing.md gives the reasons. */
import type { Block, Value } from "../parts/index.js";
import type { ProposalFacts } from "./record.js";

/** Returns a value, or, if the file learns something, a learned value with this start. */
export const startingAt = (start: number, { learns }: ProposalFacts): Value =>
  learns ? { learn: true, start } : start;

/** Settings of square-root filters: λ on the anomalies, and rotations against outliers among the members. */
export const squareRootSettings = {
  covarianceInflation: 0,
  inflation: 1.04,
  rotate: true,
} as const;

/** The number of members with a taper. Without one it is the number of variables, between these bounds. */
const taperedMembers = 25;
const mostMembers = 100;

/**
 * Proposes members, inflation and taper: those of the file if its method perturbs observations, else by the
 * size of the problem.
 */
export function proposeEnsemble(facts: ProposalFacts): Block {
  const { record, block } = facts.given;
  if (Object.hasOwn(record.parameters, "centredPerturbations")) {
    const { members, covarianceInflation, taper } = block;
    return { members, covarianceInflation, ...(taper ? { taper } : {}) };
  }
  const covarianceInflation = startingAt(0.1, facts);
  if (facts.hasPositions) {
    const taper = { kind: "gaspari-cohn", halfWidth: 5 };
    return { members: taperedMembers, covarianceInflation, taper };
  }
  const members = Math.min(Math.max(facts.state, taperedMembers), mostMembers);
  return { members, covarianceInflation };
}

/** The least number of observed values for each learned number: with fewer, learning fits noise. */
export const valuesPerNumber = 10;
const highestRank = 50;

/** Proposes the background of the file, or a C with the variance of the observation errors. */
export function proposeBackground(facts: ProposalFacts): Block {
  const { background } = facts.given.block;
  if (background !== undefined) return background as Block;
  const learned = facts.learns ? { learn: true, structure: structureFor(facts) } : {};
  return { identity: facts.errorVariance, ...learned };
}

/** Chooses the form of C that the observations can determine: all of it, some columns, or its variances. */
function structureFor({ state: d, values }: ProposalFacts): unknown {
  const affordable = Math.floor(values / valuesPerNumber / d);
  if (affordable >= d) return "dense";
  return affordable < 1 ? "diagonal" : { rank: Math.min(affordable, highestRank, d) };
}
