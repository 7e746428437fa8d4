import { z } from "zod";
import { keys } from "./keys.js";
import { noiseKindError } from "./kinds.js";
import { oneOf, spread, squared } from "./value.js";

const normal = keys(
  {
    kind: z.literal("normal"),
    variance: spread.describe("variance of the error, in squared units of the column"),
  },
  {
    sd: (sd) =>
      `normal noise takes "variance", in squared units of the column: the square of sd${squared(sd)}`,
  },
);

const lognormal = keys(
  {
    kind: z.literal("lognormal"),
    sd: spread.describe("standard deviation of the logarithm, near to the relative error"),
  },
  {
    variance: () =>
      `lognormal noise takes "sd", the standard deviation of the logarithm (near to the relative ` +
      `error: 0.2 is about 20 %): the square root of the logarithm's variance`,
  },
);

const noise = z
  .discriminatedUnion("kind", [normal, lognormal], { error: noiseKindError })
  .describe("errors of the observations: normal, or lognormal (a factor exp(error))");

const operator = oneOf(
  [
    z.literal("identity"),
    keys({
      every: z.int().min(1).exactOptional().describe("every n-th variable, from the first"),
      indices: z.array(z.int().min(0)).min(1).exactOptional().describe("variables, counted from 0"),
      random: z.number().gt(0).max(1).exactOptional().describe("share of variables, drawn"),
      everyStep: z
        .literal(true)
        .exactOptional()
        .describe("beside random: drawn anew at every time, not once for the run"),
      ratio: z.number().gt(0).max(1).exactOptional().describe("share of variables, evenly spaced"),
      matrix: z.array(z.array(z.number()).min(1)).min(1).exactOptional().describe("H of y = H x"),
    }),
  ],
  "identity, { every: 2 }, { indices: [0, 2] }, { random: 0.5 }, { ratio: 0.6 } or { matrix: [[1, 0]] }",
);

const twin = keys(
  {
    operator: operator.default("identity").describe("what of the state is observed"),
    variance: spread.exactOptional().describe("variance of normal errors"),
    noise: noise.exactOptional(),
    trajectories: keys({
      training: z.int().min(1).describe("courses to learn from"),
      validation: z.int().min(0).default(0).describe("courses to judge learning by"),
      test: z.int().min(1).default(1).describe("courses that are filtered and scored"),
    })
      .exactOptional()
      .describe("several courses of the system; without it, one for everything"),
    start: z
      .enum(["state", "climate"])
      .exactOptional()
      .describe(
        "where a method without initial starts: near a state of a long run (default for one course of a chaotic model), or anywhere in its climate",
      ),
  },
  {
    sd: (sd) =>
      `a twin takes "variance" (normal errors: the square of sd${squared(sd)}) or "noise" ` +
      `({ kind: lognormal, sd: … })`,
  },
).describe("observations made from a simulated truth");

const file = keys({
  path: z.string().min(1).describe("CSV file, relative to the experiment file"),
  time: z.string().min(1).describe("name of the time column"),
  columns: z
    .record(z.string(), z.int().min(0))
    .describe("name of each observed column, and the variable that it observes, counted from 0"),
  noise,
}).describe("a real record; a gap is an empty cell");

/** Where the observations come from: a twin experiment or a file. */
export const observations = keys({
  twin: twin.exactOptional(),
  file: file.exactOptional(),
}).describe("where observations come from: twin or file");

export type NoiseFile = z.output<typeof noise>;
export type OperatorFile = z.output<typeof operator>;
export type TwinFile = z.output<typeof twin>;
export type RecordFile = z.output<typeof file>;
export type ObservationsFile = z.output<typeof observations>;
