/** The catalogue of the parts that files can name, with their keys. */
import type { z } from "zod";
import { type PartSection, records } from "./records.js";
import { commonKeys } from "./schema/part.js";

/** A part in the catalogue: its kind, its description and its keys. */
export interface CatalogueEntry {
  readonly kind: string;
  readonly description: string;
  readonly keys: readonly CatalogueKey[];
}

/** A key of a part in the catalogue. */
export interface CatalogueKey {
  readonly key: string;
  readonly description: string;
  readonly required: boolean;
  /** The default; null if there is none. */
  readonly default: unknown;
}

/** Returns the built-in parts of a section (model, method, operator or noise), from their records. */
export function catalogue(section: PartSection): CatalogueEntry[] {
  const common = Object.entries(commonKeys[section]).map(([key, schema]) => ({
    key,
    description: descriptionOf(schema),
    required: false,
    default: null,
  }));
  return records[section].map(({ kind, title, parameters }) => ({
    kind,
    description: title,
    keys: [
      ...Object.entries(parameters).map(([key, { about, optional, default: filled }]) => ({
        key,
        description: about,
        required: optional !== true && filled === undefined,
        default: filled ?? null,
      })),
      ...common,
    ],
  }));
}

const descriptionOf = (schema: unknown): string => (schema as z.ZodType).description ?? "";
