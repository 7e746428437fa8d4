/** Choice of a setting of the method by the validation loss, before learning. */
import { chooseByValidation, learnStart, startLatents } from "../learn/index.js";
import type { ParameterDefinition } from "../parts/index.js";
import { learningProblem, withSetting } from "../problem/index.js";
import type { Key } from "../random/index.js";
import { type Data, learningDataOf } from "./data.js";
import { type ChoiceResult, Interrupted, type RunHost } from "./output.js";
import type { ChoiceSpecification, Specification } from "./specification.js";

/** Returns the name of the chosen setting, as in the file. */
export const chosenName = ({ key }: ChoiceSpecification): string => key.join(".");

/** Returns the specification with this value for the chosen setting. */
export function withChoice(specification: Specification, value: number): Specification {
  const { method, choose } = specification;
  if (choose === undefined) return specification;
  return { ...specification, method: withSetting(method, choose.key, value) };
}

/**
 * Learns for a few epochs with every value of the setting and chooses the one with the least validation loss;
 * null if the experiment asks for no choice.
 *
 * @throws Interrupted when the host asks to stop.
 */
export async function chooseIfAsked(
  specification: Specification,
  data: Data,
  root: Key,
  definitions: readonly ParameterDefinition[],
  host: RunHost,
): Promise<ChoiceResult | null> {
  const { choose, learn } = specification;
  if (choose === undefined || learn === null) return null;
  const { among: values, epochs } = choose;
  const start = startLatents(definitions);
  const runData = learningDataOf(data, root);
  const trialOf = (value: number) => {
    const { method } = withChoice(specification, value);
    const problem = learningProblem(method, data.system, runData, learn, definitions);
    return { problem, options: learn, start };
  };
  const visit = async (done: number, total: number): Promise<void> => {
    host.progress({ stage: "choosing", done, total, detail: chosenName(choose) });
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
