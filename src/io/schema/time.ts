import { z } from "zod";
import { keys } from "./keys.js";

/** The schema of the section `time`. */
export const time = keys({
  step: z.number().positive().describe("length of a model step, in the time unit of the record"),
  substeps: z.int().min(1).default(1).describe("number of integrator steps in a model step"),
  observeEvery: z
    .int()
    .min(1)
    .default(1)
    .describe("twin: number of model steps between observations"),
  cycles: z.int().min(1).exactOptional().describe("twin: number of observation times"),
  spinup: z
    .int()
    .min(0)
    .default(0)
    .describe("twin: number of cycles at the start that are not scored"),
  forecast: z
    .number()
    .min(0)
    .default(0)
    .describe("length of the forecast beyond the last observation, in the time unit of the record"),
}).describe("model steps, cycles and length of the forecast");

export type TimeFile = z.output<typeof time>;
