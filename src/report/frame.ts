/** The page around a report's contents: one file without scripts or links. */
import { type Fragment, html, raw } from "./markup.js";
import { stylesheet } from "./stylesheet.js";

export interface Contents {
  /** What kind of report it is: "Kalmia report". */
  readonly kicker: string;
  readonly title: string;
  /** Below the title. */
  readonly lead: Fragment;
  readonly body: Fragment;
}

/**
 * What a page may load and run: its own style, and nothing else. The pages have no scripts; the policy holds
 * them to it, should a name from a file ever get past the escaping.
 */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export const frame = ({ kicker, title, lead, body }: Contents): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Kalmia">
<title>${title} · Kalmia</title>
<style>${raw(stylesheet)}</style>
</head>
<body>
<header>
<p class="kicker">${kicker}</p>
<h1>${title}</h1>
${lead}
</header>
<main>
${body}
</main>
</body>
</html>
`.markup;
