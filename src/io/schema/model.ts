import { z } from "zod";
import {
  kuramotoSivashinskyDomain,
  lorenz63Defaults,
  lorenz96TwoScaleDefaults as twoScale,
  kuramotoSivashinskyDefaults as waves,
} from "../../models/index.js";
import { keys } from "./keys.js";
import { modelKindError } from "./kinds.js";
import { positiveValues, processNoise, value, values } from "./value.js";

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
  growth: values.exactOptional().describe("n species: growth rate of each"),
  interactions: matrix
    .exactOptional()
    .describe("n species: matrix of the effect of species j (column) on the growth of i (row)"),
  blocks: values
    .exactOptional()
    .describe("n species in k groups: the k(k + 1)/2 effects of groups on groups, row by row"),
  steadyState: positiveValues
    .exactOptional()
    .describe("beside blocks: the abundances that stay as they are, one for each species"),
  coordinates: z
    .enum(["abundance", "log"])
    .default("log")
    .describe("the state: abundances, or their logarithms"),
  processNoise: noise,
}).describe(
  "species that eat, grow and compete: either preyGrowth, predation, predatorDeath and " +
    "conversion, or growth and interactions, or blocks and steadyState",
);

const clohessyWiltshire = keys({
  kind: z.literal("clohessy-wiltshire"),
  meanMotion: value.describe("mean motion of the circular orbit, radians a time unit"),
  processNoise: noise,
}).describe("motion relative to a circular orbit: three positions, three velocities");

const seed = z.int().min(0).exactOptional();

const lorenz96 = keys({
  kind: z.literal("lorenz96"),
  dimension: z.int().min(4).describe("number of variables on the ring"),
  forcing: value.describe("what feeds each variable; chaotic at 8"),
  imperfect: keys({
    variance: z.number().positive().describe("of the constant; linear and quadratic terms less"),
    seed: seed.describe("of the coefficients; default: the seed of the experiment"),
  })
    .exactOptional()
    .describe("the filter's model is a polynomial of 18 coefficients near to the system"),
  correction: keys({
    kind: z.literal("residual-network"),
    on: z.enum(["map", "tendency"]).default("map").describe("what the network is added to"),
    learn: z.literal(true).describe("true: its 9,387 weights are learned, or taken from start"),
    seed: seed.describe("of the first weights; default: the seed of the experiment"),
  })
    .exactOptional()
    .describe("a network added to the filter's model; the truth of a twin has none"),
  processNoise: noise,
}).describe("Lorenz-96: chaotic, variables on a ring");

const lorenz63 = keys({
  kind: z.literal("lorenz63"),
  sigma: value.default(lorenz63Defaults.sigma).describe("Prandtl number"),
  rho: value
    .default(lorenz63Defaults.rho)
    .describe("heating, in units of that at which convection begins"),
  beta: value.exactOptional().describe("of the shape of the cells; default 8/3"),
  processNoise: noise,
}).describe("Lorenz-63: chaotic, three variables x, y, z");

const lorenz96TwoScale = keys(
  {
    kind: z.literal("lorenz96-two-scale"),
    slow: z.int().min(4).describe("number of slow variables, on a ring"),
    fastPerSlow: z.int().min(1).describe("number of fast variables above each slow one"),
    forcing: value.describe("what feeds each slow variable; chaotic from 8 on"),
    coupling: value.default(twoScale.coupling).describe("of slow and fast variables; 0: none"),
    timeScale: value.default(twoScale.timeScale).describe("how much faster the fast variables are"),
    amplitude: value
      .default(twoScale.amplitude)
      .describe("how much smaller the fast variables are"),
    processNoise: noise,
  },
  {
    dimension: () => `lorenz96-two-scale takes "slow" and "fastPerSlow", the numbers of variables`,
  },
).describe("two-scale Lorenz-96: slow variables on a ring, then the fast ones above them");

const kuramotoSivashinsky = keys(
  {
    kind: z.literal("kuramoto-sivashinsky"),
    points: z
      .int()
      .min(8)
      .default(kuramotoSivashinskyDomain.points)
      .describe("number of points, even"),
    length: z.number().positive().exactOptional().describe("of the ring; default 32π"),
    antidiffusion: value
      .default(waves.antidiffusion)
      .describe("coefficient of u_xx, which feeds long waves"),
    hyperviscosity: value
      .default(waves.hyperviscosity)
      .describe("coefficient of u_xxxx, which damps short waves"),
    processNoise: noise,
  },
  {
    dimension: () => `kuramoto-sivashinsky takes "points", their number`,
    viscosity: () => `kuramoto-sivashinsky takes "hyperviscosity", the coefficient of u_xxxx`,
  },
).describe("Kuramoto–Sivashinsky: a chaotic field u on points of a ring");

/** The system that moves the state. */
export const model = z
  .discriminatedUnion(
    "kind",
    [
      linear,
      lotkaVolterra,
      clohessyWiltshire,
      lorenz63,
      lorenz96,
      lorenz96TwoScale,
      kuramotoSivashinsky,
    ],
    { error: modelKindError },
  )
  .describe("the system that moves the state");

export type ModelFile = z.output<typeof model>;
