/** Says in words what was run: model, method, data and learning. */
import type { Value } from "../parts/index.js";
import type { RunOutput } from "../run/output.js";
import type { ObservationsSpecification, Specification } from "../run/specification.js";
import { lossWords } from "./evidence.js";
import { type Fragment, html, listing, type Markup } from "./markup.js";
import { count, given, grouped, hundredths, time } from "./number.js";

/** Writes the paragraph at the head of the page. */
export function summary(specification: Specification, output: RunOutput): Markup {
  const { states, result } = output;
  const beyond = states.times.length - states.observed;
  const forecast =
    beyond > 0
      ? html` The forecast goes on to ${unitOf(output)} ${time(states.times.at(-1)!)}.`
      : null;
  const { record, block } = specification.model;
  return html`<p class="lead">${capital(record.phrase(block, states.variables.length))} is
followed through ${dataWords(specification.observations, output)} by ${methodWords(specification.method)}.
${learningWords(specification, output)}${forecast}${result.diverged ? " The run diverged." : null}</p>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Returns the name of the method in a sentence. */
export const methodWords = ({ record, block }: Specification["method"]): string =>
  record.phrase(block);

/** Writes the details of step and method that the head of the page leaves out. */
export function setting({ time: { step, substeps }, method }: Specification, unit: string): Markup {
  const inner = substeps > 1 ? `, taken in ${grouped(substeps)} steps of the integrator` : "";
  const inflation = (method.block.covarianceInflation ?? 0) as Value;
  const widened =
    inflation === 0
      ? null
      : html` The forecast covariance is multiplied by 1 + φ, φ ${typeof inflation === "number" ? `= ${given(inflation)}` : "learned"}.`;
  const length = unit === "time" ? "" : ` (${unit})`;
  return html`<p>A model step is ${given(step)}${length} long${inner}. The method is ${methodWords(method)}.${widened}</p>`;
}

function dataWords(observations: ObservationsSpecification, output: RunOutput): Fragment {
  const learned = output.learning !== null;
  const { times, columns, values } = output.observations;
  const present = values.flat().filter(Number.isFinite).length;
  const gaps = values.flat().length - present;
  const span =
    times.length > 0
      ? `${unitOf(output)} ${time(times[0]!)} to ${time(times.at(-1)!)}`
      : "no times";
  const missing = gaps > 0 ? `; ${count(gaps)} ${plural("value", gaps)} missing` : "";
  const note = ` (${span}${missing})`;
  if (observations.kind === "twin") {
    const { trajectories } = observations;
    const which =
      trajectories === undefined
        ? ""
        : `, the first of ${count(trajectories.test)} test ${plural("trajectory", trajectories.test)}${learned ? ` (${count(trajectories.training)} others were learned from)` : ""}`;
    return html`${count(times.length)} synthetic ${plural("observation", times.length)} of a known truth${which} (${span})`;
  }
  const names = columns.length > 4 ? `${count(columns.length)} quantities` : listing(columns);
  return html`${count(times.length)} ${plural("observation", times.length)} of ${names} from <code>${observations.source}</code>${note}`;
}

function learningWords({ learn }: Specification, output: RunOutput): Fragment {
  const { learning, result, evidence } = output;
  const { parameters, tensors } = result;
  const names = [...Object.keys(parameters), ...Object.keys(tensors)];
  if (learning === null || learn === null) return "Nothing was learned: every value was given.";
  const quantities = `${capital(count(names.length))} ${plural("quantity", names.length)}`;
  const starts = learning.restarts.length;
  const from =
    starts > 1 ? ` from ${count(starts)} starting points, of which the best is reported` : "";
  const end =
    result.logLikelihood === null
      ? null
      : html` The log-likelihood ended at ${hundredths(result.logLikelihood)}.`;
  return html`${quantities} ${names.length === 1 ? "was" : "were"} learned by ${lossWords(learning, evidence).learnedBy}${from}.${end}`;
}

/** Returns the name of the time column: "year", or "time" where it has none. */
export const unitOf = ({ observations }: RunOutput): string => observations.timeName;

export function plural(noun: string, n: number): string {
  if (n === 1) return noun;
  return noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}
