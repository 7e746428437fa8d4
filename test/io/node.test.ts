import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  checkpointFile,
  loadExperiment,
  namesOfRun,
  openResults,
  writeReport,
  writeResults,
} from "../../src/io/node.js";
import { filesIn, output, temporaryFolder } from "../cli/fixture.js";

const experiment = `name: walk
model: { kind: linear, transition: [[1]] }
time: { step: 1, cycles: 5 }
observations: { twin: { variance: 1 } }
method: { kind: kalman }
`;

function folderWith(text: string | Uint8Array): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "walk.yaml"), text);
  return folder;
}

test("the folder of results is that of the file, from the file on", async () => {
  const folder = folderWith(`${experiment}output: ../out\n`);
  expect((await loadExperiment("walk.yaml", folder)).folder).toBe(join(folder, "..", "out"));
});

test("the hash depends on what the numbers depend on", async () => {
  const hash = async (text: string) => (await loadExperiment("walk.yaml", folderWith(text))).hash;
  const first = await hash(experiment);
  expect(await hash(`# remark\n${experiment}output: elsewhere\n`)).toBe(first);
  expect(await hash(`${experiment}seed: 2\n`)).not.toBe(first);
});

test("text that is not UTF-8 is refused", async () => {
  const folder = folderWith(new Uint8Array([0xff, 0xfe, 0x61, 0x00]));
  await expect(loadExperiment("walk.yaml", folder)).rejects.toThrow("is not UTF-8 text");
});

test("results are replaced all together, or not at all", async () => {
  const folder = folderWith(experiment);
  const loaded = await loadExperiment("walk.yaml", folder);
  const out = join(folder, "out");
  const results = openResults(out, "out", namesOfRun);
  const state = () => filesIn(out).map((name) => [name, readFileSync(join(out, name), "utf8")]);
  writeResults(results, loaded, output);
  writeReport(results, { html: "old", figures: [] });
  const before = state();

  const figures = [{ name: "states", svg: "<svg/>", png: new Uint8Array() }];
  writeFileSync(join(out, "figures"), "a file where a folder is needed");
  expect(() => writeReport(results, { html: "new", figures })).toThrow("is a file");
  expect(state()).toEqual([["figures", "a file where a folder is needed"], ...before].sort());
});

test("a checkpoint comes back as it was written", () => {
  const folder = join(temporaryFolder(), "deep", "out");
  const file = checkpointFile(folder, "out", "abc");
  const state = { version: 2, learning: { values: [0.1 + 0.2, -0, 5e-324], none: null } } as const;
  expect(file.exists()).toBe(false);
  file.write(state);
  expect(file.exists()).toBe(true);
  expect(file.read()).toEqual({
    ...state,
    learning: { ...state.learning, values: [0.1 + 0.2, 0, 5e-324] },
  });
  expect(filesIn(folder)).toEqual(["checkpoint.json"]);
  file.remove();
  expect(file.exists()).toBe(false);
});
