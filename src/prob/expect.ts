/** Checks of shapes, with messages that say who asked, what was given and what is needed. */
import { NumericError, ShapeError, Tensor, UsageError } from "../engine/index.js";

/** Describes what was given where a tensor or a number was needed. */
function given(x: unknown): string {
  if (x instanceof Tensor) return `a tensor [${x.shape}]`;
  if (typeof x === "string") return JSON.stringify(x);
  if (Array.isArray(x)) return `a list of ${x.length}`;
  return typeof x === "object" && x !== null ? "an object" : String(x);
}

/** Throws a NumericError unless it is a number that is allowed. */
export function expectNumber(
  who: string,
  what: string,
  x: number,
  allowed: (x: number) => boolean,
  need: string,
): void {
  if (typeof x === "number" && allowed(x)) return;
  throw new NumericError(`${who}: ${what} is ${given(x)}; need ${need}.`);
}

/** Throws a UsageError unless it is a tensor of real numbers. */
export function expectTensor(who: string, what: string, x: Tensor, form: string): void {
  if (x instanceof Tensor && x.dtype !== "i32") return;
  const whole = x instanceof Tensor ? " of whole numbers" : "";
  throw new UsageError(
    `${who}: ${what} is ${given(x)}${whole}; need a tensor of real numbers, ${form}.`,
  );
}

/** Throws a UsageError unless it is a random key, or a batch of them. */
export function expectKey(who: string, key: Tensor): void {
  if (key instanceof Tensor && key.dtype === "i32" && key.shape.at(-1) === 2) return;
  const shown = key instanceof Tensor ? String(key) : given(key);
  throw new UsageError(`${who}: the key is ${shown}; need a random key, as key(seed) makes it.`);
}

/** Throws a UsageError unless it is a plain object with these names. */
export function expectParts(who: string, what: string, x: object, names: readonly string[]): void {
  if (typeof x === "object" && x !== null && names.every((name) => name in x)) return;
  throw new UsageError(
    `${who}: ${what} is ${given(x)}; need an object${names.length > 0 ? ` { ${names.join(", ")} }` : ""}.`,
  );
}

/** Throws a ShapeError unless an axis of the tensor, counted from the end as −1, −2, …, has this size. */
export function expectAxis(
  who: string,
  what: string,
  x: Tensor,
  axis: number,
  size: number,
  advice: string,
): void {
  expectTensor(who, what, x, `${size} along axis ${axis}`);
  if (x.shape.at(axis) === size) return;
  throw new ShapeError(
    `${who}: ${what} is [${x.shape}]; need ${size} along axis ${axis}: ${advice}.`,
  );
}

/** Throws a ShapeError unless the tensor has at least `rank` axes. */
export function expectRank(who: string, what: string, x: Tensor, rank: number, form: string): void {
  expectTensor(who, what, x, form);
  if (x.shape.length >= rank) return;
  throw new ShapeError(`${who}: ${what} is [${x.shape}]; need ${form}.`);
}
