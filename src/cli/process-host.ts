import type { Specification } from "../experiments/specification.js";
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
    onStop: watchSignals,
    runExperiment: async (specification, host, resume, saved) => {
      if (process.env.KALMIA_BLAS !== "off") await useSystemBlas();
      const close = manyTrajectories(specification) ? await useAllThreads() : null;
      try {
        const { runExperiment } = await import("../experiments/run.js");
        return await runExperiment(specification, host, resume, saved);
      } finally {
        await close?.();
      }
    },
    renderReport: async (specification, output) => {
      const { renderReport } = await import("../report/index.js");
      return renderReport(specification, output);
    },
  };
}

const manyTrajectories = ({ observations }: Specification): boolean =>
  observations.kind === "twin" && observations.trajectories !== undefined;

/** Trajectories are shared by worker threads; the numbers do not depend on how many there are. */
async function useAllThreads(): Promise<(() => Promise<void>) | null> {
  const { openWorkers } = await import("../io/workers.js");
  const { useWorkers } = await import("../engine/index.js");
  const workers = await openWorkers();
  if (workers === null) return null;
  useWorkers(workers);
  return () => workers.close();
}

/** Large products go to the machine's BLAS, where it has one. */
async function useSystemBlas(): Promise<void> {
  const { systemBlas } = await import("../io/blas.js");
  const { useProducts } = await import("../engine/index.js");
  useProducts(await systemBlas());
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
