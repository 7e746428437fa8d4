/** The schema of experiment files; conditions between sections are checked in `checks/`. */
import { z } from "zod";
import type { ProcessNoise } from "../models/index.js";
import type { Prior } from "../problem/index.js";
import { keys } from "./schema/keys.js";
import { learn } from "./schema/learn.js";
import { observations, observationsWith } from "./schema/observations.js";
import { builtIn, type PartBlock } from "./schema/part.js";
import { time } from "./schema/time.js";

/** The section `model` as parsed. */
export interface ModelFile extends PartBlock {
  readonly processNoise?: ProcessNoise;
}

/** The section `method` as parsed. */
export interface MethodFile extends PartBlock {
  /** Mean and variance may be left out if all variables are diffuse. */
  readonly initial?: Partial<Prior>;
  readonly processNoise?: ProcessNoise;
}

/** The schemas of the sections that name parts, built in or user-defined. */
export interface PartSchemas {
  readonly model: z.ZodType<PartBlock>;
  readonly method: z.ZodType<PartBlock>;
  readonly operator: z.ZodType<PartBlock>;
  readonly noise: z.ZodType<PartBlock>;
}

const name = z
  .string()
  // Validators of JSON Schema do not all know \p{Cc}, so the control characters are written out.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name may not have them
  .regex(/^[^./\\\s\u0000-\u001f\u007f-\u009f][^/\\\u0000-\u001f\u007f-\u009f]*$/u, {
    error: (issue) =>
      `got ${JSON.stringify(issue.input)}; need a name that a folder can have: without a slash, and not beginning with a dot or a space`,
  })
  .describe("name of the experiment");

/** Returns the schema of a file whose parts have these schemas. */
export function experimentWith(
  { model, method, operator, noise }: PartSchemas,
  sources = observationsWith(operator, noise),
) {
  return keys({
    name,
    seed: z.int().min(0).default(1).describe("seed of all random draws"),
    model: (model as z.ZodType<ModelFile>).describe("model of the system"),
    time,
    observations: sources,
    method: (method as z.ZodType<MethodFile>).describe("method that estimates the state"),
    learn: learn.exactOptional(),
    start: keys({
      from: z
        .string()
        .min(1)
        .describe("folder of the results of an earlier run, relative to this file"),
    })
      .exactOptional()
      .describe("start values of learning, taken from an earlier run"),
    output: z
      .string()
      .min(1)
      .exactOptional()
      .describe("folder of the results, relative to this file; default: runs/<name>"),
  }).meta({ title: "Kalmia experiment", description: "An experiment of kalmia run" });
}

/** The schemas of built-in parts. */
export const builtInSchemas: PartSchemas = {
  model: builtIn("model"),
  method: builtIn("method"),
  operator: builtIn("operator"),
  noise: builtIn("noise"),
};

/** The schema of experiment files whose parts are all built in. */
export const experimentFile = experimentWith(builtInSchemas, observations);

/** A parsed experiment file with defaults filled in. */
export type ExperimentFile = z.output<typeof experimentFile>;
