/** HTML by template, escaped by default. */

/** Text that is HTML already; everything else that enters a template is escaped. */
export interface Markup {
  readonly markup: string;
}

export type Fragment = string | number | Markup | null | readonly Fragment[];

/** `html\`<p>${text}</p>\``: strings and numbers are escaped, markup is kept, null is nothing. */
export function html(texts: TemplateStringsArray, ...values: readonly Fragment[]): Markup {
  const pieces = texts.map((text, i) => (i < values.length ? text + render(values[i]!) : text));
  return { markup: pieces.join("") };
}

/** Text that is trusted to be HTML, such as an SVG of our own. */
export const raw = (markup: string): Markup => ({ markup });

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** "a", "a and b", "a, b and c" */
export function listing(items: readonly Fragment[]): Fragment {
  const last = items.length - 1;
  return items.map((item, i) => [i === 0 ? "" : i === last ? " and " : ", ", item]);
}

function render(value: Fragment): string {
  if (value === null) return "";
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return escapeHtml(String(value));
  if ("markup" in value) return value.markup;
  return value.map(render).join("");
}
