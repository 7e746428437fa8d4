/** What a model or a method is stands in its record: no other file asks for its kind by name. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { models } from "../../src/models/index.js";
import { methods } from "../../src/smoothers/index.js";

const source = resolve(import.meta.dirname, "../../src");
/** The folders of the records themselves, and reproductions, each of which is of methods that it names. */
const own = ["models", "filters", "smoothers", "observe", "reproductions"];
const kinds = [...models, ...methods].map(({ kind }) => kind);

/** Comparisons with the name of a kind in a text, with what they compare. */
function comparisons(text: string): string[] {
  const kind = `["'\`](?:${kinds.join("|")})["'\`]`;
  const equality = `[=!]==?\\s*${kind}|${kind}\\s*[=!]==?`;
  const membership = `\\[[^\\[\\]]*${kind}[^\\[\\]]*\\]\\s*\\.includes\\(|\\.(?:includes|startsWith)\\(\\s*${kind}`;
  const found = text.matchAll(new RegExp(`${equality}|case\\s+${kind}|${membership}`, "g"));
  return [...found].map(([match]) => match);
}

test("there are kinds to look for, each of one record", () => {
  expect(kinds.length).toBeGreaterThan(30);
  expect(new Set(kinds).size).toBe(kinds.length);
});

test.each([
  'if (method.kind === "etkf") return;',
  'if ("etkf" != kind) return;',
  'switch (kind) { case "lorenz96": }',
  '["enkf", "letkf"].includes(kind)',
  "kind !==\n  `3dvar-k`",
])("a comparison is found: %s", (text) => expect(comparisons(text)).toHaveLength(1));

test.each(['use(etkf, { kind: "etkf" })', 'a === "likelihood"', 'type A = "enkf" | "etkf";'])(
  "nothing else is: %s",
  (text) => expect(comparisons(text)).toEqual([]),
);

describe("no file outside the records compares with the kind of a model or a method", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".generated.ts"))
    .filter((file) => !own.includes(file.split("/")[0]!));

  test("in all of src", () => {
    expect(files.length).toBeGreaterThan(150);
    const found = files.flatMap((file) =>
      comparisons(readFileSync(join(source, file), "utf8")).map((what) => `${file}: ${what}`),
    );
    expect(found).toEqual([]);
  });
});
