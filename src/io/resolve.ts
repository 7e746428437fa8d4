import type {
  InitialSpecification,
  LearnSpecification,
  MethodSpecification,
  ModelSpecification,
  NoiseSpecification,
  ObservationRecord,
  ObservationsSpecification,
  Specification,
  TwinOperator,
} from "../experiments/specification.js";
import type { LearnFile } from "./schema/learn.js";
import type { MethodFile } from "./schema/method.js";
import type { ModelFile } from "./schema/model.js";
import type { ObservationsFile, OperatorFile, TwinFile } from "./schema/observations.js";
import type { ExperimentFile } from "./schema.js";

/** A file that passed all checks, with the record that it names, as a specification. */
export function resolve(file: ExperimentFile, record: ObservationRecord | null): Specification {
  const { name, seed, time, method } = file;
  return {
    name,
    seed,
    model: modelOf(file.model, file.model.processNoise ?? method.processNoise),
    time: { ...time, cycles: time.cycles ?? null },
    observations: observationsOf(file.observations, record),
    method: methodOf(method),
    learn: file.learn === undefined ? null : learnOf(file.learn),
  };
}

function modelOf(file: ModelFile, noise: ModelFile["processNoise"]): ModelSpecification {
  const processNoise = noise === undefined ? {} : { processNoise: noise };
  switch (file.kind) {
    case "linear":
      return { kind: "linear", transition: file.transition, ...processNoise };
    case "clohessy-wiltshire":
      return { kind: "clohessy-wiltshire", meanMotion: file.meanMotion, ...processNoise };
    case "lotka-volterra": {
      const { kind, coordinates } = file;
      const { preyGrowth, predation, predatorDeath, conversion, growth, interactions } = file;
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
    : { kind: "twin", operator: operatorOf(twin.operator), noise: twinNoise(twin) };
}

function twinNoise({ variance, noise }: TwinFile): NoiseSpecification {
  return noise ?? { kind: "normal", variance: variance! };
}

function operatorOf(operator: OperatorFile): TwinOperator {
  if (operator === "identity") return { kind: "identity" };
  const { every, indices, random, matrix } = operator;
  if (every !== undefined) return { kind: "every", every };
  if (indices !== undefined) return { kind: "indices", indices };
  if (random !== undefined) return { kind: "random", ratio: random };
  return { kind: "matrix", matrix: matrix! };
}

function methodOf(file: MethodFile): MethodSpecification {
  const initial: InitialSpecification | null = file.initial ?? null;
  switch (file.kind) {
    case "kalman":
      return { kind: "kalman", initial };
    case "rts":
      return { kind: "rts", initial };
    case "enkf": {
      const { kind, members, covarianceInflation } = file;
      return { kind, members, covarianceInflation, initial };
    }
  }
}

function learnOf(file: LearnFile): LearnSpecification {
  return { ...file, window: file.window ?? null };
}
