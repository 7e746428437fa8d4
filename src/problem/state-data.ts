/** States of methods as plain data, the same tensors to the bit. */
import { type DType, Tensor, tensor, UsageError } from "../engine/index.js";

/** A tensor as plain JSON. */
interface PlainTensor {
  readonly tensor: { readonly shape: readonly number[]; readonly dtype: DType };
  readonly values: readonly number[];
}

/** A tree of tensors as plain JSON; it keeps every number to the bit. */
export type StateData =
  | null
  | boolean
  | number
  | string
  | PlainTensor
  | readonly StateData[]
  | { readonly [name: string]: StateData };

export function stateData(state: unknown): StateData {
  if (state instanceof Tensor) {
    const { shape, dtype } = state;
    // JSON has no −0.
    return { tensor: { shape: [...shape], dtype }, values: Array.from(state.data(), (v) => v + 0) };
  }
  if (Array.isArray(state)) return state.map(stateData);
  if (typeof state !== "object" || state === null) return (state ?? null) as StateData;
  return Object.fromEntries(Object.entries(state).map(([name, x]) => [name, stateData(x)]));
}

/** @throws UsageError for data that is no state. */
export function stateOf(data: StateData): unknown {
  if (typeof data !== "object" || data === null) return data;
  if (Array.isArray(data)) return data.map(stateOf);
  if (isPlainTensor(data)) {
    const { tensor: form, values } = checkedTensor(data);
    return tensor(values, form);
  }
  return Object.fromEntries(Object.entries(data).map(([name, x]) => [name, stateOf(x)]));
}

const isPlainTensor = (data: object): data is PlainTensor => "tensor" in data && "values" in data;

/** @throws UsageError unless it is a tensor as plain JSON: its shape and dtype, and as many finite numbers. */
export function checkedTensor(data: object): PlainTensor {
  const { tensor: form, values } = data as Partial<PlainTensor>;
  const { shape, dtype } = (form ?? {}) as Partial<PlainTensor["tensor"]>;
  if (!Array.isArray(shape) || !["f64", "f32", "i32"].includes(dtype as string)) {
    throw new UsageError(
      "openFilter: a saved tensor has no shape or no dtype; need what filter.save() gave.",
    );
  }
  const size = shape.reduce((n: number, axis) => n * axis, 1);
  if (!Array.isArray(values) || values.length !== size || !values.every(Number.isFinite)) {
    const count = Array.isArray(values) ? values.filter(Number.isFinite).length : "no";
    throw new UsageError(
      `openFilter: a saved tensor [${shape}] has ${count} numbers; need ${size}. Is this a state that filter.save() gave?`,
    );
  }
  return data as PlainTensor;
}
