import { kuramotoSivashinskyDomain, lorenz63Defaults } from "../models/index.js";
import type {
  BackgroundSpecification,
  ChoiceSpecification,
  CovarianceStructure,
  GainSpecification,
  InitialSpecification,
  LearnSpecification,
  MethodSpecification,
  ModelSpecification,
  NoiseSpecification,
  ObservationRecord,
  ObservationsSpecification,
  Specification,
  TaperSpecification,
  TwinOperator,
} from "../run/specification.js";
import type { LearnFile } from "./schema/learn.js";
import type { BackgroundFile, GainFile, MethodFile, TaperFile } from "./schema/method.js";
import type { ModelFile } from "./schema/model.js";
import type { ObservationsFile, OperatorFile, TwinFile } from "./schema/observations.js";
import type { ExperimentFile } from "./schema.js";

/** A file that passed all checks, with the record that it names, as a specification. */
export function resolve(file: ExperimentFile, record: ObservationRecord | null): Specification {
  const { name, seed, time, method } = file;
  const choose = choiceOf(method);
  return {
    name,
    seed,
    model: modelOf(file.model, file.model.processNoise ?? method.processNoise, seed),
    time: { ...time, cycles: time.cycles ?? null },
    observations: observationsOf(file.observations, record),
    method: methodOf(method, seed),
    learn: file.learn === undefined ? null : learnOf(file.learn, file.observations),
    ...(choose && { choose }),
    ...(file.start && { start: file.start }),
  };
}

function modelOf(
  file: ModelFile,
  noise: ModelFile["processNoise"],
  seed: number,
): ModelSpecification {
  const processNoise = noise === undefined ? {} : { processNoise: noise };
  switch (file.kind) {
    case "linear":
      return { kind: "linear", transition: file.transition, ...processNoise };
    case "clohessy-wiltshire":
      return { kind: "clohessy-wiltshire", meanMotion: file.meanMotion, ...processNoise };
    case "lorenz63":
      return { ...file, beta: file.beta ?? lorenz63Defaults.beta, ...processNoise };
    case "lorenz96-two-scale":
      return { ...file, ...processNoise };
    case "kuramoto-sivashinsky":
      return {
        ...file,
        length: file.length ?? kuramotoSivashinskyDomain.length,
        ...processNoise,
      };
    case "lorenz96": {
      const { imperfect, correction, ...rest } = file;
      return {
        ...rest,
        ...(imperfect && { imperfect: { seed, ...imperfect } }),
        ...(correction && { correction: { seed, ...correction } }),
        ...processNoise,
      };
    }
    case "lotka-volterra": {
      const { kind, coordinates } = file;
      const { preyGrowth, predation, predatorDeath, conversion, growth, interactions } = file;
      const { blocks, steadyState } = file;
      if (blocks !== undefined && steadyState !== undefined) {
        return { kind, blocks, steadyState, coordinates, ...processNoise };
      }
      if (growth !== undefined && interactions !== undefined) {
        return { kind, growth, interactions, coordinates, ...processNoise };
      }
      return {
        kind,
        preyGrowth: preyGrowth!,
        predation: predation!,
        predatorDeath: predatorDeath!,
        conversion: conversion!,
        coordinates,
        ...processNoise,
      };
    }
  }
}

function observationsOf(
  { twin, file }: ObservationsFile,
  record: ObservationRecord | null,
): ObservationsSpecification {
  return twin === undefined
    ? { kind: "record", source: file!.path, record: record!, noise: file!.noise }
    : {
        kind: "twin",
        operator: operatorOf(twin.operator),
        noise: twinNoise(twin),
        ...(twin.trajectories && { trajectories: twin.trajectories }),
        ...(twin.start && { start: twin.start }),
      };
}

function twinNoise({ variance, noise }: TwinFile): NoiseSpecification {
  return noise ?? { kind: "normal", variance: variance! };
}

function operatorOf(operator: OperatorFile): TwinOperator {
  if (operator === "identity") return { kind: "identity" };
  const { every, indices, random, everyStep, ratio, matrix } = operator;
  if (every !== undefined) return { kind: "every", every };
  if (indices !== undefined) return { kind: "indices", indices };
  if (random !== undefined) {
    return { kind: "random", ratio: random, ...(everyStep && { everyStep }) };
  }
  if (ratio !== undefined) return { kind: "spaced", ratio };
  return { kind: "matrix", matrix: matrix! };
}

function methodOf(file: MethodFile, seed: number): MethodSpecification {
  const initial: InitialSpecification | null = file.initial ?? null;
  switch (file.kind) {
    case "kalman":
    case "rts":
    case "climatology":
    case "optimal-interpolation":
      return { kind: file.kind, initial };
    case "extended-kalman":
    case "particle":
    case "optimal-particle": {
      const { processNoise: _, ...given } = file;
      return { ...given, initial };
    }
    case "enkf":
      return { kind: file.kind, ...ensembleOf(file), ...perturbedOf(file), initial };
    case "denkf":
    case "eakf":
      return { kind: file.kind, ...ensembleOf(file), initial };
    case "etkf":
    case "enkf-n":
    case "ienks":
    case "enks": {
      const { relaxation, processNoise: _, ...given } = file;
      return { ...given, ...relaxationOf(relaxation), initial };
    }
    case "letkf": {
      const { relaxation, taper, processNoise: _, ...given } = file;
      return { ...given, ...relaxationOf(relaxation), taper: taperOf(taper), initial };
    }
    case "3dvar": {
      const { kind, iterations } = file;
      return { kind, background: backgroundOf(file.background, seed), iterations, initial };
    }
    case "4dvar": {
      const { background, processNoise: _, ...given } = file;
      return { ...given, background: backgroundOf(background, seed), initial };
    }
    case "en4dvar": {
      const { background, relaxation, processNoise: _, ...given } = file;
      const covariance = backgroundOf(background, seed);
      return { ...given, ...relaxationOf(relaxation), background: covariance, initial };
    }
    case "3dvar-c":
      return { kind: file.kind, background: backgroundOf(file.background, seed), initial };
    case "3dvar-k":
      return { kind: file.kind, gain: gainOf(file.gain), initial };
    case "ens3dvar": {
      const { kind, mixing } = file;
      const background = backgroundOf(file.background, seed);
      return { kind, ...ensembleOf(file), ...perturbedOf(file), background, mixing, initial };
    }
  }
}

type EnsembleFile = Extract<MethodFile, { kind: "enkf" | "denkf" | "eakf" | "ens3dvar" }>;

function ensembleOf(file: EnsembleFile) {
  const { members, covarianceInflation, taper } = file;
  const { inflation, relaxation, additiveInflation, rotate } = file;
  return {
    ...{ members, covarianceInflation },
    ...(taper && { taper: taperOf(taper) }),
    ...(inflation !== undefined && { inflation }),
    ...relaxationOf(relaxation),
    ...(additiveInflation !== undefined && { additiveInflation }),
    ...(rotate !== undefined && { rotate }),
  };
}

/**
 * Two conventions go by the name of EnKF: φ with free perturbations (Adrian et al.), and a factor on
 * the anomalies with centred ones (DAPPER). What the file says of inflation tells which is meant.
 */
function perturbedOf({
  inflation,
  centredPerturbations: centred = inflation !== undefined,
}: Extract<EnsembleFile, { kind: "enkf" | "ens3dvar" }>) {
  return centred ? { centredPerturbations: true } : {};
}

/** One of the two shares; the checks hold that there is no other. */
function relaxationOf(relaxation: EnsembleFile["relaxation"]) {
  if (relaxation === undefined) return {};
  const { spread, perturbations } = relaxation;
  return spread === undefined
    ? { relaxation: { towards: "perturbations" as const, share: perturbations! } }
    : { relaxation: { towards: "spread" as const, share: spread } };
}

type Width = TaperFile["halfWidth"];

const isChoice = (width: Width): width is Extract<Width, { among: unknown }> =>
  typeof width === "object" && "among" in width;

const taperOf = ({ kind, halfWidth }: TaperFile): TaperSpecification => ({
  kind,
  halfWidth: isChoice(halfWidth) ? halfWidth.among[0]! : halfWidth,
});

/** What the method leaves to be chosen. */
function choiceOf(method: MethodFile): ChoiceSpecification | undefined {
  const width = "taper" in method ? method.taper?.halfWidth : undefined;
  if (width === undefined || !isChoice(width)) return undefined;
  return { halfWidth: width.among, epochs: width.epochs };
}

function backgroundOf(file: BackgroundFile, seed: number): BackgroundSpecification {
  const { identity, climatology, matrix, learn, structure = "dense" } = file;
  return {
    start:
      identity !== undefined
        ? { kind: "identity", variance: identity }
        : climatology !== undefined
          ? { kind: "climatology", share: climatology }
          : { kind: "matrix", matrix: matrix! },
    structure: learn === undefined ? null : structureOf(structure, seed),
  };
}

function structureOf(
  structure: NonNullable<BackgroundFile["structure"]>,
  seed: number,
): CovarianceStructure {
  if (typeof structure === "string") return { kind: structure };
  if ("band" in structure) return { kind: "band", band: structure.band };
  return { kind: "rank", rank: structure.rank, seed };
}

const gainOf = ({ transpose, matrix, learn }: GainFile): GainSpecification => ({
  start:
    matrix === undefined ? { kind: "transpose", factor: transpose! } : { kind: "matrix", matrix },
  learn: learn === true,
});

/** Newton's steps hold all that is learned from in memory: of several trajectories only if asked. */
function learnOf(file: LearnFile, { twin }: ObservationsFile): LearnSpecification {
  const refine = file.refine ?? twin?.trajectories === undefined;
  return { ...file, window: file.window ?? null, refine };
}
