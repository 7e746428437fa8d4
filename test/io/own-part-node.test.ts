/** Parts of one's own on Node itself, without the test runner: the package as it is built. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { filesIn } from "../cli/fixture.js";
import { decay, folderWith, twin } from "./own-part-fixture.js";

/** Node itself, without the test runner: the package as built, from a folder without packages. */
describe.skipIf(!existsSync(resolve(import.meta.dirname, "../../dist/io/node.js")))(
  "on Node",
  () => {
    const entry = pathToFileURL(resolve(import.meta.dirname, "../../dist/io/node.js")).href;
    const engine = pathToFileURL(resolve(import.meta.dirname, "../../dist/engine/index.js")).href;
    const script = `
    const { loadExperiment } = await import(${JSON.stringify(entry)});
    const { Tensor, tensor } = await import(${JSON.stringify(engine)});
    try {
      const { specification } = await loadExperiment("own.yaml", process.cwd());
      const { record, block } = specification.model;
      const x = record.build(block, {}).step(1).map(tensor([4]));
      console.log(record.kind, x instanceof Tensor, ...x.data());
    } catch (error) {
      console.log(error.name, error.message);
    }`;
    const run = (files: Readonly<Record<string, string>>, model = "decay.ts"): string =>
      execFileSync(process.execPath, ["--input-type=module", "-e", script], {
        cwd: folderWith({ ...twin, model: { file: model } }, files),
        encoding: "utf8",
      }).trim();

    test("kalmia is this installation, with one engine, and files may import each other", () => {
      const parted = decay
        .replace(`kind: "decay"`, "kind")
        .replace("export default", `import { kind } from "./kind.js";\nexport default`);
      expect(
        run({ "decay.ts": parted, "kind.ts": `export const kind: string = "parted";\n` }),
      ).toBe("parted true 2");
    });

    test("JavaScript, in a folder that says nothing of modules", () => {
      const plain = decay.replace("mul, type Tensor", "mul").replace("(x: Tensor): Tensor", "(x)");
      expect(run({ "decay.js": plain }, "decay.js")).toBe("decay true 2");
    });

    test("the command line refuses it with exit code 2, and writes nothing", () => {
      const cli = resolve(import.meta.dirname, "../../dist/cli/main.js");
      const folder = folderWith(twin, { "decay.ts": decay.replace("mul(rate, x)", "x.y.z") });
      const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "run", "own.yaml"], {
        cwd: folder,
        encoding: "utf8",
      });
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toMatch(/^ {2}decay\.ts:17:\d+: its code threw: Cannot read/m);
      expect(filesIn(folder)).toEqual(["decay.ts", "own.yaml"]);
    });

    test.each([
      [
        "mul, type",
        "mull, type",
        /^InputError decay.ts:1:10: cannot be loaded: .*export named 'mull'/,
      ],
      [
        "defineModel }",
        "defineModel, ModelRecord }",
        /:2:23: .*if it is a type, write import type$/,
      ],
      [
        "kalmia/parts",
        "kalmia/prats",
        /^InputError decay.ts:3:33: .*there is no "kalmia\/prats"; need one of/,
      ],
      ["mul(rate, x)", "mul(rate, x as)", /^InputError decay.ts:17:\d+: does not compile/],
      [
        "mul(rate, x)",
        "mul(rate, x.foo.bar)",
        /^InputError decay.ts:17:\d+: its code threw: Cannot read/,
      ],
    ])("%s → %s", (from, to, message) => {
      expect(run({ "decay.ts": decay.replace(from, to) })).toMatch(message);
    });
  },
);
