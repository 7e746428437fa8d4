import { z } from "zod";
import { experimentFile } from "./schema.js";

type Schema = z.core.JSONSchema.JSONSchema;

/** The JSON Schema of experiment files, for completion in editors. */
export function experimentJsonSchema(): Schema {
  const root = z.toJSONSchema(experimentFile, {
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  const { method, ...others } = root.properties as Record<string, Schema>;
  const list = { type: "array", minItems: 1, items: named(method!) } as const;
  return { ...root, properties: { ...others, method: { anyOf: [method!, list] } } };
}

/** The kinds of a section, each a map with its keys. */
export function kindsOf(root: Schema, section: "model" | "method"): Schema[] {
  const { oneOf, anyOf } = root.properties![section] as Schema;
  return (oneOf ?? (anyOf![0] as Schema).oneOf) as Schema[];
}

/** A method of a list, which may have a name. */
function named(method: Schema): Schema {
  const name = {
    type: "string",
    description: "what the method is called beside the others",
  } as const;
  const kinds = (method.oneOf as Schema[]).map((kind) => ({
    ...kind,
    properties: { name, ...kind.properties },
  }));
  return { oneOf: kinds };
}
