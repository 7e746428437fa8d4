/** The schema of experiment files; what spans several sections is checked in `checks/`. */
import { z } from "zod";
import { keys } from "./schema/keys.js";
import { learn } from "./schema/learn.js";
import { method } from "./schema/method.js";
import { model } from "./schema/model.js";
import { observations } from "./schema/observations.js";
import { time } from "./schema/time.js";

const name = z
  .string()
  .regex(/^[^./\\\s\p{Cc}][^/\\\p{Cc}]*$/u, {
    error: (issue) =>
      `got ${JSON.stringify(issue.input)}; need a name that can be a folder's: no slash, and not beginning with a dot or a space`,
  })
  .describe("name of the experiment");

export const experimentFile = keys({
  name,
  seed: z.int().min(0).default(1).describe("seed of all random draws"),
  model,
  time,
  observations,
  method,
  learn: learn.exactOptional(),
  start: keys({
    from: z.string().min(1).describe("folder of an earlier run's results, relative to this file"),
  })
    .exactOptional()
    .describe("learned values begin where an earlier run ended"),
  output: z
    .string()
    .min(1)
    .exactOptional()
    .describe("folder of the results, relative to this file; default: runs/<name>"),
}).meta({ title: "Kalmia experiment", description: "An experiment of kalmia run" });

/** An experiment file as parsed, defaults filled in. */
export type ExperimentFile = z.output<typeof experimentFile>;
