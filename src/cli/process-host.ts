import { availableParallelism, cpus } from "node:os";
import { getHeapStatistics } from "node:v8";
import type { WorkerPool } from "../engine/index.js";
import { fileProblem, InputError } from "../io/errors.js";
import { kalmiaVersion } from "../io/node.js";
import type { MemoryLimits } from "../run/check-memory.js";
import type { Versions } from "../run/output.js";
import type { Specification } from "../run/specification.js";
import type { EngineChoice } from "./engine-choice.js";
import type { CliHost, Output } from "./host.js";
import { processMemory } from "./process-memory.js";

/** The process itself as host. The engine and the figures are loaded only by the commands that use them. */
export function processHost(
  stdout: Output,
  stderr: Output,
  watchStop: CliHost["watchStop"],
): CliHost {
  let threads = goodThreads();
  const prepareEngine: CliHost["prepareEngine"] = async (choice) => {
    threads = choice.threads ?? goodThreads();
    await useKernels(choice);
  };
  return {
    stdout,
    stderr,
    watchStop,
    cwd: process.cwd(),
    env: process.env,
    now: () => performance.now(),
    date: () => new Date().toISOString(),
    prepareEngine,
    runExperiment: async (specification, host, resume, saved) => {
      const pool = manyTrajectories(specification) ? await useThreads(threads) : null;
      try {
        const { runExperiment } = await import("../run/run.js");
        const known = { versions: versions(), memory: memoryLimits() };
        return await runExperiment(specification, { ...host, ...known }, resume, saved);
      } finally {
        await pool?.close();
      }
    },
    renderReport: async (specification, output) => {
      const { renderReport } = await import("../report/index.js");
      return renderReport(specification, output);
    },
    renderComparison: async (specification, comparison, folders) => {
      const { renderComparison } = await import("../report/index.js");
      return renderComparison(specification, comparison, folders);
    },
    reproductions: async () => (await import("../reproductions/reproductions.js")).reproductions,
    prepareMachine: async (choice) => {
      await prepareEngine(choice);
      return machineText(await useThreads(threads));
    },
    renderReproduction: async (reproduced) => {
      const { renderReproduction } = await import("../report/index.js");
      return renderReproduction(reproduced);
    },
  };
}

const manyTrajectories = ({ observations }: Specification): boolean =>
  observations.kind === "twin" && observations.trajectories !== undefined;

/** Whether trajectories are divided among worker threads; the numbers do not depend on how many there are. */
async function useThreads(count: number): Promise<WorkerPool | null> {
  const { openWorkers } = await import("../io/workers.js");
  const { useWorkers } = await import("../engine/index.js");
  const pool = count > 1 ? await openWorkers({ count: count - 1 }) : null;
  useWorkers(pool);
  return pool;
}

/** What the machine, or the container of the process, has, and what Node gives to a thread. */
const memoryLimits = (): MemoryLimits => ({
  process: processMemory(),
  heap: getHeapStatistics().heap_size_limit,
});

const versions = (): Versions => ({ kalmia: kalmiaVersion(), node: process.versions.node });

/** Uses the chosen kernels, and the machine's BLAS for large products, where there is one and it is allowed. */
async function useKernels({ kernels, library }: EngineChoice): Promise<void> {
  const { UsageError, useBackend, useProducts } = await import("../engine/index.js");
  try {
    if (kernels !== "simd") useBackend(kernels);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new InputError([fileProblem("--kernels", error.message)]);
  }
  if (!library) return;
  const { systemBlas } = await import("../io/blas.js");
  useProducts(await systemBlas());
}

/** The largest number of threads taken by default; more gain little, because publications have few trajectories. */
const goodThreads = (): number => Math.min(availableParallelism(), 4);

async function machineText(pool: WorkerPool | null): Promise<string> {
  const { kernelsInUse, productsInUse } = await import("../engine/index.js");
  const cores = availableParallelism();
  const counted = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;
  return [
    cpus()[0]?.model.trim() || "an unknown processor",
    `${counted(cores, "core")} (${counted(1 + (pool?.size ?? 0), "thread")} used)`,
    `Node ${process.versions.node}`,
    `kernels ${kernelsInUse()}`,
    `products by ${productsInUse()?.name ?? "the kernels"}`,
  ].join(", ");
}
