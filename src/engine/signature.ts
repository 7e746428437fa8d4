/** Signatures: everything on which the recording of a function depends. */
import { UsageError } from "./errors.js";
import { shown } from "./shown.js";
import { Tensor } from "./tensor.js";
import { deepest, isPlain, pathOf } from "./tree.js";

/**
 * Returns the shapes and dtypes of tensors, and all other arguments by value, as a text: two lists of
 * arguments have the same only if they are the same in structure.
 *
 *     T f64 [2,3] · n-0 · "text" · undefined · 12n · [a,b] · {"key":a} · Float64Array[n1,n2]
 *
 * @throws UsageError for what has no value that could be compared: functions, symbols, Map, Set and
 * instances of classes, and for arguments that hold themselves.
 */
export function signature(name: string, args: readonly unknown[]): string {
  const path: (string | number)[] = [];
  const refuse = (what: string): never => {
    throw new UsageError(
      `${name}: argument ${pathOf(path)} holds ${what}, which cannot be compared with that of a later call. Pass tensors, numbers, texts, and plain objects and arrays of them; close over anything else, or capture once for each.`,
    );
  };
  const within = (key: string | number, value: unknown): string => {
    path.push(key);
    const text = visit(value);
    path.pop();
    return text;
  };
  const object = (value: object): string => {
    if (path.length > deepest) return refuse("itself, or objects nested too deep");
    if (Array.isArray(value)) {
      const items = value.map((item, i) => within(i, item));
      // Holes of an array are left out of its keys, and other properties are among them.
      if (Object.keys(value).length !== value.length) {
        return refuse("an array with holes or properties");
      }
      return `[${items.join()}]`;
    }
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return numbers(value);
    if (!isPlain(value) || Object.getOwnPropertySymbols(value).length > 0) {
      return refuse(isPlain(value) ? "a property named by a symbol" : shown(value));
    }
    const entries = Object.entries(value).map(
      ([key, item]) => `${JSON.stringify(key)}:${within(key, item)}`,
    );
    return `{${entries.join()}}`;
  };
  const numbers = (value: ArrayBufferView): string =>
    `${value.constructor.name}[${Array.from(value as unknown as ArrayLike<number>, scalar).join()}]`;
  const scalar = (value: unknown): string => {
    if (typeof value === "number") return Object.is(value, -0) ? "n-0" : `n${value}`;
    if (typeof value === "symbol" || typeof value === "function") {
      return refuse(typeof value === "symbol" ? "a symbol" : "a function");
    }
    return shown(value);
  };
  const visit = (value: unknown): string => {
    if (value instanceof Tensor) return `T${value.dtype}[${value.shape}]`;
    return typeof value === "object" && value !== null ? object(value) : scalar(value);
  };
  return args.map((arg, i) => within(i, arg)).join();
}
