/** Kernels of the counter-based generator: draws and new keys, for one key or a batch of them. */
import type { DType } from "../dtype.js";
import { ShapeError } from "../errors.js";
import { applyConstant, type ConstantPrimitive, checkTensor } from "../primitive.js";
import { emit } from "../program.js";
import { checkedShape, checkWhole, sameShape, sizeOf } from "../shape.js";
import { shown } from "../shown.js";
import type { Tensor } from "../tensor.js";

interface Draw {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** The batch axes of keys [..., 2]. */
function batchOf(name: string, keys: Tensor): readonly number[] {
  checkTensor(name, keys);
  if (keys.dtype !== "i32" || keys.shape.at(-1) !== 2) {
    throw new ShapeError(
      `${name}: got ${keys} as a key; need an i32 tensor [2] or [..., 2], from key(), split() or keyBatch().`,
    );
  }
  return keys.shape.slice(0, -1);
}

const count = (keys: Tensor): number => keys.size / 2;

const draw = (name: "uniform" | "normal"): ConstantPrimitive<Draw> => ({
  name,
  infer: ([keys], params) => {
    const batch = batchOf(name, keys!);
    if (!sameShape(params.shape.slice(0, batch.length), batch)) {
      throw new ShapeError(
        `${name}: got keys [${keys!.shape}] for draws [${params.shape}]; need draws [${batch.join(",")},...], the axes of the keys first. One key serves every shape.`,
      );
    }
    return params;
  },
  emit: ({ inputs: [keys], out, params: { shape } }, describe) => {
    const each = sizeOf(shape.slice(keys!.shape.length - 1));
    emit(name, out.dtype, [out.block, keys!.block, count(keys!), each], describe);
  },
});

const uniforms = draw("uniform");
const normals = draw("normal");

/** Draws of `shape`, which begins with the batch axes of the keys. */
export const drawUniform = (keys: Tensor, params: Draw): Tensor =>
  applyConstant(uniforms, [keys], checkedDraw("uniform", params));

export const drawNormal = (keys: Tensor, params: Draw): Tensor =>
  applyConstant(normals, [keys], checkedDraw("normal", params));

function checkedDraw(name: string, { shape, dtype }: Draw): Draw {
  if (dtype === "f64" || dtype === "f32") return { shape: checkedShape(name, shape), dtype };
  throw new ShapeError(`${name}: the dtype is ${shown(dtype)}; need "f64" or "f32".`);
}

const splitting: ConstantPrimitive<number> = {
  name: "split",
  infer: ([keys], each) => ({ shape: [...batchOf("split", keys!), each, 2], dtype: "i32" }),
  emit: ({ inputs: [keys], out, params: each }, describe) =>
    emit("split", "i32", [out.block, keys!.block, count(keys!), each], describe),
};

/** `each` new keys of every key, i32 [..., each, 2]. */
export function splitKey(keys: Tensor, each: number): Tensor {
  checkWhole("split", "the number of keys", each, 0);
  return applyConstant(splitting, [keys], each);
}

const folding: ConstantPrimitive<undefined> = {
  name: "foldIn",
  infer: ([keys, data]) => {
    batchOf("foldIn", keys!);
    if (data!.dtype !== "i32" || data!.size !== 1) {
      throw new ShapeError(`foldIn: got ${data}; need one i32 number.`);
    }
    return { shape: keys!.shape, dtype: "i32" };
  },
  emit: ({ inputs: [keys, data], out }, describe) =>
    emit("fold", "i32", [out.block, keys!.block, count(keys!), data!.block], describe),
};

/** The keys that belong to keys and one number, i32 [..., 2]. */
export const foldKey = (keys: Tensor, data: Tensor): Tensor =>
  applyConstant(folding, [keys, data], undefined);
