/** The hash of a part covers the files that it imports. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadExperiment } from "../../src/io/node.js";
import { importedFiles } from "../../src/io/own-part-files.js";
import { temporaryFolder } from "../cli/fixture.js";
import { decay, folderWith, twin } from "./own-part-fixture.js";

function found(files: Readonly<Record<string, string>>): string[] {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const [first, text] = Object.entries(files)[0]!;
  return importedFiles(join(folder, first), text).map((file) => file.slice(folder.length + 1));
}

test("all ways to import a local file are found, directly and through others, circles included", () => {
  expect(
    found({
      "model.ts": `
import { mul } from "kalmia/engine";
import a from "./a.js";
import type { B } from './parts/b.ts';
import "./c.mjs";
export * from "./d.js";
const e = await import("./e.js");
import {
  f,
  g,
} from "./f.js"; import data from "./data.json" with { type: "json" };
`,
      "a.ts": `import "./parts/b.ts";`,
      "parts/b.ts": `import "../h.js"; import "../model.ts";`,
      ...{ "c.mjs": "", "d.js": "", "e.ts": "", "f.js": "", "h.js": "", "data.json": "{}" },
      "unused.ts": "",
    }),
  ).toEqual(["a.ts", "c.mjs", "d.js", "data.json", "e.ts", "f.js", "h.js", "parts/b.ts"]);
});

test("a package, a file that is not there, and words in a comment are no files", () => {
  expect(found({ "model.ts": `import "zod"; import "./gone.js"; // import of "it"` })).toEqual([]);
});

const parted = decay.replace("export default", `import "./helper.js";\nexport default`);
const importer = (url: string) => import(/* @vite-ignore */ url);

test("another text in a file that a part imports makes another experiment, which it is an input of", async () => {
  const load = (helper: string) => {
    const folder = folderWith(
      { ...twin, model: { file: "decay.ts" } },
      { "decay.ts": parted, "helper.ts": helper },
    );
    return loadExperiment("own.yaml", folder, importer);
  };
  const [one, same, other] = await Promise.all(["// 1", "// 1", "// 2"].map(load));
  expect(one!.hash).toBe(same!.hash);
  expect(one!.hash).not.toBe(other!.hash);
  expect(one!.inputs.map(({ path }) => path.split("/").at(-1))).toEqual([
    "own.yaml",
    "decay.ts",
    "helper.ts",
  ]);
});
