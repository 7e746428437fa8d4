/**
 * V8 computes x^y differently in Node 24 than in Node 20 and 22, in the last digit. Results are the same in
 * all of them, because they need only squares, which are products, and powers of two, which are exact.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const source = resolve(import.meta.dirname, "../../src");

/** Counts of operations and texts, which are shown with few digits. */
const shown = /^(engine\/work\.ts|report\/|cli\/|reproductions\/adrian2026\/table-2\.ts)/;

test("no result needs a power other than squares and powers of two", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !shown.test(file))
    .filter((file) => !file.endsWith(".generated.ts"));
  const others = files.flatMap((file) =>
    readFileSync(join(source, file), "utf8")
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")
      .split("\n")
      .filter((line) => /Math\.pow|(?<!\b2) \*\* (?!2\b(?!\.))/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(others).toEqual([]);
});
