import { availableParallelism, cpus } from "node:os";

/** The machine and the Node that figures come from. */
export interface Host {
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
}

export const host = (): Host => ({
  node: process.versions.node,
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
});
