/** The records of all parts that files can name by their kinds, in the order of `kalmia list`. */
import type { MethodRecord } from "../filters/index.js";
import { type ModelRecord, models } from "../models/index.js";
import { type NoiseRecord, noises, type OperatorRecord, operators } from "../observe/index.js";
import { methods } from "../smoothers/index.js";

/** The type of the record of each section. */
export interface RecordOf {
  readonly model: ModelRecord;
  readonly method: MethodRecord;
  readonly operator: OperatorRecord;
  readonly noise: NoiseRecord;
}

/** A section of parts: model, method, operator or noise. */
export type PartSection = keyof RecordOf;

/** The built-in records of each section. */
export const records: { readonly [Section in PartSection]: readonly RecordOf[Section][] } = {
  model: models,
  method: methods,
  operator: operators,
  noise: noises,
};

/** Kinds that are planned, but not built yet. */
export const planned: Readonly<Record<PartSection, readonly string[]>> = {
  model: ["quasi-geostrophic", "structural", "state-space"],
  method: [],
  operator: [],
  noise: [],
};
