/** Scopes over trees: what a computation made is given back, its result is kept. */
import { freeBlock, withScope } from "./memory.js";
import { leavesOf } from "./tree.js";

/** Runs `body` and gives back the memory of every tensor made in it, except those it returns. */
export const scope = <T>(body: () => T): T =>
  withScope(body, (result) => leavesOf(result).map((x) => x.block));

/** Gives back the memory of a tree's tensors now; they can no longer be read. */
export function release(tree: unknown): void {
  for (const x of leavesOf(tree)) freeBlock(x.block);
}
