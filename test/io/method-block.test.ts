/** A method written back as the section of a file. */

import { expect, test } from "vitest";
import { stringify } from "yaml";
import { methodBlock, parseExperiment } from "../../src/io/index.js";

const parse = (method: object, model: object = {}) =>
  parseExperiment(
    stringify({
      name: "x",
      model: { kind: "lorenz96", dimension: 8, forcing: 8, ...model },
      time: { step: 0.05, cycles: 10 },
      observations: { twin: { variance: 1 } },
      method,
    }),
    "x.yaml",
    async (name) => ({ name, text: "" }),
  );

test("what a file gives comes back, with its defaults", async () => {
  const { specification, file } = await parse({
    kind: "ens3dvar",
    members: 5,
    taper: { kind: "gaspari-cohn", halfWidth: 4 },
    background: { identity: 0.5 },
    processNoise: { variance: 0.1 },
  });
  expect(methodBlock(specification, file)).toMatchInlineSnapshot(`
    "method:
      kind: ens3dvar
      members: 5
      covarianceInflation: 0
      taper: { kind: gaspari-cohn, halfWidth: 4 }
      background: { identity: 0.5 }
      mixing: 0.5
      processNoise: { variance: 0.1 }
    "
  `);
});

test("a block that is written back means the same", async () => {
  const initial = { mean: [1, 1, 1, 1, 1, 1, 1, 1], variance: 1 };
  const method = { kind: "etkf", members: 5, relaxation: { spread: 0.5 }, initial };
  const first = await parse(method);
  const { parse: read } = await import("yaml");
  const again = await parse(read(methodBlock(first.specification, first.file)).method);
  expect(again.specification).toEqual(first.specification);
});

test("noise under the model stays there; a comment says if it must change", async () => {
  const { specification, file } = await parse(
    { kind: "enkf", members: 5 },
    { processNoise: { variance: 0.1 } },
  );
  expect(methodBlock(specification, file)).not.toContain("processNoise");
  const changed = { ...specification, processNoise: { variance: 0.2 } };
  expect(methodBlock(changed, file)).toContain('# and under model: processNoise: {"variance":0.2}');
});
