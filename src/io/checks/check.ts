import type { MethodRecord } from "../../filters/index.js";
import type { ModelRecord, ProcessNoise } from "../../models/index.js";
import type { NoiseRecord, OperatorRecord } from "../../observe/index.js";
import type { Prior } from "../../problem/index.js";
import type { PartUse } from "../../run/specification.js";
import type { Path } from "../positions.js";
import type { LearnFile } from "../schema/learn.js";
import type { RecordFile, TwinFile } from "../schema/observations.js";
import type { TimeFile } from "../schema/time.js";

/** Tells what is wrong at a path of the experiment file. */
export type Tell = (path: Path, message: string) => void;

export interface ModelSection extends PartUse<ModelRecord> {
  readonly processNoise: ProcessNoise | null;
}

export interface MethodSection extends PartUse<MethodRecord> {
  readonly initial: Prior | null;
  readonly processNoise: ProcessNoise | null;
}

/** One source of observations: what it observes, and with what errors. */
export interface SourceSection<File = TwinFile | RecordFile> {
  readonly path: Path;
  readonly file: File;
  /** null: each column observes one variable. */
  readonly operator: PartUse<OperatorRecord> | null;
  /** null: none is given. */
  readonly noise: PartUse<NoiseRecord> | null;
  /** Where the keys of the noise stand. */
  readonly noisePath: Path;
}

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

/** What the file really says, defaults not filled in. */
export type Given = (path: Path) => unknown;
