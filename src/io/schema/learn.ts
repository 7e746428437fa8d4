import { z } from "zod";
import { schedules } from "../../learn/index.js";
import { mostCounted, mostRepeated } from "../../parts/index.js";
import { fitDefaults, losses } from "../../problem/index.js";
import { keys } from "./keys.js";

const { rates, validation, patience, plateau, restarts, scatter, loss, schedule } = fitDefaults;

const rate = (group: keyof typeof rates, what: string) =>
  z
    .number()
    .positive()
    .default(rates[group])
    .describe(`learning rate of ${what}, in latent variables`);

/** The schema of the section `learn`. */
export const learn = keys({
  epochs: z.int().min(1).max(mostCounted).describe("largest number of passes over the record"),
  window: z
    .int()
    .min(1)
    .exactOptional()
    .describe(
      "number of observations in a window of back-propagation; without it the whole record",
    ),
  loss: z
    .enum(losses)
    .default(loss)
    .describe(
      "loss to learn by: the likelihood of the observations, how far analyses lie from the truth of a twin, how far forecasts lie from what is observed then, or how far analyses do, corrected for having seen it",
    ),
  dtype: z
    .enum(["f64", "f32"])
    .exactOptional()
    .describe("precision of learning and filtering; f32 takes about half of the time"),
  schedule: z
    .enum(schedules)
    .default(schedule)
    .describe(
      "fall of the learning rates: where the loss has stopped falling, or by half a cosine to 0 over all epochs",
    ),
  clip: z
    .number()
    .positive()
    .exactOptional()
    .describe("largest norm of the gradient of the loss per value; without it there is none"),
  rates: keys({
    dynamics: rate("dynamics", "the model and its noise"),
    filter: rate("filter", "the filter"),
  })
    .prefault({})
    .describe("learning rates of Adam"),
  validation: z
    .number()
    .min(0)
    .lt(0.9)
    .default(validation)
    .describe("fraction of the record, at its end, kept for validation"),
  patience: z
    .int()
    .min(1)
    .max(mostCounted)
    .default(patience)
    .describe("number of epochs without a better validation loss after which learning stops"),
  plateau: keys({
    patience: z
      .int()
      .min(1)
      .max(mostCounted)
      .default(plateau.patience)
      .describe("number of epochs without a better loss after which the rates are reduced"),
    factor: z
      .number()
      .positive()
      .lt(1)
      .default(plateau.factor)
      .describe("factor by which the rates are multiplied"),
  })
    .prefault({})
    .describe("when and how the learning rates are reduced"),
  restarts: z
    .int()
    .min(1)
    .max(mostRepeated)
    .default(restarts)
    .describe("number of independent starts"),
  scatter: z
    .number()
    .min(0)
    .default(scatter)
    .describe("standard deviation of the other starts about the first, in latent variables"),
  refine: z
    .boolean()
    .exactOptional()
    .describe(
      "finish with Newton steps on all training data (default: true, but false with several trajectories)",
    ),
}).describe("settings of learning; without it nothing is learned");

export type LearnFile = z.output<typeof learn>;
