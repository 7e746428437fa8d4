/**
 * The package as its users get it: packed, installed into an empty project without the packages
 * that draw, compiled against, bundled and run.
 */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { relaxed, simd } from "../../src/engine/kernels.generated.js";
import { drawingPackages } from "../../src/report/drawing.js";
import { findBrowser, runInBrowser } from "./browser.js";
import { main, type Outcome } from "./lorenz96.js";
import { configure, installed, node, type Packed, pack, root, tool } from "./project.js";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const entries = Object.keys(manifest.exports)
  .filter((path) => !path.endsWith(".json"))
  .map((path) => `kalmia${path.slice(1)}`);

let packed: Packed;
let project: string;
beforeAll(async () => {
  packed = await pack();
  project = await installed(packed, entries);
}, 180_000);
afterAll(() => rmSync(packed.folder, { recursive: true, force: true }));

/**
 * Builds of the kernels differ in rounding by 1e-16, which 300 steps of a chaotic truth (it doubles
 * errors each 0.4 units of time, 8 steps) may raise 2^37 times: to 1e-5 at most.
 */
function expectSame(given: Outcome): void {
  const expected = main();
  expect(expected.error).toBeLessThan(0.6); // observation errors are 1, the climate spreads 3.6
  expect(Math.abs(given.error - expected.error)).toBeLessThan(1e-4);
  expect(Math.abs(given.slope - expected.slope)).toBeLessThan(1e-4);
}

describe("the tarball", () => {
  test("holds the library, its data and its examples, and nothing else", () => {
    const folders = new Set(packed.files.map((file) => file.split("/")[0]));
    expect([...folders].sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "data",
      "dist",
      "examples",
      "package.json",
    ]);
    expect(packed.files.filter((file) => /^dist\/bench|\/runs\/|\.test\./.test(file))).toEqual([]);
    expect(packed.files).toContain("dist/engine/kernels.generated.js");
  });

  test("passes publint", async () => {
    const tarball = new Uint8Array(readFileSync(packed.tarball)).buffer;
    const { messages } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  test("has types that fit its modules", async () => {
    const script = tool("@arethetypeswrong/cli/dist/index.js");
    const { code, stdout } = await node([script, packed.tarball, "--profile", "esm-only"], root);
    expect(code, stdout).toBe(0);
  });
});

describe("an empty TypeScript project", () => {
  test.each([
    ["Node16", "node16"],
    ["ESNext", "bundler"],
  ])("compiles every entry with modules %s, resolution %s", async (module, resolution) => {
    const config = configure(project, module, resolution);
    const { code, stdout } = await node([tool("typescript/bin/tsc"), "-p", config], project);
    expect(code, stdout).toBe(0);
    const run = `import { main } from "./${resolution}/lorenz96.js"; console.log(JSON.stringify(main()));`;
    writeFileSync(join(project, `${resolution}.js`), run);
    const ran = await node([`${resolution}.js`], project);
    expect(ran.stderr).toBe("");
    expectSame(JSON.parse(ran.stdout));
  });

  test("has none of the packages that draw, runs experiments, and says what to install", async () => {
    for (const name of Object.keys(drawingPackages)) {
      expect(existsSync(join(project, "node_modules", name)), name).toBe(false);
    }
    for (const part of ["examples", "data"]) {
      cpSync(join(project, "node_modules/kalmia", part), join(project, part), { recursive: true });
    }
    const script = join(project, "node_modules/kalmia/dist/cli/main.js");
    const { code, stderr } = await node([script, "run", "examples/nile.yaml"], project);
    expect(stderr).toContain(
      "there is no report: the packages that draw it are not installed; add them beside Kalmia with `npm install vega@",
    );
    expect(code).toBe(0);
    for (const file of ["result.json", "states.csv"]) {
      expect(existsSync(join(project, "examples/runs/nile", file)), file).toBe(true);
    }
  });
});

describe("a bundle for the browser", () => {
  let bundle: string;
  beforeAll(async () => {
    writeFileSync(join(project, "page.ts"), 'export { main } from "./lorenz96.js";\n');
    const { outputFiles, warnings } = await build({
      absWorkingDir: project,
      entryPoints: ["page.ts"],
      bundle: true,
      write: false,
      minify: true,
      platform: "browser",
      format: "iife",
      globalName: "program",
      logLevel: "silent",
    });
    expect(warnings).toEqual([]);
    bundle = outputFiles[0]!.text;
  });

  test("leaves out what the program does not use", () => {
    // Beside the kernels, which are 487 kB in base64, it is 39 kB; the whole library is 400 kB.
    expect(bundle.length - simd.length - relaxed.length).toBeLessThan(80_000);
  });

  test("runs where nothing of Node is", () => {
    const web = createContext({ atob, performance });
    expect(runInContext("typeof process + typeof require + typeof Buffer", web)).toBe(
      "undefined".repeat(3),
    );
    expectSame(JSON.parse(runInContext(`${bundle}; JSON.stringify(program.main())`, web)));
  });

  const browser = findBrowser();
  const title =
    browser === null ? "runs in a browser (none is on this machine)" : "runs in a browser";
  test.skipIf(browser === null)(title, async () => {
    const shown = "document.body.textContent = JSON.stringify(program.main());";
    expectSame(JSON.parse(await runInBrowser(browser!, `${bundle}; ${shown}`)));
  });
});
