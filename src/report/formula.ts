/** The equations of the model, with the names of its parameters. */
import type { ModelSpecification, Specification } from "../experiments/specification.js";
import { html, type Markup } from "./markup.js";

export function formula(
  { model, observations }: Specification,
  variables: readonly string[],
): Markup {
  return html`<div class="formula">
${[...modelLines(model, variables), noiseLine(model), observationLine(observations.noise.kind)].map((line) => html`<p>${line}</p>\n`)}</div>`;
}

const name = (text: string): Markup => html`<var>${text}</var>`;

function modelLines(model: ModelSpecification, variables: readonly string[]): readonly Markup[] {
  if (model.kind === "linear") {
    return [html`${name("x")}<sub>t</sub> = transition · ${name("x")}<sub>t−1</sub>`];
  }
  if (model.kind === "clohessy-wiltshire") {
    return [
      html`${name("x")}″ = 3 ${name("n")}² ${name("x")} + 2 ${name("n")} ${name("y")}′`,
      html`${name("y")}″ = −2 ${name("n")} ${name("x")}′`,
      html`${name("z")}″ = −${name("n")}² ${name("z")}, ${name("n")} = meanMotion`,
    ];
  }
  if ("preyGrowth" in model) {
    const [prey, predator] = [name(variables[0] ?? "prey"), name(variables[1] ?? "predator")];
    return [
      html`d ${prey} / dt = (preyGrowth − predation · ${predator}) · ${prey}`,
      html`d ${predator} / dt = (conversion · ${prey} − predatorDeath) · ${predator}`,
    ];
  }
  const x = name("x");
  return [
    html`d ${x}<sub>i</sub> / dt = (growth<sub>i</sub> + Σ<sub>j</sub> interactions<sub>ij</sub> ${x}<sub>j</sub>) · ${x}<sub>i</sub>`,
  ];
}

function noiseLine(model: ModelSpecification): Markup {
  if (model.processNoise === undefined) return html`no noise in the model`;
  const logs = model.kind === "lotka-volterra" && model.coordinates === "log";
  return html`after each step ${logs ? "the logarithms of the abundances" : "the state"} + N(0, processNoise.variance)`;
}

function observationLine(kind: "normal" | "lognormal"): Markup {
  return kind === "normal"
    ? html`observed: value + N(0, variance)`
    : html`observed: value · exp(N(0, sd²))`;
}
