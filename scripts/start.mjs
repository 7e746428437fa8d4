/** npm start: builds what is missing and runs the main job; arguments, if any, go to `kalmia`. */
import { join } from "node:path";
import { build, root, run } from "./current.mjs";

build();
const given = process.argv.slice(2);
const args = given.length > 0 ? given : ["run", "examples/lynx-hare.yaml"];
run(process.execPath, [join(root, "dist/cli/main.js"), ...args]);
