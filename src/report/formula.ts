/** The equations of the model, with the names of its parameters. */
import type { Specification } from "../run/specification.js";
import { html, type Markup } from "./markup.js";

export function formula(
  specification: Specification,
  variables: readonly string[],
  logarithms: boolean,
): Markup {
  const { model, observations } = specification;
  const lines = [
    ...model.record.formula(model.block, variables).map(equation),
    noiseLine(specification, logarithms),
    html`${observations.noise.record.formula}`,
  ];
  return html`<div class="formula">
${lines.map((line) => html`<p>${line}</p>\n`)}</div>`;
}

/** An equation of a record: `{x}` stands for a symbol and `_{i+1}` for an index. */
export function equation(text: string): Markup {
  const parts = text.split(/(_?\{[^{}]*\})/).filter((part) => part !== "");
  return html`${parts.map((part) => {
    if (part.startsWith("_{")) return html`<sub>${part.slice(2, -1)}</sub>`;
    return part.startsWith("{") ? html`<var>${part.slice(1, -1)}</var>` : html`${part}`;
  })}`;
}

function noiseLine(
  { processNoise, filterProcessNoise }: Specification,
  logarithms: boolean,
): Markup {
  const what = logarithms ? "the logarithms of the state" : "the state";
  if (filterProcessNoise !== null) {
    return html`after each step of the filter's model ${what} + N(0, processNoise.variance)`;
  }
  if (processNoise === null) return html`no noise in the model`;
  return html`after each step ${what} + N(0, processNoise.variance)`;
}
