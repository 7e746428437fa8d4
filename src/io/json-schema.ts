import { z } from "zod";
import { experimentFile } from "./schema.js";

/** The JSON Schema of experiment files, for completion in editors. */
export function experimentJsonSchema(): z.core.JSONSchema.JSONSchema {
  return z.toJSONSchema(experimentFile, {
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
}
