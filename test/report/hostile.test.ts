/** Names from files are shown as text: not run, and not misread as markup, replacements or paths of fields. */
import { describe, expect, test } from "vitest";
import { renderComparison, renderPage, renderReport } from "../../src/report/index.js";
import { comparisonOf } from "../../src/run/index.js";
import { hostileMethods, hostileNames, hostileRun } from "./hostile.js";

const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">`;

/** The elements and attributes of a page, names of elements in lower case. */
const tags = (html: string) =>
  Array.from(html.matchAll(/<([a-z][\w-]*)((?:\s+[^<>"'=\s]+(?:="[^"]*")?)*)\s*\/?>/gi));

const textOf = (html: string) =>
  html
    .replace(/<[^>]*>/g, "\n")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

function expectHarmless(html: string): void {
  // Every < of the page begins an element that the test knows how to read, or ends one.
  const inert = html.replace(/<style>[\s\S]*?<\/style>/, "");
  const known = tags(inert).map(([tag]) => tag);
  const left = known.reduce((rest, tag) => rest.replace(tag, () => ""), inert);
  expect(left.replace(/<\/[a-z][\w-]*>|<!doctype html>/gi, "")).not.toContain("<");
  const elements = new Set(tags(html).map(([, name]) => name!.toLowerCase()));
  for (const name of ["script", "img", "iframe", "object", "embed", "link", "foreignobject"]) {
    expect(elements).not.toContain(name);
  }
  for (const [, , attributes] of tags(html))
    expect(attributes!.replace(/"[^"]*"/g, "")).not.toMatch(/\son\w+=/i);
  expect(html.indexOf(policy)).toBeLessThan(html.indexOf("<title>"));
  expect(html).toContain(policy);
}

describe.each(hostileNames)("%j", (name) => {
  test("as variable, column, parameter, warning and title of a run", async () => {
    const { specification, output } = hostileRun([name, "other"]);
    const { html, figures } = await renderReport(specification, output);
    expectHarmless(html);
    expect(textOf(html).split("\n")).toContain(name);
    const states = figures.find((figure) => figure.name === "states")!;
    expect(textOf(states.svg)).toContain(name);
    expect(states.svg).toMatch(/^<svg role="img" aria-label="[^"]*" /);
  });

  test("as method of a comparison", async () => {
    const { specification } = hostileRun(["x"]);
    const methods = comparisonOf(hostileMethods([name, "other"]));
    const { html, figures } = await renderComparison(specification, methods, ["one", "other"]);
    expectHarmless(html);
    expect(textOf(html).split("\n")).toContain(name);
    // Long names are shortened on the axis, and whole in the table.
    expect(textOf(figures[0]!.svg)).toContain(name.slice(0, 28).split(/[\u2028\u2029]/)[0]);
  });
});

test("characters that XML cannot have are replaced in pictures, which are drawn", async () => {
  const { specification, output } = hostileRun(["a\u0001b", "c\ud800d"]);
  const { figures } = await renderReport(specification, output);
  const { svg } = figures.find((figure) => figure.name === "states")!;
  expect(textOf(svg)).toContain("a\ufffdb");
  expect(textOf(svg)).toContain("c\ufffdd");
});

test("the page of an ordinary run has the policy too", async () => {
  const { specification, output } = hostileRun(["hare", "lynx"]);
  expectHarmless((await renderPage(specification, output)).html);
});
