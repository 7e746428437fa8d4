/** Values of files: numbers, and numbers that are to be learned or chosen. */
import { z } from "zod";
import { gotNeed } from "../words.js";
import { keys } from "./keys.js";

const fixedAlone = "true (for a fixed value write the number alone)";
const isLearned = z.literal(true, { error: (issue) => gotNeed(issue.input, fixedAlone) });

/** `{ learn: true, start, truth?, positive? }` for a quantity of either sign. */
export const learnedReal = (number: z.ZodNumber = z.number()) =>
  keys({
    learn: isLearned,
    start: number.describe("first value, in the units of the quantity"),
    truth: number.exactOptional().describe("the value that makes the data of a twin experiment"),
    positive: z.boolean().exactOptional().describe("keep the value above zero"),
  }).superRefine(({ start, truth, positive }, context) => {
    if (positive !== true) return;
    for (const [key, given] of Object.entries({ start, truth })) {
      if (given === undefined || given > 0) continue;
      const message = `${gotNeed(given, "a number more than 0")}, for positive is true`;
      context.addIssue({ code: "custom", path: [key], message });
    }
  });

const alwaysPositive = z.literal(true, {
  error: (issue) => gotNeed(issue.input, "no such key, or true: this quantity is always positive"),
});

/** The keys of a quantity that lies above zero; its truth may have another range. */
export const positiveKeys = (number: z.ZodNumber, truth = number) => ({
  learn: isLearned,
  start: number.describe("first value, in the units of the quantity"),
  truth: truth.exactOptional().describe("the value that makes the data of a twin experiment"),
  positive: alwaysPositive.exactOptional(),
});

export const learnedPositive = (number: z.ZodNumber, truth = number) =>
  keys(positiveKeys(number, truth));

/** A union whose own words are used when the value has the type of none of its members. */
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

/** A number of either sign, or one to be learned. */
export const value = oneOf([z.number(), learnedReal()], orLearned).meta({ id: "Value" });

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

/** A number, one to be learned, or one to be chosen by the validation loss. */
export const chosenOf = (number: z.ZodNumber, learned: z.ZodType) =>
  oneOf(
    [
      number,
      learned,
      keys({
        among: distinct(number).describe("numbers to choose from by the validation loss"),
        epochs: z
          .int()
          .min(1)
          .default(3)
          .describe("epochs that each learns for before it is judged"),
      }),
    ],
    `${orLearned}, or { among: [3, 5, 8] }`,
  );

export const chosenValue = chosenOf(positive, learnedPositive(positive)).meta({
  id: "ChosenValue",
});

/** Numbers that are learned together, as one vector. */
const learnedVector = <Asked extends z.ZodType<boolean>>(number: z.ZodNumber, asked: Asked) => {
  const numbers = oneOf([number, z.array(number).min(1)], "a number for all, or a list of them");
  return keys({
    learn: isLearned,
    start: numbers.describe("first values: a number for all, or one each"),
    truth: numbers.exactOptional().describe("the values that make the data of a twin experiment"),
    positive: asked.exactOptional(),
  }).superRefine(checkVector);
};

interface Vector {
  readonly start: number | number[];
  readonly truth?: number | number[];
  readonly positive?: unknown;
}

/** A list says how many there are, and two lists must agree. */
function checkVector({ start, truth, positive }: Vector, context: z.RefinementCtx): void {
  const tell = (key: "start" | "truth", message: string): void =>
    context.addIssue({ code: "custom", path: [key], message });
  const several = Array.isArray(start) && Array.isArray(truth);
  if (!Array.isArray(start) && !Array.isArray(truth)) {
    tell("start", `${gotNeed(start, "a list")}, for its length says how many there are`);
  } else if (several && start.length !== truth.length) {
    tell("truth", `${gotNeed(truth, `a list of ${start.length}`)}, as many as start`);
  }
  if (positive !== true) return;
  for (const [key, numbers] of [
    ["start", start],
    ["truth", truth ?? []],
  ] as const) {
    const bad = [numbers].flat().find((number) => number <= 0);
    if (bad !== undefined)
      tell(key, `${gotNeed(bad, "numbers more than 0")}, for positive is true`);
  }
}

const list = "a list of values, or { learn: true, start: [1, 2] } for all of them together";

/** A value each, or one vector of them to be learned. */
export const values = oneOf(
  [z.array(value).min(1), learnedVector(z.number(), z.boolean())],
  list,
).meta({ id: "Values" });

export const positiveValues = oneOf(
  [z.array(positiveValue).min(1), learnedVector(positive, alwaysPositive)],
  list,
).meta({ id: "PositiveValues" });

/** One value above zero for all components, or a list with one each. */
export const spread = oneOf(
  [positiveValue, z.array(positiveValue).min(1)],
  `${orLearned}, or a list of them`,
).meta({ id: "Spread" });
