/**
 * Primitives: operations with a shape rule, a kernel and their derivatives.
 *
 * The rules are written in primitives, so that derivatives can be differentiated again. A record
 * that lacks a rule does not compile.
 */
import { bytesPer, type DType } from "./dtype.js";
import { ShapeError } from "./errors.js";
import { recordNode, trackedBits } from "./graph.js";
import { promiseBlock } from "./memory.js";
import { firstNonFinite, isRecording, nonFiniteError, recordInto } from "./program.js";
import { checkAxes, normaliseAxis, sizeOf } from "./shape.js";
import { shown } from "./shown.js";
import { type Contribution, empty, full, type Operand, Tensor, view } from "./tensor.js";

export interface Typed {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** One application of a primitive: what its rules may use. */
export interface Application<P> {
  readonly inputs: readonly Tensor[];
  readonly out: Tensor;
  readonly params: P;
}

/** An operation without derivatives: comparisons, random keys, integers. */
export interface ConstantPrimitive<P> {
  readonly name: string;
  /** The shape and dtype of the result; throws a ShapeError that gives advice. */
  infer(inputs: readonly Tensor[], params: P): Typed;
  /** Runs the kernel. */
  emit(application: Application<P>, describe: () => string): void;
}

export interface Primitive<P> extends ConstantPrimitive<P> {
  /** ḡ ↦ (∂out/∂inputᵢ)ᵀ ḡ, asked only for inputs that need it; null is zero. */
  vjp(i: number, g: Tensor, application: Application<P>): Contribution;
  /** ṫ ↦ (∂out/∂inputᵢ) ṫ; the tangents of the inputs add up. */
  jvp(i: number, t: Tensor, application: Application<P>): Contribution;
}

/** A result to be filled by a kernel: on the heap, or promised while capturing. */
function result(name: string, { shape, dtype }: Typed): Tensor {
  checkAxes(name, shape.length);
  if (!isRecording()) return empty(shape, dtype);
  return new Tensor(shape, dtype, promiseBlock(sizeOf(shape) * bytesPer[dtype]));
}

/** @throws ShapeError for what is no tensor. */
export function checkTensor(name: string, x: Tensor): void {
  if (x instanceof Tensor) return;
  throw new ShapeError(`${name}: got ${shown(x)}; need a tensor, as tensor() makes it.`);
}

/** @throws ShapeError for a tensor of integers. */
export function checkFloat(name: string, x: Tensor): void {
  checkTensor(name, x);
  if (x.dtype !== "i32") return;
  throw new ShapeError(
    `${name}: got an i32 tensor [${x.shape}]; need f64 or f32. Integers are for indices and keys; use cast().`,
  );
}

/** The place of an axis of x; a negative one counts from the end. @throws ShapeError when there is none. */
export function axisOf(name: string, x: Tensor, axis: number): number {
  checkTensor(name, x);
  return normaliseAxis(name, axis, x.shape.length);
}

const shapesOf = (inputs: readonly Tensor[]): string =>
  inputs.map((x) => `[${x.shape}]`).join(", ");

/** Returns whether the values of a tensor are there; while a function is captured, those of its inputs are not. */
export const isKnown = (x: Tensor): boolean => x.block.address >= 0;

/** Whether all values are there already: what is computed from them while recording is a constant. */
const areKnown = (inputs: readonly Tensor[]): boolean => inputs.length > 0 && inputs.every(isKnown);

/**
 * Applies an operation that has no derivative: the result is a constant to every derivative.
 * While recording, an operation on constants is done at once, and its result is a constant too.
 */
export function applyConstant<P>(
  primitive: ConstantPrimitive<P>,
  inputs: readonly Tensor[],
  params: P,
): Tensor {
  if (isRecording() && areKnown(inputs)) {
    return recordInto(null, () => applyConstant(primitive, inputs, params));
  }
  for (const x of inputs) checkTensor(primitive.name, x);
  const out = result(primitive.name, primitive.infer(inputs, params));
  const describe = () => `${primitive.name}(${shapesOf(inputs)})`;
  primitive.emit({ inputs, out, params }, describe);
  if (!isRecording()) {
    const bad = firstNonFinite(out.dtype, out.block, out.size);
    if (bad !== null) throw nonFiniteError(describe(), bad, view(out)[bad]!);
  }
  return out;
}

export function apply<P>(primitive: Primitive<P>, inputs: readonly Tensor[], params: P): Tensor {
  const out = applyConstant(primitive, inputs, params);
  if (trackedBits(inputs) === 0) return out;
  const application = { inputs, out, params };
  recordNode(inputs, [out], {
    vjp: ([g], needs) =>
      inputs.map((_, i) => (g && needs[i] ? primitive.vjp(i, g, application) : null)),
    jvp: (tangents) => [tangents.map((t, i) => t && primitive.jvp(i, t, application))],
  });
  return out;
}

/** Operands as tensors of one floating dtype; numbers take it from their partners. */
export function asTensors(name: string, operands: readonly Operand[]): Tensor[] {
  const first = operands.find((x): x is Tensor => typeof x !== "number");
  const dtype = first?.dtype ?? "f64";
  for (const x of operands) {
    if (typeof x === "number") continue;
    if (!(x instanceof Tensor)) {
      throw new ShapeError(`${name}: got ${shown(x)}; need a tensor or a number.`);
    }
    checkFloat(name, x);
    if (x.dtype !== dtype) {
      throw new ShapeError(
        `${name}: got ${dtype} and ${x.dtype}; need one dtype. Use cast() on one of them.`,
      );
    }
  }
  return operands.map((x) => (typeof x === "number" ? full([], x, dtype) : x));
}
