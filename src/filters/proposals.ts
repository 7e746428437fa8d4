/** Settings that advice proposes where the file has none of its own; docs/guide/choosing.md says why. */
import type { Block, Value } from "../parts/index.js";
import type { ProposalFacts } from "./record.js";

/** A value, or where something is learned the start of one. */
export const startingAt = (start: number, { learns }: ProposalFacts): Value =>
  learns ? { learn: true, start } : start;

/** λ on the anomalies, and what keeps members from lining up. */
export const squareRootSettings = {
  covarianceInflation: 0,
  inflation: 1.04,
  rotate: true,
} as const;

/** Members where there is a taper; without one, as many as variables within these bounds. */
const taperedMembers = 25;
const mostMembers = 100;

/** Members and inflation of the file's own method if it perturbs observations, else of the problem's size. */
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

/** Values observed for each number learned: with fewer, what is learned is noise. */
export const valuesPerNumber = 10;
const highestRank = 50;

/** The background of the file, or C as uncertain as the observations are. */
export function proposeBackground(facts: ProposalFacts): Block {
  const { background } = facts.given.block;
  if (background !== undefined) return background as Block;
  const learned = facts.learns ? { learn: true, structure: structureFor(facts) } : {};
  return { identity: facts.errorVariance, ...learned };
}

/** As much of C as the observations can teach: all of it, some columns, or its variances. */
function structureFor({ state: d, values }: ProposalFacts): unknown {
  const affordable = Math.floor(values / valuesPerNumber / d);
  if (affordable >= d) return "dense";
  return affordable < 1 ? "diagonal" : { rank: Math.min(affordable, highestRank, d) };
}
