/**
 * What an experiment asks for: the parsed form of an experiment file.
 *
 * Parts stand as records in use: the record of a model, method, operator or noise with the block that
 * the file gives it. All else is plain data; `plainSpecification` gives the whole as plain data, to be
 * kept beside a result.
 */
import type { MethodRecord } from "../filters/index.js";
import type { ModelRecord, ProcessNoise } from "../models/index.js";
import type { NoiseRecord, OperatorRecord } from "../observe/index.js";
import type { Part, Use } from "../parts/index.js";
import type { FitSettings, ObservationRecord, Prior, StartKind } from "../problem/index.js";

/** A part in use, and the file that it comes from, if it is no built-in part. */
export interface PartUse<R extends Part = Part> extends Use<R> {
  readonly file?: { readonly path: string; readonly sha256: string };
}

export interface TimeSpecification {
  /** Length of a model step, in the time unit of the record. */
  readonly step: number;
  /** Steps of the integrator inside a model step. */
  readonly substeps: number;
  /** Twin experiments: model steps between observations, number of observations, cycles not scored. */
  readonly observeEvery: number;
  readonly cycles: number | null;
  readonly spinup: number;
  /** How far to forecast beyond the last observation, in the time unit of the record. */
  readonly forecast: number;
}

/** Trajectories of the true system: to learn from, to judge by and to score on. */
export interface TrajectoryCounts {
  readonly training: number;
  readonly validation: number;
  readonly test: number;
}

export interface TwinSpecification {
  readonly kind: "twin";
  readonly operator: PartUse<OperatorRecord>;
  readonly noise: PartUse<NoiseRecord>;
  /** Absent: one trajectory, for everything. */
  readonly trajectories?: TrajectoryCounts;
  /**
   * Where truth and filter start if the method does not say: about a state of a long run, or as far
   * apart as the climate is wide. Absent: `state` for one trajectory of a chaotic system.
   */
  readonly start?: StartKind;
}

export interface RecordSpecification {
  readonly kind: "record";
  /** Where it came from, for the report. */
  readonly source: string;
  readonly record: ObservationRecord;
  /** Absent: each column observes one variable. */
  readonly operator?: PartUse<OperatorRecord>;
  readonly noise: PartUse<NoiseRecord>;
}

export type ObservationsSpecification = TwinSpecification | RecordSpecification;

/** How values are learned. */
export type LearnSpecification = FitSettings;

/** A value of the method to choose by the validation loss before learning. */
export interface ChoiceSpecification {
  /** Its path in the block of the method, such as ["taper", "halfWidth"]. */
  readonly key: readonly string[];
  readonly among: readonly number[];
  /** Epochs that each of them learns for. */
  readonly epochs: number;
}

export interface Specification {
  readonly name: string;
  readonly seed: number;
  readonly model: PartUse<ModelRecord>;
  /** Noise after each model step, of the truth and of the filter's model; null: none. */
  readonly processNoise: ProcessNoise | null;
  /** The noise of the filter's model, where the method has its own (`method.processNoise`). */
  readonly filterProcessNoise: ProcessNoise | null;
  readonly time: TimeSpecification;
  readonly observations: ObservationsSpecification;
  readonly method: PartUse<MethodRecord>;
  /** What is known before the first observation (`method.initial`); null: from a long run. */
  readonly initial: Prior | null;
  readonly learn: LearnSpecification | null;
  /** Absent: nothing is chosen. */
  readonly choose?: ChoiceSpecification;
  /** Where learned values come from, instead of their starts; absent: from the starts. */
  readonly start?: { readonly from: string };
}

/** A part as plain data: its kind, or its file with the hash of its text, and its block. */
const plainPart = ({ record, block, file }: PartUse) => ({
  kind: record.kind,
  ...block,
  ...(file && { file }),
});

/** A specification as plain data: equal data give equal numbers. */
export function plainSpecification(specification: Specification) {
  const { model, method, observations } = specification;
  const { noise, operator } = observations;
  return {
    ...specification,
    model: plainPart(model),
    method: plainPart(method),
    observations: {
      ...observations,
      noise: plainPart(noise),
      ...(operator && { operator: plainPart(operator) }),
    },
  };
}
