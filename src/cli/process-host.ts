import { availableParallelism, cpus } from "node:os";
import type { CliHost } from "./host.js";

const signals = ["SIGINT", "SIGTERM"] as const;

/** The process itself. The engine and the pictures are loaded only by the commands that use them. */
export function processHost(): CliHost {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    env: process.env,
    now: () => performance.now(),
    date: () => new Date().toISOString(),
    onStop: watchSignals,
    runExperiment: async (specification, host, resume) => {
      await useSystemBlas();
      const { runExperiment } = await import("../experiments/run.js");
      return runExperiment(specification, host, resume);
    },
    renderReport: async (specification, output) => {
      const { renderReport } = await import("../report/index.js");
      return renderReport(specification, output);
    },
    reproductions: async () => (await import("../experiments/reproductions.js")).reproductions,
    prepareMachine,
    renderReproduction: async (reproduced) => {
      const { renderReproduction } = await import("../report/index.js");
      return renderReproduction(reproduced);
    },
  };
}

/** Large products go to the machine's BLAS, where it has one and is allowed it; its name. */
async function useSystemBlas(): Promise<string | null> {
  if (process.env.KALMIA_BLAS === "off") return null;
  const { systemBlas } = await import("../io/blas.js");
  const { useProducts } = await import("../engine/index.js");
  const library = await systemBlas();
  useProducts(library);
  return library?.name ?? null;
}

/** More threads than this gain little: the trajectories of a publication are few. */
const mostThreads = 4;

async function prepareMachine(threads: number | null): Promise<string> {
  const cores = availableParallelism();
  const blas = await useSystemBlas();
  const { openWorkers } = await import("../io/workers.js");
  const { useWorkers } = await import("../engine/index.js");
  const pool = await openWorkers({ count: (threads ?? Math.min(cores, mostThreads)) - 1 });
  useWorkers(pool);
  const counted = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;
  return [
    cpus()[0]?.model.trim() || "an unknown processor",
    `${counted(cores, "core")} (${counted(1 + (pool?.size ?? 0), "thread")} used)`,
    `Node ${process.versions.node}`,
    blas === null ? "own products" : `products by ${blas}`,
  ].join(", ");
}

/** The first signal asks to stop; the watch is over then, so that a second one ends the process. */
function watchSignals(stop: () => void): () => void {
  const release = () => {
    for (const signal of signals) process.off(signal, heard);
  };
  const heard = () => {
    release();
    stop();
  };
  for (const signal of signals) process.on(signal, heard);
  return release;
}
