/**
 * The specification of an experiment: the parsed form of an experiment file.
 *
 * Parts are records in use: the record of a model, method, operator or noise with its block in the file.
 * Everything else is plain data; `plainSpecification` returns the whole as plain data, to be saved with a
 * result.
 */
import type { FloatType } from "../engine/index.js";
import type { MethodRecord } from "../filters/index.js";
import type { ModelRecord, ProcessNoise } from "../models/index.js";
import type { NoiseRecord, OperatorRecord } from "../observe/index.js";
import type { Part, Use } from "../parts/index.js";
import type { FitSettings, ObservationRecord, Prior, StartKind } from "../problem/index.js";
import type { LearnedFor } from "./learned-for.js";

/** A part in use, with the file that it comes from if it is not built in. */
export interface PartUse<R extends Part = Part> extends Use<R> {
  readonly file?: { readonly path: string; readonly sha256: string };
}

/** Steps, cycles and forecast. */
export interface TimeSpecification {
  /** Length of a model step, in the time unit of the record. */
  readonly step: number;
  /** Number of integrator steps in a model step. */
  readonly substeps: number;
  /** In twins, the number of model steps between observations. */
  readonly observeEvery: number;
  /** In twins, the number of observation times; null for a record. */
  readonly cycles: number | null;
  /** The number of cycles at the start that are not scored. */
  readonly spinup: number;
  /** Length of the forecast beyond the last observation, in the time unit of the record. */
  readonly forecast: number;
}

/** Numbers of trajectories of the true system for training, validation and test. */
export interface TrajectoryCounts {
  readonly training: number;
  readonly validation: number;
  readonly test: number;
  /** Each epoch of learning has new training trajectories. */
  readonly endless?: true;
  /** The number of observation times in training and validation; absent: that of the test. */
  readonly cycles?: number;
}

/** Observations of a simulated truth. */
export interface TwinSpecification {
  readonly kind: "twin";
  readonly operator: PartUse<OperatorRecord>;
  readonly noise: PartUse<NoiseRecord>;
  /** Absent: one trajectory for training and test. */
  readonly trajectories?: TrajectoryCounts;
  /**
   * The start of truth and filter if the method has no `initial`: near a state of a long run, or anywhere in
   * the climate. Absent: `state` for one trajectory of a chaotic system, else `climate`.
   */
  readonly start?: StartKind;
}

/** Observations from a record. */
export interface RecordSpecification {
  readonly kind: "record";
  /** The name of the file, for the report. */
  readonly source: string;
  readonly record: ObservationRecord;
  /** Absent: each column observes one variable. */
  readonly operator?: PartUse<OperatorRecord>;
  readonly noise: PartUse<NoiseRecord>;
}

/** Observations of a twin or of a record. */
export type ObservationsSpecification = TwinSpecification | RecordSpecification;

/** The settings of learning. */
export type LearnSpecification = FitSettings;

/** A setting of the method to choose by the validation loss before learning. */
export interface ChoiceSpecification {
  /** Its path in the block of the method, such as ["taper", "halfWidth"]. */
  readonly key: readonly string[];
  /** The values to choose from. */
  readonly among: readonly number[];
  /** The number of epochs of learning for each value. */
  readonly epochs: number;
}

/** The specification of an experiment. */
export interface Specification {
  readonly name: string;
  readonly seed: number;
  readonly model: PartUse<ModelRecord>;
  /** Noise after each model step, for the truth and for the filter's model; null: none. */
  readonly processNoise: ProcessNoise | null;
  /** The noise of the filter's model alone (`method.processNoise`); null: that of the truth. */
  readonly filterProcessNoise: ProcessNoise | null;
  readonly time: TimeSpecification;
  readonly observations: ObservationsSpecification;
  readonly method: PartUse<MethodRecord>;
  /** The prior before the first observation (`method.initial`); null: from a long run of the model. */
  readonly initial: Prior | null;
  readonly learn: LearnSpecification | null;
  /** The setting to choose by validation; absent: none. */
  readonly choose?: ChoiceSpecification;
  /**
   * The folder of an earlier run, or the safetensors file, whose learned values are the starts; absent: the
   * starts of the file.
   */
  readonly start?: {
    readonly from: string;
    /** What its values were learned for; absent if the file does not say. */
    readonly learnedFor?: LearnedFor;
  };
  /** The precision of learning and filtering. @defaultValue "f64" */
  readonly dtype?: FloatType;
}

/** Returns a part as plain data: its kind, its block, and its file with the hash of its text. */
const plainPart = ({ record, block, file }: PartUse) => ({
  kind: record.kind,
  ...block,
  ...(file && { file }),
});

/** Returns a specification as plain data; equal data give equal results. */
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
