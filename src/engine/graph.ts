/**
 * The graph of operations, which is recorded while a derivative is computed.
 *
 * Each derivative in progress has one bit. The node of a tensor holds the bits of the derivatives that
 * depend on it, and an operation is recorded only if one of these is still in progress. After an inner
 * function has run its bit is off, so that its backward pass is recorded for outer derivatives alone.
 * Nodes are numbered in the order in which they are made.
 */
import { UsageError } from "./errors.js";
import { type Node, type Rules, Tensor } from "./tensor.js";

/** A new node, later than all before it. */
const newNode = (
  bits: number,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  rules: Rules,
): Node => ({ id: nextId++, bits, inputs, outputs, rules });

let nextId = 0;
let inProgress = 0;
const deepest = 30;

/** Returns the bits of the derivatives in progress that depend on these tensors. */
export function trackedBits(inputs: readonly Tensor[]): number {
  let bits = 0;
  for (const x of inputs) if (x.node !== null) bits |= x.node.bits;
  return bits & inProgress;
}

/** Records that `outputs` were made of `inputs`, if a derivative in progress depends on the inputs. */
export function recordNode(
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  rules: Rules,
): void {
  const bits = trackedBits(inputs);
  if (bits === 0) return;
  const node = newNode(bits, inputs, outputs, rules);
  for (const out of outputs) out.node = node;
}

const identity: Rules = { vjp: (g) => g, jvp: (t) => [t] };

/** A function that was run under a bit of its own: its result, its leaves and its nodes. */
export interface Traced<T> {
  readonly result: T;
  /** Copies of the inputs, then the enclosed tensors. */
  readonly leaves: readonly Tensor[];
  /** The nodes between leaves and outputs, oldest first. */
  readonly nodes: readonly Node[];
  readonly bit: number;
}

/**
 * Runs `body` on copies of `inputs` that are tracked under a bit of their own. The `enclosed` tensors,
 * which `body` takes from outside, are tracked as well.
 */
export function tracing<T>(
  inputs: readonly Tensor[],
  enclosed: readonly Tensor[],
  body: (copies: readonly Tensor[]) => T,
  outputsOf: (result: T) => readonly Tensor[],
): Traced<T> {
  let bit = 1;
  while ((inProgress & bit) !== 0) bit <<= 1;
  if (bit >= 2 ** deepest) throw new UsageError(`derivatives are nested deeper than ${deepest}.`);
  inProgress |= bit;
  const before = enclosed.map((x) => x.node);
  const makeLeaf = (leaf: Tensor, source: Tensor): void => {
    leaf.node = newNode(bit | trackedBits([source]), [source], [leaf], identity);
  };
  try {
    const copies = inputs.map((x) => new Tensor(x.shape, x.dtype, x.block));
    copies.forEach((copy, i) => {
      makeLeaf(copy, inputs[i]!);
    });
    for (const x of enclosed) makeLeaf(x, new Tensor(x.shape, x.dtype, x.block, x.node));
    const result = body(copies);
    const leaves = [...copies, ...enclosed];
    return { result, leaves, nodes: nodesBetween(leaves, outputsOf(result), bit), bit };
  } finally {
    inProgress &= ~bit;
    enclosed.forEach((x, i) => {
      x.node = before[i]!;
    });
  }
}

/** Runs `body` and lists the tracked tensors from outside on which its outputs depend. */
export function enclosedBy<T>(
  body: () => T,
  outputsOf: (result: T) => readonly Tensor[],
): { result: T; enclosed: readonly Tensor[] } {
  const first = nextId;
  const result = body();
  const seen = new Set<Tensor>();
  const enclosed: Tensor[] = [];
  const stack = [...outputsOf(result)];
  for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
    if (seen.has(x) || trackedBits([x]) === 0) continue;
    seen.add(x);
    if (x.node!.id < first) enclosed.push(x);
    else stack.push(...x.node!.inputs);
  }
  return { result, enclosed };
}

/** The nodes between `leaves` and `outputs` under `bit`, oldest first; leaves not included. */
function nodesBetween(leaves: readonly Tensor[], outputs: readonly Tensor[], bit: number): Node[] {
  const seen = new Set<Node>(leaves.map((leaf) => leaf.node!));
  const found: Node[] = [];
  const stack = outputs.map((y) => y.node);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node === null || (node.bits & bit) === 0 || seen.has(node)) continue;
    seen.add(node);
    found.push(node);
    for (const x of node.inputs) stack.push(x.node);
  }
  return found.sort((a, b) => a.id - b.id);
}
