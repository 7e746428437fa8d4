import { totalmem } from "node:os";

/** Returns the bytes that this process may take: of the machine, or of the container that it runs in. */
export function processMemory(): number {
  const constrained = process.constrainedMemory?.() ?? 0; // 0 or a huge number where there is no constraint
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
