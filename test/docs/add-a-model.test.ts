/** The worked file of the guide is a model: it is what its equations say, and fits its own record. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import type { Tensor } from "../../src/engine/index.js";
import { parseExperiment } from "../../src/io/index.js";
import type { ModelRecord } from "../../src/models/index.js";
import { use } from "../../src/parts/index.js";
import { runExperiment } from "../../src/run/index.js";
import { quiet } from "../run/load.js";
import { expectClose } from "../support/close.js";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/guide/add-a-model.md"), "utf8");
const [file, call] = [...page.matchAll(/^```ts own \S+\n([\s\S]*?)^```$/gm)].map(
  ([, body]) => body!,
);
const [, experiment] = /^```yaml own\n([\s\S]*?)^```$/m.exec(page)!;

test("the file of add-a-model.md moves states by the equations above it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kalmia-model-"));
  const write = (name: string, text: string) =>
    writeFileSync(
      join(folder, name),
      text.replace(/"kalmia\/(\w+)"/g, (_, layer) =>
        JSON.stringify(join(root, "src", layer, "index.ts")),
      ),
    );
  try {
    write("van-der-pol.ts", file!);
    write("call.ts", `${call!.replace(/^console.*$/m, "")}export { model, moved };`);
    const exports = (await import(join(folder, "van-der-pol.ts"))) as { default: ModelRecord };
    const { default: vanDerPol } = exports;
    const { moved } = (await import(join(folder, "call.ts"))) as { moved: Tensor };
    expect(use(vanDerPol, {}).block).toEqual({ damping: 1 });
    expect(() => use(vanDerPol, { damping: -1 })).toThrow(/damping: got -1; need .* at least 0/);
    const fine = [
      [1, 0],
      [0.5, -1],
    ].map((x) => euler(x as [number, number], 2, 0.1));
    // Euler's steps of 10⁻⁵ leave an error of 10⁻⁵ times derivatives of order one.
    expectClose(moved, fine, 1e-5);
    expect(vanDerPol.formula({ damping: 1 }, ["x", "y"])[0]).toBe("d {x} / dt = {y}");
    const load = async () => ({ name: "van-der-pol.ts", sha256: "0", exports });
    const read = async (name: string): Promise<never> => Promise.reject(new Error(name));
    const { specification } = await parseExperiment(experiment!, "own.yaml", read, load);
    const { result } = await runExperiment(specification, quiet);
    expect(result.warnings).toEqual([]);
    const { learned, interval } = result.parameters.damping!;
    expect(learned).toBeGreaterThan(interval![0]);
    expect(Math.abs(learned - 2)).toBeLessThan(0.5);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** ẋ = y, ẏ = μ (1 − x²) y − x in ten thousand small steps. */
function euler([x, y]: [number, number], mu: number, time: number): [number, number] {
  const h = time / 1e4;
  for (let i = 0; i < 1e4; i++) [x, y] = [x + h * y, y + h * (mu * (1 - x * x) * y - x)];
  return [x, y];
}
