/** npm run bench: builds what is missing and runs the benchmarks; arguments go to them. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, keepCurrent, root, run, runTool } from "./current.mjs";

const stamp = "node_modules/.kalmia-bench";
const entry = join(root, "dist/bench/main.js");

build();
// A new dist/ has no benchmarks in it.
if (!existsSync(entry)) rmSync(join(root, stamp), { force: true });
const inputs = ["bench", "src", "tsconfig.json", "tsconfig.bench.json", "package-lock.json"];
keepCurrent(stamp, inputs, () => {
  console.error("Building the benchmarks …");
  rmSync(join(root, "dist/bench"), { recursive: true, force: true });
  runTool("typescript/bin/tsc", ["-p", "tsconfig.bench.json"]);
});
run(process.execPath, [entry, ...process.argv.slice(2)]);
