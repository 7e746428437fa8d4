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
    runExperiment: async (specification, host, resume) => {
      if (process.env.KALMIA_BLAS !== "off") await useSystemBlas();
      const { runExperiment } = await import("../experiments/run.js");
      return runExperiment(specification, host, resume);
    },
    renderReport: async (specification, output) => {
      const { renderReport } = await import("../report/index.js");
      return renderReport(specification, output);
    },
  };
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
