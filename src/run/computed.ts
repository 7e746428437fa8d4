import { kernelsInUse, productsInUse, workersInUse } from "../engine/index.js";
import type { Computed, Versions } from "./output.js";

/** Says what computes in this process. */
export const computedBy = (versions: Versions | undefined): Computed => ({
  kalmia: versions?.kalmia ?? null,
  node: versions?.node ?? null,
  kernels: kernelsInUse(),
  threads: 1 + (workersInUse()?.size ?? 0),
  library: productsInUse()?.name ?? null,
});
