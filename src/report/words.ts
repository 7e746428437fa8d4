/** What was asked, in words: model, method, data and learning. */
import type { RunOutput } from "../run/output.js";
import type {
  MethodSpecification,
  ModelSpecification,
  ObservationsSpecification,
  Specification,
} from "../run/specification.js";
import { type Fragment, html, listing, type Markup } from "./markup.js";
import { count, given, grouped, hundredths, time } from "./number.js";

/** The paragraph at the head of the page. */
export function summary(specification: Specification, output: RunOutput): Markup {
  const { states, result } = output;
  const beyond = states.times.length - states.observed;
  const forecast =
    beyond > 0
      ? html` The forecast goes on to ${unitOf(output)} ${time(states.times.at(-1)!)}.`
      : null;
  return html`<p class="lead">${capital(modelWords(specification.model, states.variables.length))} is
followed through ${dataWords(specification.observations, output)} by ${methodWords(specification.method)}.
${learningWords(specification, output)}${forecast}${result.diverged ? " The run diverged." : null}</p>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function modelWords(model: ModelSpecification, dimension: number): string {
  if (model.kind === "linear")
    return `a linear model of ${count(dimension)} ${plural("variable", dimension)}`;
  if (model.kind === "clohessy-wiltshire")
    return "the Clohessy–Wiltshire model of relative orbital motion";
  if (model.kind === "lorenz63") return "the Lorenz-63 model";
  if (model.kind === "lorenz96-two-scale")
    return `the two-scale Lorenz-96 model of ${count(model.slow)} slow and ${count(dimension - model.slow)} fast variables`;
  if (model.kind === "kuramoto-sivashinsky")
    return `the Kuramoto–Sivashinsky equation on ${count(dimension)} points`;
  if (model.kind === "lorenz96") {
    const mended = model.correction === undefined ? "" : ", corrected by a network,";
    return `${model.imperfect === undefined ? "the" : "an imperfect"} Lorenz-96 model of ${count(dimension)} variables${mended}`;
  }
  if ("preyGrowth" in model) return "the Lotka–Volterra model of predator and prey";
  return `a Lotka–Volterra model of ${count(dimension)} species`;
}

export function methodWords(method: MethodSpecification): string {
  switch (method.kind) {
    case "kalman":
      return "the exact Kalman filter";
    case "rts":
      return "the exact Kalman filter and the Rauch–Tung–Striebel smoother";
    case "extended-kalman":
      return "an extended Kalman filter";
    case "climatology":
      return "the climatology, whatever is observed";
    case "optimal-interpolation":
      return "optimal interpolation of the climatology";
    case "3dvar":
    case "3dvar-c":
      return "3DVar with a static covariance";
    case "4dvar":
      return `4DVar over windows of ${grouped(method.lag)} ${plural("cycle", method.lag)}`;
    case "en4dvar":
      return `4DVar over windows of ${grouped(method.lag)} ${plural("cycle", method.lag)}, its covariance mixed with that of ${grouped(method.members)} members`;
    case "3dvar-k":
      return "3DVar with a gain of its own";
    case "enkf":
      return `an ensemble Kalman filter of ${grouped(method.members)} members`;
    case "denkf":
      return `a deterministic ensemble Kalman filter of ${grouped(method.members)} members`;
    case "etkf":
      return `an ensemble transform Kalman filter of ${grouped(method.members)} members`;
    case "eakf":
      return `a serial ensemble adjustment Kalman filter of ${grouped(method.members)} members`;
    case "letkf":
      return `a local ensemble transform Kalman filter of ${grouped(method.members)} members`;
    case "enkf-n":
      return `a finite-size ensemble Kalman filter of ${grouped(method.members)} members`;
    case "ienks":
      return `an iterative ensemble Kalman smoother of ${grouped(method.members)} members and lag ${grouped(method.lag)}`;
    case "enks":
      return `an ensemble Kalman smoother of ${grouped(method.members)} members and lag ${grouped(method.lag)}`;
    case "particle":
      return `a bootstrap particle filter of ${grouped(method.members)} particles`;
    case "optimal-particle":
      return `a particle filter of ${grouped(method.members)} particles with the optimal proposal`;
    case "ens3dvar":
      return `a hybrid of 3DVar and an ensemble Kalman filter of ${grouped(method.members)} members`;
  }
}

/** Step and method in the detail that the head of the page leaves out. */
export function setting(
  { time: { step, substeps }, model, method }: Specification,
  unit: string,
): Markup {
  const inner =
    model.kind !== "linear" && model.kind !== "clohessy-wiltshire" && substeps > 1
      ? `, taken in ${grouped(substeps)} Runge–Kutta steps`
      : "";
  const inflation = "covarianceInflation" in method ? method.covarianceInflation : 0;
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

function learningWords(
  { learn, method }: Specification,
  { learning, result }: RunOutput,
): Fragment {
  const { parameters, tensors } = result;
  const names = [...Object.keys(parameters), ...Object.keys(tensors)];
  if (learning === null || learn === null) return "Nothing was learned: every value was given.";
  const quantities = `${capital(count(names.length))} ${plural("quantity", names.length)}`;
  const climbed =
    method.kind === "3dvar-k"
      ? "the squared misfit of its forecasts"
      : "the forecast log-likelihood";
  const starts = learning.restarts.length;
  const from =
    starts > 1 ? ` from ${count(starts)} starting points, of which the best is reported` : "";
  return html`${quantities} ${names.length === 1 ? "was" : "were"} learned by ${method.kind === "3dvar-k" ? "descending" : "climbing"} the gradient of
${climbed}${from}; ${result.logLikelihood === null ? "there is no log-likelihood to report" : html`it ended at ${hundredths(result.logLikelihood)}`}.`;
}

/** "year", or "time" where there is no unit. */
export const unitOf = ({ observations }: RunOutput): string => observations.timeName;

export function plural(noun: string, n: number): string {
  if (n === 1) return noun;
  return noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}
