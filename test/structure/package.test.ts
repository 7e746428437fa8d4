import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { drawingPackages } from "../../src/report/drawing.js";

const root = resolve(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const entries: string[] = Object.values<string>(manifest.exports)
  .filter((file) => file.startsWith("./dist/"))
  .map((file) => file.slice("./dist/".length, -".js".length));

test("versions are exact", () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version as string))).toEqual([]);
});

test("the package has no side effects and says so", () => {
  expect(manifest.sideEffects).toBe(false);
});

test("the packages that draw are optional, and the message names versions that are tested here", () => {
  const { peerDependencies, peerDependenciesMeta, devDependencies } = manifest;
  expect(Object.keys(peerDependencies).sort()).toEqual(Object.keys(drawingPackages).sort());
  for (const [name, version] of Object.entries(drawingPackages)) {
    expect(peerDependenciesMeta[name]).toEqual({ optional: true });
    expect(devDependencies[name]).toBe(version);
    expect(peerDependencies[name]).toMatch(new RegExp(`^[~^]${version}$`));
  }
});

/** What a user can import: extended on purpose only. */
test.each(entries)("public surface of %s", async (entry) => {
  const module = await import(join(root, "src", `${entry}.ts`));
  expect(Object.keys(module).sort()).toMatchSnapshot();
});
