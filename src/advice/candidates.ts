/**
 * The methods that could be taken for a problem, each with its settings: what the file gives, and
 * defaults for the rest (docs/guide/choosing.md).
 */
import type {
  BackgroundSpecification,
  CovarianceStructure,
  EnsembleSpecification,
  GainSpecification,
  InitialSpecification,
  MethodSpecification,
  ModelSpecification,
  NoiseSpecification,
  ProcessNoise,
  Specification,
  Value,
} from "../run/index.js";
import { isImperfect, isLearned, type ProblemFacts } from "./facts.js";

/** `kalman` stands for `rts`, too, which learns by the same filter. */
const learned = ["kalman", "enkf", "ens3dvar", "3dvar-c", "3dvar-k"] as const;

/** Proposed where nothing is learned; they learn as well, but nobody measured how well. */
const classical = ["etkf", "letkf", "extended-kalman"] as const;

export type MethodKind = (typeof learned)[number] | (typeof classical)[number];

/** What the advice is about; of a linear model the extended filter is the exact one. */
export const kindsFor = ({ learns, linear }: ProblemFacts): readonly MethodKind[] =>
  learns
    ? learned
    : [...learned, ...classical.filter((kind) => kind !== "extended-kalman" || !linear)];

/** The specification with another method; where that is the file's own, it stays as it is. */
export function withMethod(
  specification: Specification,
  facts: ProblemFacts,
  kind: MethodKind,
): Specification {
  const { method } = specification;
  if (method.kind === kind || (method.kind === "rts" && kind === "kalman")) return specification;
  const { initial } = method;
  return {
    ...specification,
    model: modelFor(specification, kind),
    method: methodOf(specification, facts, kind, initial),
  };
}

function methodOf(
  specification: Specification,
  facts: ProblemFacts,
  kind: MethodKind,
  initial: InitialSpecification | null,
): MethodSpecification {
  const ensemble = () => ({ ...ensembleFor(specification, facts), initial });
  const background = () => backgroundFor(specification, facts);
  switch (kind) {
    case "kalman":
      return { kind, initial };
    case "enkf":
      return { kind, ...ensemble() };
    case "etkf": {
      const { members } = ensemble();
      return { kind, members, ...deterministic, initial };
    }
    case "letkf": {
      const { members = local.members } = specification.method as { readonly members?: number };
      return { kind, members, ...deterministic, taper: local.taper, initial };
    }
    case "extended-kalman":
      return { kind, inflation: deterministic.inflation, initial };
    case "ens3dvar":
      return { kind, ...ensemble(), background: background(), mixing: startingAt(0.5, facts) };
    case "3dvar-c":
      return { kind, background: background(), initial };
    case "3dvar-k":
      return { kind, gain: firstGain(facts), initial };
  }
}

/** λ on the anomalies, and what keeps members from lining up. */
const deterministic = { covarianceInflation: 0, inflation: 1.04, rotate: true };

/** Few members are enough where each variable has an analysis of its own. */
const local = { members: 10, taper: { kind: "gaspari-cohn", halfWidth: 7 } } as const;

const startingAt = (start: number, { learns }: ProblemFacts): Value =>
  learns ? { learn: true, start } : start;

/** Members where there is a taper; without one, as many as variables within these bounds. */
const tapered = 25;
const most = 100;

function ensembleFor(
  { method }: Specification,
  facts: ProblemFacts,
): Omit<EnsembleSpecification, "initial"> {
  if (method.kind === "enkf" || method.kind === "ens3dvar") {
    const { members, covarianceInflation, taper } = method;
    return { members, covarianceInflation, ...(taper && { taper }) };
  }
  const covarianceInflation = startingAt(0.1, facts);
  if (facts.places) {
    const taper = { kind: "gaspari-cohn", halfWidth: 5 } as const;
    return { members: tapered, covarianceInflation, taper };
  }
  const members = Math.min(Math.max(facts.state, tapered), most);
  return { members, covarianceInflation };
}

/** As in the file, or C as uncertain as the observations are. */
function backgroundFor(specification: Specification, facts: ProblemFacts): BackgroundSpecification {
  const { method, observations, seed } = specification;
  if ("background" in method) return method.background;
  return {
    start: { kind: "identity", variance: typicalVariance(observations.noise) },
    structure: facts.learns ? structureFor(facts, seed) : null,
  };
}

/** Values observed for each number learned: with fewer, what is learned is noise. */
export const valuesPerNumber = 10;
const highestRank = 50;

/** As much of C as the observations can teach: all of it, some columns, or its variances. */
function structureFor({ state: d, values }: ProblemFacts, seed: number): CovarianceStructure {
  const affordable = Math.floor(values / valuesPerNumber / d);
  if (affordable >= d) return { kind: "dense" };
  if (affordable < 1) return { kind: "diagonal" };
  return { kind: "rank", rank: Math.min(affordable, highestRank, d), seed };
}

/** R as one number, where it is learned its start. */
function typicalVariance(noise: NoiseSpecification): number {
  const given = noise.kind === "normal" ? noise.variance : noise.sd;
  const numbers = [given].flat().map((value) => startOf(value as Value));
  const mean = numbers.reduce((sum, v) => sum + v, 0) / numbers.length;
  return noise.kind === "normal" ? mean : mean * mean;
}

const startOf = (value: Value): number => (typeof value === "number" ? value : value.start);

/** K = H ᵀ/2, the gain of a forecast as uncertain as its observation. */
const firstGain = ({ learns }: ProblemFacts): GainSpecification => ({
  start: { kind: "transpose", factor: 0.5 },
  learn: learns,
});

/**
 * Methods of one state move it without noise, whose variance they cannot learn; members of a model
 * that is known to be wrong need one.
 */
function modelFor(
  { model, learn, observations }: Specification,
  kind: MethodKind,
): ModelSpecification {
  const { processNoise } = model;
  if (kind === "3dvar-c" || kind === "3dvar-k") {
    return isLearned(processNoise) ? { ...model, processNoise: fixed(processNoise!) } : model;
  }
  if (!isImperfect(model) || processNoise !== undefined || learn === null) return model;
  const variance = { learn: true, start: firstNoise, each: true } as const;
  const known = observations.kind === "twin" ? { ...variance, truth: 0 } : variance;
  return { ...model, processNoise: { variance: known } };
}

/** Q₀ of an imperfect Lorenz-96 model. @see adrian2026, F.2 */
const firstNoise = 2;

function fixed({ variance }: ProcessNoise): ProcessNoise {
  return Array.isArray(variance)
    ? { variance: variance.map(startOf) }
    : { variance: startOf(variance as Value) };
}
