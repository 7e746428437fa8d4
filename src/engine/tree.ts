/** Trees: plain nested objects and arrays whose leaves are tensors; other leaves stay as they are. */
import { UsageError } from "./errors.js";
import { Tensor } from "./tensor.js";

export const isPlain = (x: object): boolean => {
  const prototype = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null;
};

/** The most that objects and arrays are nested; deeper is a tree that holds itself. */
export const deepest = 500;

function checkDepth(depth: number): void {
  if (depth <= deepest) return;
  throw new UsageError(
    `A tree of tensors holds itself, or is nested more than ${deepest} deep; need plain objects and arrays that end.`,
  );
}

/** Where something is in a tree, as a message says it: `[0].rate`. */
export const pathOf = (path: readonly (string | number)[]): string =>
  path
    .map((key) => {
      if (typeof key === "number") return `[${key}]`;
      return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    })
    .join("");

/** Returns a tree with each tensor x replaced by f(x). */
export function mapTree<T>(tree: T, f: (x: Tensor) => unknown): T {
  const visit = (node: unknown, depth: number): unknown => {
    if (node instanceof Tensor) return f(node);
    if (typeof node !== "object" || node === null) return node;
    checkDepth(depth);
    if (Array.isArray(node)) return node.map((item) => visit(item, depth + 1));
    if (!isPlain(node)) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [key, visit(value, depth + 1)]),
    );
  };
  return visit(tree, 0) as T;
}

/** Returns the tensors of a tree, in order. */
export function leavesOf(tree: unknown): Tensor[] {
  const leaves: Tensor[] = [];
  const visit = (node: unknown, depth: number): void => {
    if (node instanceof Tensor) {
      leaves.push(node);
      return;
    }
    if (typeof node !== "object" || node === null) return;
    checkDepth(depth);
    if (Array.isArray(node)) for (const item of node) visit(item, depth + 1);
    else if (isPlain(node)) for (const item of Object.values(node)) visit(item, depth + 1);
  };
  visit(tree, 0);
  return leaves;
}

/** A leaf that is no tensor, and where it is. */
export interface OtherLeaf {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/** Returns the leaves of a tree that are no tensors, in order. */
export function othersOf(tree: unknown): OtherLeaf[] {
  const others: OtherLeaf[] = [];
  const visit = (node: unknown, path: readonly (string | number)[]): void => {
    if (node instanceof Tensor) return;
    checkDepth(path.length);
    if (Array.isArray(node)) for (const [i, item] of node.entries()) visit(item, [...path, i]);
    else if (typeof node === "object" && node !== null && isPlain(node)) {
      for (const [key, item] of Object.entries(node)) visit(item, [...path, key]);
    } else others.push({ path, value: node });
  };
  visit(tree, []);
  return others;
}

/** Returns a tree with its tensors replaced by `leaves`, in order. */
export function withLeaves<T>(tree: T, leaves: readonly unknown[]): T {
  let i = 0;
  return mapTree(tree, () => leaves[i++]);
}
