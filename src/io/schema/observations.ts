import { z } from "zod";
import { squareText } from "../../observe/index.js";
import { mostCounted } from "../../parts/index.js";
import { keys } from "./keys.js";
import { builtIn, type PartBlock } from "./part.js";
import { spread } from "./value.js";

/** Returns the schema of the section `observations`, from those of operators and noises. */
export function observationsWith(operator: z.ZodType<PartBlock>, noise: z.ZodType<PartBlock>) {
  const errors = noise.describe(
    "errors of the observations: normal, or lognormal (a factor exp(error))",
  );
  const twin = keys(
    {
      operator: operator
        .prefault({ kind: "identity" })
        .describe("observation operator: what is observed of the state"),
      variance: spread
        .exactOptional()
        .describe("variance of normal observation errors; one for all values, or a list"),
      noise: errors.exactOptional(),
      trajectories: keys({
        training: z.int().min(1).max(mostCounted).describe("number of trajectories to learn from"),
        validation: z
          .int()
          .min(0)
          .max(mostCounted)
          .default(0)
          .describe("number of trajectories for the validation loss"),
        test: z
          .int()
          .min(1)
          .max(mostCounted)
          .default(1)
          .describe("number of trajectories that are filtered and scored"),
        endless: z
          .literal(true)
          .exactOptional()
          .describe("true: each epoch of learning has new training trajectories"),
        cycles: z
          .int()
          .min(1)
          .exactOptional()
          .describe(
            "number of observations in a trajectory for training or validation; time.cycles if left out",
          ),
      })
        .exactOptional()
        .describe("numbers of trajectories of the true system; without it one for all purposes"),
      start: z
        .enum(["state", "climate"])
        .exactOptional()
        .describe(
          "start of truth and filter if the method has no initial: near a state of a long run (default for one trajectory of a chaotic model), or anywhere in the climate of the model",
        ),
    },
    {
      sd: (sd) =>
        `a twin takes "variance" (normal errors: the square of sd${squareText(sd)}) or "noise" ` +
        `({ kind: lognormal, sd: … })`,
    },
  ).describe("observations made from a simulated truth");
  const file = keys({
    path: z.string().min(1).describe("CSV file, relative to the experiment file"),
    time: z.string().min(1).describe("name of the time column"),
    columns: z
      .record(z.string(), z.int().min(0))
      .describe(
        "name of each observed column with the index of the variable that it observes, counted from 0; with an operator the index of its value",
      ),
    operator: operator
      .exactOptional()
      .describe(
        "observation operator: what is observed of the state; without it each column observes one variable",
      ),
    noise: errors,
  }).describe("observations from a CSV file; an empty cell is a gap");
  return keys({
    twin: twin.exactOptional(),
    file: file.exactOptional(),
  }).describe("source of the observations: twin or file");
}

/** The schema of the section `observations` with built-in parts. */
export const observations = observationsWith(builtIn("operator"), builtIn("noise"));

export type ObservationsFile = z.output<typeof observations>;
export type TwinFile = NonNullable<ObservationsFile["twin"]>;
export type RecordFile = NonNullable<ObservationsFile["file"]>;
