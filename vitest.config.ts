import { defineConfig } from "vitest/config";

/** Node 20 has relaxed SIMD behind a flag; later versions have it on and refuse the flag. */
const nodeMajor = Number(process.versions.node.split(".")[0]);
const execArgv = nodeMajor < 22 ? ["--experimental-wasm-relaxed-simd"] : [];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    execArgv,
    pool: "forks",
    testTimeout: 60_000,
  },
});
