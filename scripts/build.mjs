/** npm run build: packages, kernels and dist/, each only if it is not current. */
import { build } from "./current.mjs";

build();
