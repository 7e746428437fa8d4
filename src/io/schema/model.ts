import { z } from "zod";
import { keys } from "./keys.js";
import { modelKindError } from "./kinds.js";
import { processNoise, value } from "./value.js";

const noise = processNoise.exactOptional();
const matrix = z.array(z.array(value).min(1)).min(1);

const linear = keys({
  kind: z.literal("linear"),
  transition: matrix.describe("square matrix A of x(t) = A x(t−1), one application a step"),
  processNoise: noise,
}).describe("any linear map");

const lotkaVolterra = keys({
  kind: z.literal("lotka-volterra"),
  preyGrowth: value.exactOptional().describe("two species: growth rate of the prey"),
  predation: value.exactOptional().describe("two species: loss of prey to each predator"),
  predatorDeath: value.exactOptional().describe("two species: death rate of the predators"),
  conversion: value.exactOptional().describe("two species: growth of predators by each prey"),
  growth: z.array(value).min(1).exactOptional().describe("n species: growth rate of each"),
  interactions: matrix
    .exactOptional()
    .describe("n species: matrix of the effect of species j (column) on the growth of i (row)"),
  coordinates: z
    .enum(["abundance", "log"])
    .default("log")
    .describe("the state: abundances, or their logarithms"),
  processNoise: noise,
}).describe(
  "species that eat, grow and compete: either preyGrowth, predation, predatorDeath and " +
    "conversion, or growth and interactions",
);

const clohessyWiltshire = keys({
  kind: z.literal("clohessy-wiltshire"),
  meanMotion: value.describe("mean motion of the circular orbit, radians a time unit"),
  processNoise: noise,
}).describe("motion relative to a circular orbit: three positions, three velocities");

/** The system that moves the state. */
export const model = z
  .discriminatedUnion("kind", [linear, lotkaVolterra, clohessyWiltshire], {
    error: modelKindError,
  })
  .describe("the system that moves the state");

export type ModelFile = z.output<typeof model>;
