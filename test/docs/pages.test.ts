/** What the pages show is true: their code runs, their files parse, their links lead somewhere. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { experimentJsonSchema, InputError, parseExperimentFile } from "../../src/io/index.js";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const pages = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "kernels/README.md", "data/README.md"],
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

/** The fenced blocks of a page whose info string is `info`. */
const blocks = (page: string, info: string): string[] =>
  [...read(page).matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)]
    .filter(([, given]) => given === info)
    .map(([, , body]) => body);

/** Blocks name their data as seen from examples/. */
const parse = (text: string, name: string) =>
  parseExperimentFile(text, name, async (path) => ({
    name: path,
    text: readFileSync(resolve(root, "examples", path), "utf8"),
  }));

test("the README shows two programs of examples/library as they are", () => {
  const example = (name: string): string => read(`examples/library/${name}.ts`);
  expect(blocks("README.md", "ts")).toEqual([example("own-operator"), example("own-model")]);
});

test("the programs of library.md run", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kalmia-library-"));
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    const programs = blocks("docs/guide/library.md", "ts");
    for (const [i, code] of programs.entries()) {
      const from = code.replace(/"kalmia\/(\w+)"/g, (_, layer) =>
        JSON.stringify(join(root, "src", layer, "index.ts")),
      );
      writeFileSync(join(folder, `program${i}.ts`), from);
      await import(join(folder, `program${i}.ts`));
    }
    const [first, second, third] = log.mock.calls as number[][];
    expect(programs.length).toBe(3);
    expect(first.slice(0, 2)).toEqual([expect.any(Number), 100]);
    expect(Number.isFinite(second[0])).toBe(true);
    // The Kalman filter of one value: 1000 + 10⁵/(10⁵ + 15099) · 120.
    expect(third[0]).toBeCloseTo(1000 + (1e5 / (1e5 + 15099)) * 120, 9);
  } finally {
    log.mockRestore();
    rmSync(folder, { recursive: true });
  }
});

const files = pages.flatMap((page) => blocks(page, "yaml").map((text) => [page, text] as const));
test.each(files)("an experiment file in %s is one", async (page, text) => {
  await expect(parse(text, page)).resolves.toBeDefined();
});

test("the broken file of experiment-files.md gives the messages shown", async () => {
  const page = "docs/experiment-files.md";
  const [broken] = blocks(page, "yaml broken");
  const [shown] = blocks(page, "text");
  const error = await parse(broken, "nile.yaml").catch((e: unknown) => e);
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).message).toBe(shown.trimEnd());
});

test("experiment-files.md knows every key of the schema", () => {
  const keys = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === "properties") for (const name of Object.keys(value)) keys.add(name);
      visit(value);
    }
  };
  visit(experimentJsonSchema());
  const text = read("docs/experiment-files.md");
  const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, words]) => words).join(" ");
  const unknown = [...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(code));
  expect(unknown).toEqual([]);
});

test("every dependency is in decision 0010, with its version", () => {
  const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
  const record = read("docs/decisions/0010-dependencies.md");
  for (const kind of ["dependencies", "devDependencies", "optionalDependencies"]) {
    for (const [name, version] of Object.entries(manifest[kind])) {
      expect(record).toContain(`\`${name}\``);
      expect(record).toContain(version);
    }
  }
});

describe("links", () => {
  test.each(pages)("%s", (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
    const missing = targets.filter((target) => {
      if (/^https?:/.test(target)) return false;
      const [path, anchor] = target.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchorsOf(file).includes(anchor);
    });
    expect(missing).toEqual([]);
  });
});

const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, "")
      .replaceAll(" ", "-"),
  );
