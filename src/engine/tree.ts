/** Trees: plain nested objects and arrays whose leaves are tensors; other leaves stay as they are. */
import { Tensor } from "./tensor.js";

const isPlain = (x: object): boolean => {
  const prototype = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null;
};

/** Returns a tree with each tensor x replaced by f(x). */
export function mapTree<T>(tree: T, f: (x: Tensor) => unknown): T {
  const visit = (node: unknown): unknown => {
    if (node instanceof Tensor) return f(node);
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== "object" || node === null || !isPlain(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value)]));
  };
  return visit(tree) as T;
}

/** Returns the tensors of a tree, in order. */
export function leavesOf(tree: unknown): Tensor[] {
  const leaves: Tensor[] = [];
  const visit = (node: unknown): void => {
    if (node instanceof Tensor) leaves.push(node);
    else if (Array.isArray(node)) node.forEach(visit);
    else if (typeof node === "object" && node !== null && isPlain(node)) {
      Object.values(node).forEach(visit);
    }
  };
  visit(tree);
  return leaves;
}

/** Returns a tree with its tensors replaced by `leaves`, in order. */
export function withLeaves<T>(tree: T, leaves: readonly unknown[]): T {
  let i = 0;
  return mapTree(tree, () => leaves[i++]);
}
