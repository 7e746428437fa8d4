/**
 * Chains: elementwise operations over the same elements, which are computed in one pass.
 *
 * Values are expressions, each kept once. A roll of a value that the chain computes becomes the same
 * expression of rolled reads, so that a chain reads everything before it writes. Where this would
 * repeat too many operations, the roll does not join the chain.
 */
import { bytesPer } from "./dtype.js";
import type { Arithmetic, Elementwise, Operand } from "./elementwise.js";
import type { Block } from "./memory.js";

/** A read of an operand, rolled by `shift` elements, or an operation on values before it. */
export type Value =
  | { readonly kind: "read"; readonly operand: number; readonly shift: number }
  | {
      readonly kind: "operation";
      readonly operation: Arithmetic;
      readonly args: readonly number[];
    };

/** Largest numbers of values of a chain, and of blocks that it reads. */
const mostValues = 48;
const mostOperands = 16;
/** Nested loops: rows, and two axes before them. */
const mostAxes = 3;
/** Largest number of operations that a roll may repeat. */
const mostRepeated = 2;
/** Bytes of the shortest rows that are worth a loop of their own, and of a vector. */
const leastRow = 64;
const vectorBytes = 16;

/** Sizes of the last axes taken together: [8, 50, 40] → 40, 2000, 16000. */
function spansOf(dims: readonly number[]): number[] {
  let span = 1;
  return dims.toReversed().map((n) => {
    span *= n;
    return span;
  });
}

/** Stride of an operand along each axis of a finer loop, the last axis first. */
export function stridesOver({ dims, strides }: Operand, spans: readonly number[]): number[] {
  const own = spansOf(dims);
  return spans.map((_, i) => {
    const step = i === 0 ? 1 : spans[i - 1]!;
    const axis = own.findIndex((span) => step < span);
    if (axis < 0) return 0;
    return (strides.at(-1 - axis)! * step) / (axis === 0 ? 1 : own[axis - 1]!);
  });
}

export class Chain {
  readonly first: Elementwise;
  readonly steps: Elementwise[] = [];
  readonly values: Value[] = [];
  readonly operands: Operand[] = [];
  /** Index of each output among the values. */
  readonly outputs = new Map<Block, number>();
  /** The loop: sizes of its last axes taken together, ascending; the first is a row. */
  spans: readonly number[];
  /** Elements that a roll takes round together, if there is one. */
  private turning: number | null = null;
  private readonly known = new Map<string, number>();

  constructor(first: Elementwise) {
    this.first = first;
    this.spans = [first.size];
  }

  /** Adds an operation if it fits; returns whether it does. */
  add(step: Elementwise): boolean {
    const { dtype, size } = this.first;
    if (step.dtype !== dtype || step.size !== size) return false;
    if (this.values.length + step.operands.length >= mostValues) return false;
    if (this.operands.length + step.operands.length > mostOperands) return false;
    const spans = this.spansWith(step);
    if (spans === null || !step.operands.every((operand) => this.isReadable(operand))) return false;
    const { operation, turn } = step;
    const turning = turn === null ? this.turning : turn.row;
    if (turning !== null && !this.turns(turning, spans)) return false;
    if (turn !== null && this.repeated(step.operands[0]!, turn.shift, turn.row) > mostRepeated) {
      return false;
    }
    this.turning = turning;
    this.spans = spans;
    const args = step.operands.map((operand) => this.valueOf(operand));
    let value = args[0]!;
    if (turn !== null) value = this.turned(value, turn.shift, turn.row);
    else if (operation !== "copy" && operation !== "roll") {
      value = this.keep({ kind: "operation", operation, args });
    }
    this.outputs.set(step.out, value);
    this.steps.push(step);
    return true;
  }

  /** Adds all operations of another chain, if they fit. */
  addAll(other: Chain): Chain | null {
    const joined = new Chain(this.first);
    return [...this.steps, ...other.steps].every((step) => joined.add(step)) ? joined : null;
  }

  /** Returns whether a step reads this block, and all elements of it. */
  reads(block: Block): boolean {
    const all = this.first.size * bytesPer[this.first.dtype];
    return block.bytes >= all && this.operands.some((operand) => operand.block === block);
  }

  /** The loop that passes through the operands of a step as well; null if there is none. */
  private spansWith({ operands, dtype, turn, size }: Elementwise): readonly number[] | null {
    const simple = turn === null && operands.every(({ dims }) => dims.length === 1);
    if (simple && this.spans.at(-1) === size) return this.spans;
    const all = new Set([...this.spans, ...operands.flatMap(({ dims }) => spansOf(dims))]);
    if (turn !== null) all.add(turn.row);
    const spans = [...all].sort((a, b) => a - b);
    const nested = spans.every((span, i) => i === 0 || span % spans[i - 1]! === 0);
    if (!nested || spans.length > mostAxes) return null;
    return spans.length > 1 && spans[0]! * bytesPer[dtype] < leastRow ? null : spans;
  }

  /** Rolled rows are rows of the loop, and no shorter than a vector. */
  private turns(row: number, spans: readonly number[]): boolean {
    const bytes = row * bytesPer[this.first.dtype];
    return row === spans[0] && bytes >= vectorBytes && [null, row].includes(this.turning);
  }

  private isReadable({ block, dims, strides }: Operand): boolean {
    if (this.outputs.has(block)) return isContiguous(dims, strides);
    return strides.at(-1) === 1 || strides.at(-1) === 0;
  }

  private valueOf(operand: Operand): number {
    return this.outputs.get(operand.block) ?? this.read(operand);
  }

  private read({ block, dims, strides }: Operand): number {
    const same = (other: Operand) =>
      other.block === block && `${other.dims};${other.strides}` === `${dims};${strides}`;
    const at = this.operands.findIndex(same);
    const operand = at >= 0 ? at : this.operands.push({ block, dims, strides }) - 1;
    return this.keep({ kind: "read", operand, shift: 0 });
  }

  private keep(value: Value): number {
    const key = keyOf(value);
    const at = this.known.get(key) ?? this.values.push(value) - 1;
    this.known.set(key, at);
    return at;
  }

  /** A value whose rows are rolled. */
  private turned(at: number, shift: number, row: number): number {
    const value = this.values[at]!;
    if (value.kind === "operation") {
      return this.keep({ ...value, args: value.args.map((arg) => this.turned(arg, shift, row)) });
    }
    const still = this.operands[value.operand]!.strides.at(-1) === 0;
    return still ? at : this.keep({ ...value, shift: (value.shift + shift) % row });
  }

  /** Operations that rolling an operand takes. */
  private repeated({ block }: Operand, shift: number, row: number): number {
    const count = (at: number): number => {
      const value = this.values[at]!;
      if (value.kind === "read") return 0;
      return value.args.reduce((sum, arg) => sum + count(arg), 1);
    };
    const at = this.outputs.get(block);
    return at === undefined || shift % row === 0 ? 0 : count(at);
  }
}

const keyOf = (value: Value): string =>
  value.kind === "read"
    ? `${value.operand}<${value.shift}`
    : `${value.operation}(${value.args.join()})`;

function isContiguous(dims: readonly number[], strides: readonly number[]): boolean {
  const spans = spansOf(dims);
  return dims.every((n, i) => n === 1 || strides[i] === (spans.at(-2 - i) ?? 1));
}
