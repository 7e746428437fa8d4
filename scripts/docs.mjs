/** npm run docs: the reference of the library, as pages in docs/api/. */
import { buildKernels, runTool } from "./current.mjs";

buildKernels();
runTool("typedoc/bin/typedoc", process.argv.slice(2));
