import { z } from "zod";
import { fitDefaults } from "../../problem/index.js";
import { keys } from "./keys.js";

const { rates, validation, patience, plateau, restarts, scatter } = fitDefaults;

const rate = (group: keyof typeof rates, what: string) =>
  z
    .number()
    .positive()
    .default(rates[group])
    .describe(`Adam's rate for ${what}, in latent variables`);

/** How the learned values are found. */
export const learn = keys({
  epochs: z.int().min(1).describe("passes over the record, at most"),
  window: z
    .int()
    .min(1)
    .exactOptional()
    .describe("observations in a window of back-propagation; without it, the whole record"),
  rates: keys({
    dynamics: rate("dynamics", "the model and its noise"),
    filter: rate("filter", "the filter"),
  })
    .prefault({})
    .describe("rates of learning"),
  validation: z
    .number()
    .min(0)
    .lt(0.9)
    .default(validation)
    .describe("fraction of the record, at its end, kept for validation"),
  patience: z
    .int()
    .min(1)
    .default(patience)
    .describe("epochs without a better validation loss before learning stops"),
  plateau: keys({
    patience: z
      .int()
      .min(1)
      .default(plateau.patience)
      .describe("epochs without a better loss that it takes"),
    factor: z
      .number()
      .positive()
      .lt(1)
      .default(plateau.factor)
      .describe("what the rates are multiplied by"),
  })
    .prefault({})
    .describe("when the rates shrink"),
  restarts: z.int().min(1).default(restarts).describe("independent starts"),
  scatter: z
    .number()
    .min(0)
    .default(scatter)
    .describe("standard deviation of the other starts about the first, in latent variables"),
  refine: z
    .boolean()
    .exactOptional()
    .describe(
      "finish with Newton steps on all that is learned from; default: true, false with trajectories",
    ),
}).describe("how learned values are found; without it nothing is learned");

export type LearnFile = z.output<typeof learn>;
