/** npm run fuzz: builds what is missing and runs the fuzzer; arguments go to it. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, keepCurrent, root, run, runTool } from "./current.mjs";

const stamp = "node_modules/.kalmia-fuzz";
const entry = join(root, "dist/fuzz/main.js");

build();
// A new dist/ has no fuzzer in it.
if (!existsSync(entry)) rmSync(join(root, stamp), { force: true });
const inputs = ["fuzz", "src", "tsconfig.json", "tsconfig.fuzz.json", "package-lock.json"];
keepCurrent(stamp, inputs, () => {
  console.error("Building the fuzzer …");
  rmSync(join(root, "dist/fuzz"), { recursive: true, force: true });
  runTool("typescript/bin/tsc", ["-p", "tsconfig.fuzz.json"]);
});
run(process.execPath, [entry, ...process.argv.slice(2)]);
