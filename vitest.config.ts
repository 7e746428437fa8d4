import { defineConfig } from "vitest/config";

/** Node 20 has relaxed SIMD behind a flag; later versions have it on and refuse the flag. */
const nodeMajor = Number(process.versions.node.split(".")[0]);
const execArgv = nodeMajor < 22 ? ["--experimental-wasm-relaxed-simd"] : [];

const common = { pool: "forks", execArgv, testTimeout: 60_000, setupFiles: ["test/setup.ts"] } as const;

/** The engine's tests run on both builds and on the JavaScript twin, the others on the default. */
const onEngine = (kernels: string) => ({
  test: {
    ...common,
    name: `engine on ${kernels}`,
    include: ["test/engine/**/*.test.ts"],
    env: { KALMIA_TEST_KERNELS: kernels },
  },
});

export default defineConfig({
  test: {
    projects: [
      onEngine("simd"),
      onEngine("relaxed"),
      onEngine("twin"),
      {
        test: {
          ...common,
          name: "kalmia",
          include: ["test/**/*.test.ts"],
          exclude: ["test/engine/**"],
        },
      },
    ],
  },
});
