import { z } from "zod";
import { squareText } from "../../observe/index.js";
import { keys } from "./keys.js";
import { builtIn, type PartBlock } from "./part.js";
import { spread } from "./value.js";

/** Where observations come from, with what an operator and a noise may be. */
export function observationsWith(operator: z.ZodType<PartBlock>, noise: z.ZodType<PartBlock>) {
  const errors = noise.describe(
    "errors of the observations: normal, or lognormal (a factor exp(error))",
  );
  const twin = keys(
    {
      operator: operator.prefault({ kind: "identity" }).describe("what is observed of the state"),
      variance: spread.exactOptional().describe("variance of normal errors"),
      noise: errors.exactOptional(),
      trajectories: keys({
        training: z.int().min(1).describe("trajectories to learn from"),
        validation: z.int().min(0).default(0).describe("trajectories to judge learning by"),
        test: z.int().min(1).default(1).describe("trajectories that are filtered and scored"),
      })
        .exactOptional()
        .describe("several trajectories of the system; without it, one for everything"),
      start: z
        .enum(["state", "climate"])
        .exactOptional()
        .describe(
          "where a method without initial starts: near a state of a long run (default for one trajectory of a chaotic model), or anywhere in its climate",
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
        "name of each observed column, and the variable that it observes, counted from 0; with an operator, the position among its values",
      ),
    operator: operator
      .exactOptional()
      .describe("what is observed of the state; without it, each column observes one variable"),
    noise: errors,
  }).describe("a real record; a gap is an empty cell");
  return keys({
    twin: twin.exactOptional(),
    file: file.exactOptional(),
  }).describe("where observations come from: twin or file");
}

/** Where the observations come from: a twin experiment or a file. */
export const observations = observationsWith(builtIn("operator"), builtIn("noise"));

export type ObservationsFile = z.output<typeof observations>;
export type TwinFile = NonNullable<ObservationsFile["twin"]>;
export type RecordFile = NonNullable<ObservationsFile["file"]>;
