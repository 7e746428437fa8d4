/** Writes a table that scrolls sideways where it is too wide. */
import { type Fragment, html, type Markup } from "./markup.js";

export interface TableRow {
  readonly cells: readonly Fragment[];
  /** Whether the row is set in bold, such as the best of several. */
  readonly best?: boolean;
}

export function table(heads: readonly Fragment[], rows: readonly TableRow[]): Markup {
  const body = rows.map(({ cells, best }) => {
    const inner = cells.map((cell) => html`<td>${cell}</td>`);
    return best ? html`<tr class="best">${inner}</tr>\n` : html`<tr>${inner}</tr>\n`;
  });
  return html`<div class="scroll"><table>
<thead><tr>${heads.map((head) => html`<th>${head}</th>`)}</tr></thead>
<tbody>
${body}</tbody>
</table></div>`;
}
