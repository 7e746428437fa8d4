/** What can be run, by name; each is loaded when it is run. */
import type { Findings } from "./figure.js";
import type { Bench } from "./group.js";
import type { Streams } from "./streams.js";

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

/** What has arguments and an output of its own; named first on the command line. */
export interface Program {
  readonly about: string;
  readonly load: () => Promise<(args: readonly string[], streams: Streams) => Promise<number>>;
}

export const programs: Readonly<Record<string, Program>> = {
  steps: {
    about: "assimilation steps, value and gradient: the cases of torch_adfilter.py (--f64, …)",
    load: async () => (await import("./steps.js")).steps,
  },
  epoch: {
    about: "training epochs of Lorenz-96 with a network: time, loss, memory (--epochs 5, …)",
    load: async () => (await import("./epoch.js")).epoch,
  },
  compare: {
    about: "the steps beside PyTorch's, in turns: ratios and goals (--rounds 5, PEER.py)",
    load: async () => (await import("./compare.js")).compare,
  },
  figure5: {
    about: "learning of figure 5 beside PyTorch on the same data: scores and time (--method, …)",
    load: async () => (await import("./figure5.js")).figure5,
  },
  dan: {
    about:
      "learning of an analysis network beside PyTorch's, its analyses beside the EnKF's (--threads, …)",
    load: async () => (await import("./dan.js")).dan,
  },
  cycles: {
    about: "cycles per second of classical filters beside DAPPER's (--dapper FOLDER, …)",
    load: async () => (await import("./cycles.js")).cycles,
  },
  scaling: {
    about: "how the cost of a step grows with d, N, m, L and the trajectories (--quick, --blas)",
    load: async () => (await import("./scaling.js")).scaling,
  },
  letkf: {
    about: "local analyses as d grows, and their gradients beside the EnKF's (--quick, --f32)",
    load: async () => (await import("./letkf.js")).letkfBench,
  },
  advice: {
    about: "time and memory that kalmia advise tells, beside those of kalmia run (FILE.yaml …)",
    load: async () => (await import("./advice.js")).advice,
  },
  agreement: {
    about: "loss and gradients of the cases beside PyTorch's, for the same noise, f64",
    load: async () => (await import("./agreement.js")).agreement,
  },
};
