import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

/** From the bottom up: a folder imports from itself and from folders before it, DESIGN §1. */
const layers = [
  "engine",
  "random",
  "prob",
  "parts",
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

test("imports make no circles between files", () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (done.has(file) || path.includes(file)) return;
    for (const target of valueImports(file)) visit(target, [...path, file]);
    done.add(file);
  };
  const valueImports = (file: string): string[] => {
    const text = readFileSync(join(source, file), "utf8");
    const statements = [
      ...text.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+"(\.[^"]+)"/gm),
    ];
    return statements
      .map((match) => relative(source, resolve(source, dirname(file), match[1]!)))
      .map((target) => target.replace(/\.js$/, ".ts"))
      .filter((target) => files.includes(target));
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

test("Node's built-ins stay in the command line, io/node.ts and what is behind it, the workers and report/png.ts", () => {
  const behind = [
    ...["io/files.ts", "io/trials.ts"],
    ...["io/own-part-import.ts", "io/own-part-hooks.ts"],
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
