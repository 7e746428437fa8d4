import type { z } from "zod";
import { experimentJsonSchema, kindsOf } from "./json-schema.js";

/** A model or a method: what it is called in a file, and the keys that it takes. */
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

type Schema = z.core.JSONSchema.JSONSchema;

/** The models or the methods that are built, read from the schema of experiment files. */
export function catalogue(section: "model" | "method"): CatalogueEntry[] {
  const root = experimentJsonSchema();
  return kindsOf(root, section).map((entry) => {
    const { kind, ...rest } = entry.properties as Record<string, Schema>;
    return {
      kind: String(kind.const),
      description: entry.description ?? "",
      keys: Object.entries(rest).map(([key, schema]) => ({
        key,
        description: schema.description ?? referenced(root, schema).description ?? "",
        required: entry.required?.includes(key) ?? false,
        default: schema.default ?? null,
      })),
    };
  });
}

function referenced(root: Schema, { $ref }: Schema): Schema {
  const name = $ref?.replace("#/$defs/", "");
  return name === undefined ? {} : (root.$defs?.[name] as Schema);
}
