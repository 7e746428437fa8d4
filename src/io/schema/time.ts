import { z } from "zod";
import { keys } from "./keys.js";

/** Steps, cycles and how far to forecast. */
export const time = keys({
  step: z.number().positive().describe("length of a model step, in the time unit of the record"),
  substeps: z.int().min(1).default(1).describe("Runge–Kutta steps inside a model step"),
  observeEvery: z.int().min(1).default(1).describe("twin: model steps between observations"),
  cycles: z.int().min(1).exactOptional().describe("twin: number of observation times"),
  spinup: z.int().min(0).default(0).describe("twin: cycles at the start that are not scored"),
  forecast: z.number().min(0).default(0).describe("how far to forecast beyond the last time"),
}).describe("steps, cycles and how far to forecast");

export type TimeFile = z.output<typeof time>;
