import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

/** From the bottom up: a folder imports from itself and from folders before it, DESIGN §1. */
const layers = [
  "engine",
  "random",
  "prob",
  "parts",
  "nets",
  "models",
  "observe",
  "filters",
  "smoothers",
  "learn",
  "problem",
  "diagnostics",
  "run",
  "advice",
  "reproductions",
  "io",
  "report",
  "cli",
];
const root = resolve(import.meta.dirname, "../..");
const source = join(root, "src");

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);
const importsOf = (file: string): string[] => {
  const text = readFileSync(join(source, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
};
const layerOf = (file: string): number => layers.indexOf(file.split("/")[0]!);

/** Imports of `file` that stay within src/, as paths there. */
const inside = (file: string): string[] =>
  importsOf(file)
    .filter((name) => name.startsWith("."))
    .map((name) => relative(source, resolve(source, dirname(file), name)));

test("imports point down the layers", () => {
  const violations = files.flatMap((file) =>
    file.includes("/")
      ? inside(file)
          .filter((target) => layerOf(target) > layerOf(file))
          .map((target) => `${file} → ${target}`)
      : [],
  );
  expect(violations).toEqual([]);
});

test("every folder of src is a layer", () => {
  const folders = new Set(files.filter((file) => file.includes("/")).map((f) => f.split("/")[0]!));
  expect([...folders].sort()).toEqual([...layers].sort());
});

test("other layers are entered through their index, but for the command line's lazy imports", () => {
  const shortcuts = files.flatMap((file) =>
    file.includes("/") && !file.startsWith("cli/")
      ? inside(file)
          .filter((target) => layerOf(target) !== layerOf(file))
          .filter((target) => !target.endsWith("/index.js"))
          // Plain data of a specification and an output are what io and report are about.
          .filter(
            (t) =>
              !/^(run\/(specification|output)|reproductions\/reproduction|advice\/[a-z]+)\.js$/.test(
                t,
              ),
          )
          .map((target) => `${file} → ${target}`)
      : [],
  );
  expect(shortcuts).toEqual([]);
});

/** Imports and re-exports from files of src/, those of types alone left out or not. */
const statements = {
  values: /^(?:import|export)\s+(?!type\b)[^;]*?from\s+"(\.[^"]+)"/gm,
  all: /^(?:import|export)\s[^;]*?from\s+"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)\./gm,
};

/** Every circle of files that a search of depth first meets, as "a → b → a". */
function circles(statement: RegExp): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const targets = (file: string): string[] =>
    [...readFileSync(join(source, file), "utf8").matchAll(statement)]
      .map((match) => relative(source, resolve(source, dirname(file), (match[1] ?? match[2])!)))
      .map((target) => target.replace(/\.js$/, ".ts"))
      .filter((target) => files.includes(target));
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (done.has(file) || path.includes(file)) return;
    for (const target of targets(file)) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

test("imports make no circles between files", () => {
  expect(circles(statements.values)).toEqual([]);
});

/** Folders whose circles of types are still to be cut. */
const uncut = ["run/"];

test("imports of types make no circles between files either", () => {
  const found = circles(statements.all);
  expect(found.filter((circle) => !uncut.some((folder) => circle.startsWith(folder)))).toEqual([]);
});

test("Node's built-ins stay in the command line, io/node.ts and what is behind it, the workers and report/png.ts", () => {
  const behind = [
    ...["io/files.ts", "io/lock.ts", "io/results-folder.ts"],
    ...["io/write-results.ts", "io/checkpoint-file.ts", "io/trials.ts"],
    ...["io/own-part-import.ts", "io/own-part-files.ts", "io/own-part-hooks.ts"],
  ];
  const entries = ["io/node.ts", ...behind, "io/workers.ts", "io/worker.ts", "report/png.ts"];
  const allowed = (file: string) => file.startsWith("cli/") || entries.includes(file);
  const users = files.filter(
    (file) => !allowed(file) && importsOf(file).some((name) => name.startsWith("node:")),
  );
  expect(users).toEqual([]);
});

test("no hidden randomness, clocks of the wall, prints or exits in the library", () => {
  const found = files
    .filter((file) => !file.startsWith("cli/"))
    .filter((file) =>
      /Math\.random|new Date\(|console\.|process\.exit/.test(
        readFileSync(join(source, file), "utf8"),
      ),
    );
  expect(found).toEqual([]);
});
