/** What can be run, by name; each is loaded when it is run. */
import type { Findings } from "./figure.js";
import type { Bench } from "./group.js";

export interface Benchmark {
  readonly about: string;
  readonly load: () => Promise<(bench: Bench) => Promise<Findings>>;
}

export const benchmarks: Readonly<Record<string, Benchmark>> = {
  kernels: {
    about: "products, factors, solves and small operations; jax-js beside them",
    load: async () => (await import("./kernels.js")).kernels,
  },
  windows: {
    about: "captured EnKF windows, value and gradient: instructions, bytes, time of a replay",
    load: async () => (await import("./windows.js")).windows,
  },
};
