/**
 * npm run reproduce: builds what is missing and runs `kalmia reproduce`; arguments go to it. In this
 * process, so that Ctrl-C reaches the run alone.
 */
import { build } from "./current.mjs";

build();
process.argv.splice(2, 0, "reproduce");
await import("../dist/cli/main.js");
