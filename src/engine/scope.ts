/** Scopes: the memory of intermediate tensors is released, and results are kept. */
import { freeBlock, withScope } from "./memory.js";
import { leavesOf } from "./tree.js";

/** Runs `body` and releases the memory of every tensor made in it, except those of the tree that it returns. */
export const scope = <T>(body: () => T): T =>
  withScope(body, (result) => leavesOf(result).map((x) => x.block));

/** Releases the memory of a tree's tensors now; they can no longer be read. */
export function release(tree: unknown): void {
  for (const x of leavesOf(tree)) freeBlock(x.block);
}
