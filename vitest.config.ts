import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Node 20 has relaxed SIMD behind a flag; later versions have it on and refuse the flag. */
const nodeMajor = Number(process.versions.node.split(".")[0]);
const execArgv = nodeMajor < 22 ? ["--experimental-wasm-relaxed-simd"] : [];

/** Examples and the fuzzer import the package by its name; the tests run them on the sources. */
const source = fileURLToPath(new URL("src", import.meta.url));
const fromSources = [
  { find: /^kalmia\/(\w+)$/, replacement: `${source}/$1/index.ts` },
  { find: /^kalmia\/io\/node$/, replacement: `${source}/io/node.ts` },
  { find: /^#cli$/, replacement: `${source}/cli/program.ts` },
  { find: /^#cli\/host$/, replacement: `${source}/cli/process-host.ts` },
];

const common = {
  pool: "forks",
  execArgv,
  testTimeout: 60_000,
  setupFiles: ["test/setup.ts"],
} as const;

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
    // Both of CI's cores: by default one of them is left to the runner, which hardly needs it.
    maxWorkers: "100%",
    projects: [
      onEngine("simd"),
      onEngine("relaxed"),
      onEngine("twin"),
      {
        resolve: { alias: fromSources },
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
