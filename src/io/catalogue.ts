/** What files can name: models, methods, observation operators and noises, with their keys. */
import type { z } from "zod";
import { type PartSection, records } from "./records.js";
import { commonKeys } from "./schema/part.js";

/** A part: what it is called in a file, and the keys that it takes. */
export interface CatalogueEntry {
  readonly kind: string;
  readonly description: string;
  readonly keys: readonly CatalogueKey[];
}

export interface CatalogueKey {
  readonly key: string;
  readonly description: string;
  readonly required: boolean;
  /** null when there is none. */
  readonly default: unknown;
}

/** The built-in parts of a section, read from their records. */
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
