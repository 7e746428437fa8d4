/** Keys that all models or all methods have, in addition to those of their records. */
import { z } from "zod";
import { squareText } from "../../observe/index.js";
import { keys } from "./keys.js";
import {
  notNegative,
  oneOf,
  orLearned,
  positive,
  positiveKeys,
  values,
  variance,
} from "./value.js";

const processVarianceOfAll = keys({
  ...positiveKeys(positive, notNegative),
  each: z.literal(true).exactOptional().describe("true: one learned number for each component"),
});

/** N(0, diag(variance)) after each model step; a fixed variance may be 0. */
const processNoise = keys(
  {
    variance: oneOf(
      [notNegative, processVarianceOfAll, z.array(variance).min(1)],
      `${orLearned}, or a list of them`,
    ).describe("variance of the noise after each model step; one for all components, or a list"),
  },
  {
    sd: (sd) =>
      `process noise takes "variance", the square of the standard deviation${squareText(sd)}`,
  },
).meta({ id: "ProcessNoise", description: "normal noise after each model step" });

const initial = keys(
  {
    mean: values.exactOptional().describe("mean of each variable before the first observation"),
    variance: oneOf(
      [notNegative, z.array(notNegative).min(1)],
      "a number that is at least 0, or a list of them",
    )
      .exactOptional()
      .describe(
        "variance of the state; one for all components, or a list; 0 for what is known without error",
      ),
    diffuse: oneOf(
      [z.literal(true), z.array(z.boolean()).min(1)],
      "true, or a list of true and false with one for each variable",
    )
      .exactOptional()
      .describe(
        "variables of which nothing is known before: true for all, or a list; linear models with an exact method",
      ),
  },
  { sd: () => `the initial state takes "variance", the square of the standard deviation` },
).superRefine((given, context) => {
  if (given.diffuse === true) return;
  for (const key of ["mean", "variance"] as const) {
    if (given[key] !== undefined) continue;
    const message = "missing; need mean and variance of the state, or diffuse: true";
    context.addIssue({ code: "custom", path: [key], message });
  }
});

/** The keys that every model has. */
export const modelKeys = {
  processNoise: processNoise.exactOptional().describe("normal noise after each model step"),
};

/** The keys that every method has. */
export const methodKeys = {
  initial: initial
    .exactOptional()
    .describe(
      "mean and variance of the state before the first observation; required for a file, optional in a twin",
    ),
  processNoise: processNoise
    .exactOptional()
    .describe("normal noise after each step of the filter's model; without it that of the model"),
};
