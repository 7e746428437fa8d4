/** What learned values were learned for, as a text in their file. */
import { z } from "zod";
import {
  type LearnedFor,
  type RunOutput,
  rangeOf,
  type Specification,
  settingOf,
} from "../run/index.js";

/** The name of the text. */
const name = "learned_for";

const schema = z.object({
  setting: z.unknown(),
  range: z.tuple([z.number(), z.number()]).nullable(),
});

type Metadata = Readonly<Record<string, string>>;

/** Returns the text, by its name, for the values of an experiment with the true states of its twin. */
export function learnedForText(
  specification: Specification,
  truth: RunOutput["states"]["truth"],
): Metadata {
  const learnedFor: LearnedFor = { setting: settingOf(specification), range: rangeOf(truth) };
  return { [name]: JSON.stringify(learnedFor) };
}

/** Reads the text; undefined where a file has none, or none of this form. */
export function learnedForIn({ [name]: text }: Metadata): LearnedFor | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
