import { Document, isCollection, type YAMLMap } from "yaml";
import type { PartUse, Specification } from "../run/specification.js";
import type { ExperimentFile } from "./schema.js";

/**
 * Writes the method of a specification as the section `method` of an experiment file. Noise of the filter's
 * model is part of the block; where the noise under `model` must change, a comment says so.
 */
export function methodBlock(
  { method, initial, processNoise, filterProcessNoise }: Specification,
  file: Pick<ExperimentFile, "model">,
): string {
  const outside = file.model.processNoise ?? null;
  const own = filterProcessNoise ?? (outside === null ? processNoise : null);
  const block = {
    ...blockOf(method),
    ...(initial && { initial }),
    ...(own && { processNoise: own }),
  };
  const document = new Document({ method: block }, { aliasDuplicateObjects: false });
  const { items } = document.get("method") as YAMLMap;
  for (const { value } of items) if (isCollection(value)) value.flow = true;
  if (outside !== null && JSON.stringify(outside) !== JSON.stringify(processNoise)) {
    document.comment = ` and under model: processNoise: ${JSON.stringify(processNoise)}`;
  }
  return document.toString({ lineWidth: 0 });
}

/** Returns the block of a part with its kind or its file. */
export const blockOf = ({ record, block, file }: PartUse): Readonly<Record<string, unknown>> =>
  file === undefined ? { kind: record.kind, ...block } : { file: file.path, ...block };
