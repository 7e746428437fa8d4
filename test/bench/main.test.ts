import { expect, test } from "vitest";
import { main } from "../../bench/main.js";
import { hasRelaxed, peakModule } from "../../bench/peak.js";

test("an unknown name: 2, and the list of those that there are", async () => {
  let [out, err] = ["", ""];
  const code = await main(["kernel"], {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  });
  expect(code).toBe(2);
  expect(out).toBe("");
  expect(err).toContain('"kernel" is not known');
  expect(err).toMatch(/kernels .*\n.*windows /);
});

test.each(["f64", "f32"] as const)(
  "the peak loop is a valid module that converges, %s",
  (dtype) => {
    for (const fused of hasRelaxed() ? [false, true] : [false]) {
      const { exports } = new WebAssembly.Instance(
        new WebAssembly.Module(peakModule(dtype, fused)),
      );
      const run = exports.run as (turns: number) => number;
      expect(run(100)).toBeCloseTo(13, 5); // x ← x/2 + 1/2 in 13 chains
    }
  },
);
