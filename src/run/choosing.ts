/** Settings of the method chosen by validation, before learning with them begins. */
import {
  chooseByValidation,
  learnStart,
  type ParameterDefinition,
  startLatents,
} from "../learn/index.js";
import type { Data } from "./data.js";
import { learningProblem } from "./learning.js";
import { type ChoiceResult, Interrupted, type RunHost } from "./output.js";
import type { Specification } from "./specification.js";

/** The name of what is chosen, as in the file. */
export const chosenName = "taper.halfWidth";

/** The specification with this half-width. */
export function withHalfWidth(specification: Specification, halfWidth: number): Specification {
  const { method } = specification;
  if (!("taper" in method) || method.taper === undefined) return specification;
  return { ...specification, method: { ...method, taper: { ...method.taper, halfWidth } } };
}

/** Tries every value for a few epochs; null where nothing is to be chosen. */
export async function chooseIfAsked(
  specification: Specification,
  data: Data,
  definitions: readonly ParameterDefinition[],
  host: RunHost,
): Promise<ChoiceResult | null> {
  const { choose, learn } = specification;
  if (choose === undefined || learn === null) return null;
  const { halfWidth: values, epochs } = choose;
  const start = startLatents(definitions);
  const trialOf = (value: number) => ({
    problem: learningProblem(withHalfWidth(specification, value), learn, data, definitions),
    ...{ options: learn, start },
  });
  const visit = async (done: number, total: number): Promise<void> => {
    host.progress({ stage: "choosing", done, total, detail: chosenName });
    await new Promise((resolve) => setTimeout(resolve));
    if (host.stopRequested()) throw new Interrupted("stopped at the host's request");
  };
  const { best, tried } = await chooseByValidation(values, trialOf, { epochs, visit });
  const choice = {
    chosen: best.candidate,
    tried: tried.map((one, i) => ({ value: values[i]!, validation: one?.loss ?? null })),
    epochs,
  };
  host.checkpoint({ version: 2, learning: learnStart, choice });
  return choice;
}
