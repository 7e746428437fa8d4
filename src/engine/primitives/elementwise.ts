/** Elementwise operations with broadcasting, and their derivatives. */
import {
  type Application,
  apply,
  applyConstant,
  asTensors,
  type ConstantPrimitive,
  type Primitive,
  type Typed,
} from "../primitive.js";
import { emit } from "../program.js";
import { broadcastShapes, broadcastStrides, collapse } from "../shape.js";
import type { Contribution, Operand, Tensor } from "../tensor.js";
import { broadcastTo, unbroadcast } from "./broadcast.js";

type None = undefined;
type Unary = (x: Operand) => Tensor;
type Binary = (a: Operand, b: Operand) => Tensor;

const unaryKernel = (name: string): ConstantPrimitive<None> => ({
  name,
  infer: ([x]) => x as Typed,
  emit: ({ inputs: [x], out }, describe) =>
    emit(name, out.dtype, [out.block, x!.block, out.size], describe),
});

/** An elementwise function y(x) from its slope y′(x, y). */
function unary(name: string, slope: (x: Tensor, y: Tensor) => Operand): Unary {
  const rule = (t: Tensor, { inputs, out }: Application<None>) => mul(t, slope(inputs[0]!, out));
  const primitive: Primitive<None> = {
    ...unaryKernel(name),
    vjp: (_, g, application) => rule(g, application),
    jvp: (_, t, application) => rule(t, application),
  };
  return (x) => apply(primitive, asTensors(name, [x]), undefined);
}

const strided = <P>(name: string): ConstantPrimitive<P> => ({
  name,
  infer: (inputs) => ({
    shape: broadcastShapes(name, ...inputs.map((x) => x.shape)),
    dtype: inputs[0]!.dtype,
  }),
  emit: ({ inputs, out }, describe) => {
    const loop = collapse(
      out.shape,
      inputs.map((x) => broadcastStrides(x.shape, out.shape)),
    );
    const blocks = inputs.map((x) => x.block);
    const words = [out.block, ...blocks, loop.dims.length, ...loop.dims, ...loop.strides.flat()];
    emit(name, out.dtype, words, describe);
  },
});

type Slope = (a: Tensor, b: Tensor, out: Tensor) => Operand;

/** An elementwise function of two operands from its partial slopes. */
function binary(name: string, slopes: readonly [Slope, Slope]): Binary {
  const partial = (i: number, { inputs: [a, b], out }: Application<None>): Operand =>
    slopes[i]!(a!, b!, out);
  const primitive: Primitive<None> = {
    ...strided(name),
    vjp: (i, g, application) =>
      unbroadcast(times(g, partial(i, application)), application.inputs[i]!.shape),
    jvp: (i, t, application) =>
      broadcastTo(times(t, partial(i, application)), application.out.shape),
  };
  return (a, b) => apply(primitive, asTensors(name, [a, b]), undefined);
}

const times = (g: Tensor, slope: Operand): Tensor =>
  slope === 1 ? g : slope === -1 ? neg(g) : mul(g, slope);

function comparison(name: string): Binary {
  const primitive = strided(name);
  return (a, b) => applyConstant(primitive, asTensors(name, [a, b]), undefined);
}

/** a + b */
export const add = binary("add", [() => 1, () => 1]);
/** a − b */
export const sub = binary("sub", [() => 1, () => -1]);
/** a b */
export const mul = binary("mul", [(_, b) => b, (a) => a]);
/** a/b;  ∂(a/b)/∂a = 1/b,  ∂(a/b)/∂b = −(a/b)/b */
export const div = binary("div", [(_, b) => div(1, b), (_, b, out) => neg(div(out, b))]);
const powPrimitive = binary("pow", [
  (a, b) => {
    const constant = mul(equal(a, 0), equal(b, 0)); // a⁰ = 1 at 0 too, and b aᵇ⁻¹ would be 0 · ∞
    return where(constant, 0, mul(b, pow(where(constant, 1, a), sub(b, 1))));
  },
  (a, _, out) => mul(out, log(where(less(0, a), a, 1))),
]);

/** aⁿ for a plain number n: its slope needs no look at n = 0. */
const powerPrimitive: Primitive<number> = {
  ...strided("pow"),
  vjp: (_, g, { inputs: [a], params: n }) => (n === 0 ? null : mul(g, mul(n, pow(a!, n - 1)))),
  jvp: (_, t, { inputs: [a], params: n }) => (n === 0 ? null : mul(t, mul(n, pow(a!, n - 1)))),
};

/** aᵇ;  ∂aᵇ/∂a = b aᵇ⁻¹ (0 where b = 0, at a = 0 too),  ∂aᵇ/∂b = aᵇ log a (0 where a ≤ 0) */
export const pow: Binary = (a, b) =>
  typeof b === "number" && typeof a !== "number"
    ? apply(powerPrimitive, asTensors("pow", [a, b]), b)
    : powPrimitive(a, b);
/** The smaller of a and b; NaN if either is NaN. Where they are equal each has half of the derivative. */
export const minimum = binary("min", [(a, b) => chosen(a, b), (a, b) => chosen(b, a)]);
/** The larger of a and b; NaN if either is NaN. Where they are equal each has half of the derivative. */
export const maximum = binary("max", [(a, b) => chosen(b, a), (a, b) => chosen(a, b)]);

/** 1 where a < b, ½ where a = b, 0 elsewhere. */
const chosen = (a: Tensor, b: Tensor): Tensor => mul(0.5, add(less(a, b), lessEqual(a, b)));

/** 1 where a < b, 0 elsewhere; a constant of derivatives. */
export const less = comparison("less");
/** 1 where a ≤ b, 0 elsewhere; a constant of derivatives. */
export const lessEqual = comparison("lessEqual");
/** 1 where a = b, 0 elsewhere; a constant of derivatives. */
export const equal = comparison("equal");
/** 1 where a > b, 0 elsewhere; a constant of derivatives. */
export const greater: Binary = (a, b) => less(b, a);
/** 1 where a ≥ b, 0 elsewhere; a constant of derivatives. */
export const greaterEqual: Binary = (a, b) => lessEqual(b, a);

/** −x */
export const neg: Unary = unary("neg", () => -1);
/** |x|; slope 0 at 0. */
export const abs: Unary = unary("abs", (x) => sign(x));
/** eˣ */
export const exp: Unary = unary("exp", (_, y) => y);
/** The natural logarithm. */
export const log: Unary = unary("log", (x) => div(1, x));
/** log(1 + x), precise near 0. */
export const log1p: Unary = unary("log1p", (x) => div(1, add(1, x)));
/** eˣ − 1, precise near 0. */
export const expm1: Unary = unary("expm1", (_, y) => add(y, 1));
/** √x; its slope at 0 is infinite, and an error. */
export const sqrt: Unary = unary("sqrt", (_, y) => div(0.5, y));
/** sin x, in radians. */
export const sin: Unary = unary("sin", (x) => cos(x));
/** cos x, in radians. */
export const cos: Unary = unary("cos", (x) => neg(sin(x)));
/** tanh x */
export const tanh: Unary = unary("tanh", (_, y) => sub(1, square(y)));
/** 1/(1 + e⁻ˣ) */
export const sigmoid: Unary = unary("sigmoid", (_, y) => mul(y, sub(1, y)));
/** log(1 + eˣ) */
export const softplus: Unary = unary("softplus", (x) => sigmoid(x));
/** max(x, 0); slope 0 at 0. */
export const relu: Unary = unary("relu", (x) => less(0, x));
/** x² */
export const square: Unary = (x) => mul(x, x);

const signPrimitive = unaryKernel("sign");
/** −1, 0 or 1; a constant of derivatives. */
export const sign: Unary = (x) => applyConstant(signPrimitive, asTensors("sign", [x]), undefined);

const wherePrimitive: Primitive<None> = {
  ...strided("where"),
  vjp: (i, g, { inputs }) => {
    const branch = onBranch(i, g, inputs[0]!);
    return branch && unbroadcast(branch, inputs[i]!.shape);
  },
  jvp: (i, t, { inputs, out }) => onBranch(i, broadcastTo(t, out.shape), inputs[0]!),
};

const onBranch = (i: number, t: Tensor, condition: Tensor): Contribution =>
  i === 0 ? null : i === 1 ? where(condition, t, 0) : where(condition, 0, t);

/** Returns a where the condition is not 0, and b elsewhere, element by element; the condition has no derivative. */
export const where = (condition: Operand, a: Operand, b: Operand): Tensor =>
  apply(wherePrimitive, asTensors("where", [condition, a, b]), undefined);
