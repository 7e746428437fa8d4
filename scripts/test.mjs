/** npm test: types, style and every test; arguments go to vitest and leave the checks out. */
import { build, runTool } from "./current.mjs";

build();
const given = process.argv.slice(2);
if (given.length === 0) {
  console.error("Types …");
  runTool("typescript/bin/tsc", ["-p", "tsconfig.json"]);
  console.error("Style …");
  runTool("@biomejs/biome/bin/biome", ["check", "."]);
}
runTool("vitest/vitest.mjs", ["run", ...given]);
