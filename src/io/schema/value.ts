/** Schemas of values in files: numbers, and numbers to be learned or chosen. */
import { z } from "zod";
import { mostCounted } from "../../parts/index.js";
import { gotNeed } from "../words.js";
import { keys } from "./keys.js";

const fixedAlone = "true (for a fixed value write the number alone)";
const isLearned = z.literal(true, { error: (issue) => gotNeed(issue.input, fixedAlone) });

/** Returns the schema of a learned number of any sign: `{ learn: true, start, truth?, positive? }`. */
export const learnedReal = (number: z.ZodNumber = z.number()) =>
  keys({
    learn: isLearned,
    start: number.describe("start value of learning, in the unit of the quantity"),
    truth: number.exactOptional().describe("true value, with which the data of a twin are made"),
    positive: z.boolean().exactOptional().describe("true: keep the value above zero"),
  }).superRefine(({ start, truth, positive }, context) => {
    if (positive !== true) return;
    for (const [key, given] of Object.entries({ start, truth })) {
      if (given === undefined || given > 0) continue;
      const message = `${gotNeed(given, "a number more than 0")}, because positive is true`;
      context.addIssue({ code: "custom", path: [key], message });
    }
  });

const alwaysPositive = z.literal(true, {
  error: (issue) => gotNeed(issue.input, "no such key, or true: this quantity is always positive"),
});

/** Returns the keys of a learned number above zero; its truth may have another range. */
export const positiveKeys = (number: z.ZodNumber, truth = number) => ({
  learn: isLearned,
  start: number.describe("start value of learning, in the unit of the quantity"),
  truth: truth.exactOptional().describe("true value, with which the data of a twin are made"),
  positive: alwaysPositive.exactOptional(),
});

/** Returns the schema of a learned number above zero. */
export const learnedPositive = (number: z.ZodNumber, truth = number) =>
  keys(positiveKeys(number, truth));

/** Returns the schema of a union, with its own message for a value that has the type of none of its members. */
export function oneOf<const Options extends readonly [z.ZodType, ...z.ZodType[]]>(
  options: Options,
  need: string,
) {
  return z.union(options, {
    error: (issue) => (issue.code === "invalid_union" ? gotNeed(issue.input, need) : undefined),
  });
}

export const orLearned = "a number or { learn: true, start: … }";
export const positive = z.number().positive();

/** The schema of a number of any sign, fixed or learned. */
export const value = oneOf([z.number(), learnedReal()], orLearned).meta({ id: "Value" });

/** The schema of a number above zero, fixed or learned. */
export const positiveValue = oneOf([positive, learnedPositive(positive)], orLearned).meta({
  id: "PositiveValue",
});

const distinct = (number: z.ZodNumber) =>
  z
    .array(number)
    .min(2)
    .superRefine((values, context) => {
      const again = values.findIndex((value, i) => values.indexOf(value) < i);
      if (again < 0) return;
      const message = `got ${values[again]} twice; need different numbers`;
      context.addIssue({ code: "custom", path: [again], message });
    });

/** Returns the schema of a number that is fixed, learned, or chosen by the validation loss. */
export const chosenOf = (number: z.ZodNumber, learned: z.ZodType) =>
  oneOf(
    [
      number,
      learned,
      keys({
        among: distinct(number).describe("values to choose from by the validation loss"),
        epochs: z
          .int()
          .min(1)
          .max(mostCounted)
          .default(3)
          .describe("number of epochs of learning for each of them"),
      }),
    ],
    `${orLearned}, or { among: [3, 5, 8] }`,
  );

/** The schema of a number above zero that is fixed, learned or chosen. */
export const chosenValue = chosenOf(positive, learnedPositive(positive)).meta({
  id: "ChosenValue",
});

/** Returns the schema of numbers that are learned together as one vector. */
const learnedVector = <Asked extends z.ZodType<boolean>>(number: z.ZodNumber, asked: Asked) => {
  const numbers = oneOf([number, z.array(number).min(1)], "a number for all, or a list of them");
  return keys({
    learn: isLearned,
    start: numbers.describe("start values of learning: a number for all, or a list"),
    truth: numbers.exactOptional().describe("true values, with which the data of a twin are made"),
    positive: asked.exactOptional(),
  }).superRefine(checkVector);
};

interface Vector {
  readonly start: number | number[];
  readonly truth?: number | number[];
  readonly positive?: unknown;
}

/** Checks that start or truth is a list, and that two lists have the same length. */
function checkVector({ start, truth, positive }: Vector, context: z.RefinementCtx): void {
  const tell = (key: "start" | "truth", message: string): void =>
    context.addIssue({ code: "custom", path: [key], message });
  const several = Array.isArray(start) && Array.isArray(truth);
  if (!Array.isArray(start) && !Array.isArray(truth)) {
    tell("start", `${gotNeed(start, "a list")}, whose length is the number of values`);
  } else if (several && start.length !== truth.length) {
    tell("truth", `${gotNeed(truth, `a list of ${start.length}`)}, the length of start`);
  }
  if (positive !== true) return;
  for (const [key, numbers] of [
    ["start", start],
    ["truth", truth ?? []],
  ] as const) {
    const bad = [numbers].flat().find((number) => number <= 0);
    if (bad !== undefined)
      tell(key, `${gotNeed(bad, "numbers more than 0")}, because positive is true`);
  }
}

const list = "a list of values, or { learn: true, start: [1, 2] } for all of them together";

/** The schema of a list of values, or of one learned vector. */
export const values = oneOf(
  [z.array(value).min(1), learnedVector(z.number(), z.boolean())],
  list,
).meta({ id: "Values" });

/** The schema of a list of values above zero, or of one learned vector. */
export const positiveValues = oneOf(
  [z.array(positiveValue).min(1), learnedVector(positive, alwaysPositive)],
  list,
).meta({ id: "PositiveValues" });

export const notNegative = z.number().min(0);

/** The schema of a number that is at least zero if fixed, above zero if learned. */
export const variance = oneOf(
  [notNegative, learnedPositive(positive, notNegative)],
  orLearned,
).meta({ id: "Variance" });

/** The schema of one such number for all components, or a list with one for each. */
export const spread = oneOf(
  [variance, z.array(variance).min(1)],
  `${orLearned}, or a list of them`,
).meta({ id: "Spread" });
