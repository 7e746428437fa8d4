/** Kernels of the counter-based generator: draws and new keys from a key. */
import type { DType } from "../dtype.js";
import { ShapeError } from "../errors.js";
import { applyConstant, type ConstantPrimitive } from "../primitive.js";
import { emit } from "../program.js";
import { sameShape } from "../shape.js";
import type { Tensor } from "../tensor.js";

interface Draw {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

function checkKey(name: string, key: Tensor): void {
  if (key.dtype !== "i32" || !sameShape(key.shape, [2])) {
    throw new ShapeError(
      `${name}: got ${key} as a key; need an i32 tensor [2], from key() or split().`,
    );
  }
}

const draw = (name: "uniform" | "normal"): ConstantPrimitive<Draw> => ({
  name,
  infer: ([key], params) => {
    checkKey(name, key!);
    return params;
  },
  emit: ({ inputs: [key], out }, describe) =>
    emit(name, out.dtype, [out.block, key!.block, out.size], describe),
});

const uniforms = draw("uniform");
const normals = draw("normal");

export const drawUniform = (key: Tensor, params: Draw): Tensor =>
  applyConstant(uniforms, [key], params);

export const drawNormal = (key: Tensor, params: Draw): Tensor =>
  applyConstant(normals, [key], params);

const splitting: ConstantPrimitive<number> = {
  name: "split",
  infer: ([key], count) => {
    checkKey("split", key!);
    return { shape: [count, 2], dtype: "i32" };
  },
  emit: ({ inputs: [key], out, params: count }, describe) =>
    emit("split", "i32", [out.block, key!.block, count], describe),
};

/** `count` new keys, i32 [count, 2]. */
export const splitKey = (key: Tensor, count: number): Tensor =>
  applyConstant(splitting, [key], count);

const folding: ConstantPrimitive<undefined> = {
  name: "foldIn",
  infer: ([key, data]) => {
    checkKey("foldIn", key!);
    if (data!.dtype !== "i32" || data!.size !== 1) {
      throw new ShapeError(`foldIn: got ${data}; need one i32 number.`);
    }
    return { shape: [2], dtype: "i32" };
  },
  emit: ({ inputs: [key, data], out }, describe) =>
    emit("fold", "i32", [out.block, key!.block, data!.block], describe),
};

/** The key that belongs to `key` and a number, i32 [2]. */
export const foldKey = (key: Tensor, data: Tensor): Tensor =>
  applyConstant(folding, [key, data], undefined);
