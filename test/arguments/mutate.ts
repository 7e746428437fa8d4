/** Arguments that are wrong: each number, list, tensor, text, map and function of valid arguments in other forms. */
import { concat, stack, Tensor, tensor } from "../../src/engine/index.js";

/** A wrong argument, and where it is: "1.members[0]". */
export interface Mutant {
  readonly path: string;
  readonly what: string;
  readonly args: readonly unknown[];
}

const opaque = new WeakSet<object>();

/** Marks what another function made: it is replaced as a whole, not taken apart. */
export function made<T extends object>(value: T): T {
  opaque.add(value);
  return value;
}

type Change = readonly [what: string, value: unknown];

/** Every mutant of the arguments of a call. */
export const mutantsOf = (args: readonly unknown[]): Mutant[] =>
  args.flatMap((arg, i) =>
    changesOf(arg, `${i}`).map(({ path, what, value }) => ({
      path,
      what,
      args: args.with(i, value),
    })),
  );

interface Changed {
  readonly path: string;
  readonly what: string;
  readonly value: unknown;
}

function changesOf(value: unknown, path: string): Changed[] {
  const own = ownChanges(value).map(([what, changed]) => ({ path, what, value: changed }));
  if (Array.isArray(value) && value.length > 0) {
    const [first] = value;
    return [
      ...own,
      ...changesOf(first, `${path}[0]`).map((each) => ({
        ...each,
        value: value.with(0, each.value),
      })),
    ];
  }
  if (!isMap(value) || opaque.has(value)) return own;
  const inner = Object.entries(value).flatMap(([name, each]) =>
    changesOf(each, `${path}.${name}`).map((changed) => ({
      ...changed,
      value: { ...value, [name]: changed.value },
    })),
  );
  return [...own, ...inner];
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function ownChanges(value: unknown): Change[] {
  const others: Change[] = [
    ["undefined", undefined],
    ["null", null],
    ["a text", "x"],
  ];
  if (typeof value === "number") {
    const numbers = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1.5, 1e15];
    return [...others, ...numbers.map((x): Change => [String(x), x])];
  }
  if (value instanceof Tensor) return [...others, ["a number", 3], ...shapesOf(value)];
  if (typeof value === "function") {
    const apply = value as (...args: unknown[]) => unknown;
    return [
      ...others,
      ["a function that gives nothing", () => undefined],
      [
        "a function that gives twice as many",
        (...args: unknown[]) => {
          const result = apply(...args);
          return result instanceof Tensor && result.shape.length > 0
            ? concat([result, result], -1)
            : result;
        },
      ],
    ];
  }
  if (Array.isArray(value)) {
    return [
      ...others,
      ["an empty list", []],
      ["one less", value.slice(1)],
      ["one more", [...value, value.at(-1)]],
      ["a list in a list", [value]],
    ];
  }
  if (isMap(value))
    return [...others, ["an empty map", {}], ["an unknown key", { ...value, unheardOf: 1 }]];
  return [...others, ["a number", 3]];
}

/** Tensors of other shapes: an entry more or less along each axis, an axis more or less, another dtype. */
function shapesOf(x: Tensor): Change[] {
  const { shape, dtype } = x;
  const filled = (of: readonly number[], as = dtype): Tensor => {
    const size = of.reduce((n, axis) => n * axis, 1);
    const values = [...x.data()];
    return tensor(
      Array.from({ length: size }, (_, i) =>
        (as === "i32" ? Math.trunc : Number)(values[i % Math.max(1, values.length)] ?? 0),
      ),
      { shape: of, dtype: as },
    );
  };
  const changes: Change[] = shape.flatMap((n, axis): Change[] => [
    [`one more along ${axis}`, filled(shape.with(axis, n + 1))],
    [`one less along ${axis}`, filled(shape.with(axis, n - 1))],
  ]);
  return [
    ...changes,
    ["an axis more", stack([x, x])],
    ...(shape.length > 0 ? [["an axis less", filled(shape.slice(1))] as Change] : []),
    ["whole numbers", filled(shape, dtype === "i32" ? "f64" : "i32")],
    [
      "not finite",
      tensor(
        [...x.data()].map(() => Number.NaN),
        { shape, dtype: dtype === "i32" ? "f64" : dtype },
      ),
    ],
  ];
}
