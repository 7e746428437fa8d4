import type { MethodRecord } from "../../filters/index.js";
import type { ModelRecord, ProcessNoise } from "../../models/index.js";
import type { NoiseRecord, OperatorRecord } from "../../observe/index.js";
import type { Prior } from "../../problem/index.js";
import type { PartUse } from "../../run/specification.js";
import type { Path } from "../positions.js";
import type { LearnFile } from "../schema/learn.js";
import type { RecordFile, TwinFile } from "../schema/observations.js";
import type { TimeFile } from "../schema/time.js";

/** Reports a fault at a path of the experiment file. */
export type Tell = (path: Path, message: string) => void;

/** The section `model`: the model in use, and its process noise. */
export interface ModelSection extends PartUse<ModelRecord> {
  readonly processNoise: ProcessNoise | null;
}

/** The section `method`: the method in use, its prior and the process noise of its model. */
export interface MethodSection extends PartUse<MethodRecord> {
  readonly initial: Prior | null;
  readonly processNoise: ProcessNoise | null;
}

/** A source of observations with its operator and its noise. */
export interface SourceSection<File = TwinFile | RecordFile> {
  readonly path: Path;
  readonly file: File;
  /** The operator; null: each column observes one variable. */
  readonly operator: PartUse<OperatorRecord> | null;
  /** The noise; null: none is given. */
  readonly noise: PartUse<NoiseRecord> | null;
  /** The path of the keys of the noise. */
  readonly noisePath: Path;
}

/** The section `observations`. */
export interface ObservationsSection {
  readonly twin: SourceSection<TwinFile> | null;
  readonly file: SourceSection<RecordFile> | null;
}

/** The sections of a file that fit the schema; the others are null. */
export interface Sections {
  readonly model: ModelSection | null;
  readonly time: TimeFile | null;
  readonly observations: ObservationsSection | null;
  readonly method: MethodSection | null;
  readonly learn: LearnFile | null;
}

/** Returns the value at a path of the file, without defaults. */
export type Given = (path: Path) => unknown;
