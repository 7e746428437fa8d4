/** Chooses the kernels of a test process; see vitest.config.ts. */
import { useBackend } from "../src/engine/backend.js";

const kernels = process.env.KALMIA_TEST_KERNELS;
if (kernels === "simd" || kernels === "relaxed") useBackend(kernels);
if (kernels === "twin") {
  const { createTwin } = await import("./twin/index.js");
  useBackend(createTwin());
}
