/** All parts that files can name by their kinds, each section in the order in which it is listed. */
import type { MethodRecord } from "../filters/index.js";
import { type ModelRecord, models } from "../models/index.js";
import { type NoiseRecord, noises, type OperatorRecord, operators } from "../observe/index.js";
import { methods } from "../smoothers/index.js";

/** The record of each section. */
export interface RecordOf {
  readonly model: ModelRecord;
  readonly method: MethodRecord;
  readonly operator: OperatorRecord;
  readonly noise: NoiseRecord;
}

export type PartSection = keyof RecordOf;

export const records: { readonly [Section in PartSection]: readonly RecordOf[Section][] } = {
  model: models,
  method: methods,
  operator: operators,
  noise: noises,
};

/** Kinds that are promised, but not built yet. */
export const planned: Readonly<Record<PartSection, readonly string[]>> = {
  model: ["quasi-geostrophic", "structural", "state-space"],
  method: ["dan"],
  operator: [],
  noise: [],
};
