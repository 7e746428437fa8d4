/** The equations of the model, with the names of its parameters. */
import type {
  Lorenz96Specification,
  ModelSpecification,
  Specification,
} from "../run/specification.js";
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
  if (model.kind === "lorenz96") return ringLines(model);
  if (model.kind === "lorenz63") {
    const [x, y, z] = variables.map(name);
    return [
      html`d ${x} / dt = sigma · (${y} − ${x})`,
      html`d ${y} / dt = ${x} · (rho − ${z}) − ${y}`,
      html`d ${z} / dt = ${x} ${y} − beta · ${z}`,
    ];
  }
  if (model.kind === "lorenz96-two-scale") return twoScaleLines;
  if (model.kind === "kuramoto-sivashinsky") {
    const u = name("u");
    return [
      html`∂${u}/∂t = −${u} ∂${u}/∂x − antidiffusion · ∂²${u}/∂x² − hyperviscosity · ∂⁴${u}/∂x⁴`,
    ];
  }
  if ("steadyState" in model) {
    return [
      html`d ${x}<sub>i</sub> / dt = Σ<sub>j</sub> ${name("A")}<sub>ij</sub> (${x}<sub>j</sub> − steadyState<sub>j</sub>) · ${x}<sub>i</sub>, ${name("A")} antisymmetric by its blocks`,
    ];
  }
  return [
    html`d ${x}<sub>i</sub> / dt = (growth<sub>i</sub> + Σ<sub>j</sub> interactions<sub>ij</sub> ${x}<sub>j</sub>) · ${x}<sub>i</sub>`,
  ];
}

const placed = (variable: string, place: string): Markup =>
  html`${name(variable)}<sub>${place}</sub>`;

const twoScaleLines: readonly Markup[] = [
  html`d ${placed("U", "k")} / dt = (${placed("U", "k+1")} − ${placed("U", "k−2")}) ${placed("U", "k−1")} − ${placed("U", "k")} + forcing − ${name("g")} Σ ${name("V")} above`,
  html`d ${placed("V", "j")} / dt = timeScale · amplitude · (${placed("V", "j−1")} − ${placed("V", "j+2")}) ${placed("V", "j+1")} − timeScale · ${placed("V", "j")} + ${name("g")} ${name("U")} below`,
  html`${name("g")} = coupling · timeScale / amplitude`,
];

function ringLines({ imperfect, correction }: Lorenz96Specification): readonly Markup[] {
  const x = name("x");
  const at = (place: string) => html`${x}<sub>${place}</sub>`;
  const system = html`d ${at("i")} / dt = (${at("i+1")} − ${at("i−2")}) ${at("i−1")} − ${at("i")} + forcing`;
  const base =
    imperfect === undefined
      ? system
      : html`d ${at("i")} / dt = a polynomial of degree two in the neighbours of ${at("i")}, near to ${system}`;
  if (correction === undefined) return [base];
  const what = correction.on === "map" ? "to each step" : "to d x / dt";
  return [base, html`a residual network is added ${what}`];
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
