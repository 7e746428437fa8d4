/** Every key of the literature in the source resolves in docs/bibliography.md, and each is used. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/bibliography.md"), "utf8");
const entries = page.split("\n").filter((line) => line.startsWith("- "));
const keyOf = (entry: string): string => /^- \*\*(\w+)\*\*: /.exec(entry)?.[1] ?? entry;

/** A first author's name, a year and perhaps a letter: "sakov2008a". */
const key = /\b[a-z]+(?:18|19|20)\d\d[a-z]?\b/g;

/** The comments of a file, without its code: a key in a string is the name of something else. */
const commentsOf = (text: string): string =>
  [...text.matchAll(/\/\*\*[\s\S]*?\*\/|(?<=^|\s)\/\/ .*/g)].map(([comment]) => comment).join("\n");

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({
    name,
    comments: commentsOf(readFileSync(join(root, "src", name), "utf8")),
  }));

/** Each key with the files that name it. */
const used = new Map<string, string[]>();
for (const { name, comments } of sources) {
  for (const [found] of comments.matchAll(key)) {
    used.set(found, [...(used.get(found) ?? []), name]);
  }
}

test("every key of the source has an entry", () => {
  const known = new Set(entries.map(keyOf));
  const missing = [...used].filter(([found]) => !known.has(found));
  expect(missing.map(([found, files]) => `${found} (${files.join(", ")})`)).toEqual([]);
});

test("every entry is used", () => {
  expect(entries.map(keyOf).filter((entry) => !used.has(entry))).toEqual([]);
});

test("every @see names a key, an address or a page", () => {
  const bad = sources.flatMap(({ name, comments }) =>
    [...comments.matchAll(/@see ([^\n]*)/g)]
      .filter(([, source]) => !/^(?:[a-z]+(?:18|19|20)\d\d|https:\/\/|docs\/)/.test(source!))
      .map(([tag]) => `${name}: ${tag}`),
  );
  expect(bad).toEqual([]);
});

test("entries are in alphabetical order, each once, with authors, year and a full stop", () => {
  const keys = entries.map(keyOf);
  expect(keys).toEqual([...new Set(keys)].sort());
  const form = /^- \*\*[a-z]+(\d{4})[a-z]?\*\*: .+ \(\1\)\. .+\./;
  expect(entries.filter((entry) => !form.test(entry))).toEqual([]);
});

test("a link holds the DOI that stands before it", () => {
  const links = [...page.matchAll(/doi:\[([^\]]+)\]\(https:\/\/doi\.org\/(\S+)\)/g)];
  expect(links.length).toBe(entries.filter((entry) => entry.includes("doi:")).length);
  for (const [, shown, address] of links) {
    expect(decodeURIComponent(address!)).toBe(shown!.replace("\\<", "<"));
  }
});
