/**
 * WebAssembly in binary: functions of one number (the address of their words) that return one, on
 * the memory of the kernels.
 *
 * @see https://webassembly.github.io/spec/core/binary/, for all codes here
 */

type Bytes = readonly number[];

/** A number without sign, seven bits a byte, the least first. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}

/** A number with sign, the same way. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest < -64 || rest > 63; rest >>= 7) bytes.push((rest & 127) | 128);
  return [...bytes, rest & 127];
}

const vector = (items: readonly Bytes[]): number[] => [...unsigned(items.length), ...items.flat()];
const text = (name: string): number[] =>
  vector([...new TextEncoder().encode(name)].map((b) => [b]));
const section = (id: number, items: readonly Bytes[]): number[] => {
  const bytes = vector(items);
  return [id, ...unsigned(bytes.length), ...bytes];
};

const i32 = 0x7f;
const v128 = 0x7b;
const types = { i32, v128 } as const;

/** A local variable, by its number. */
export type Local = number;

/** A function while it is written: its instructions so far, and its locals after the first. */
export class Body {
  /** The argument. */
  static readonly argument: Local = 0;
  private readonly locals: Bytes[] = [];
  private readonly bytes: number[] = [];

  local(type: keyof typeof types): Local {
    return this.locals.push([1, types[type]]);
  }
  /** Instructions as they are. */
  put(...bytes: number[]): this {
    for (const byte of bytes) this.bytes.push(byte);
    return this;
  }
  constant(value: number): this {
    return this.put(0x41, ...signed(value));
  }
  get(...locals: Local[]): this {
    for (const local of locals) this.put(0x20, ...unsigned(local));
    return this;
  }
  set(local: Local): this {
    return this.put(0x21, ...unsigned(local));
  }
  tee(local: Local): this {
    return this.put(0x22, ...unsigned(local));
  }
  /** Word `i` of the argument. */
  word(i: number): this {
    return this.get(Body.argument).put(0x28, 2, ...unsigned(4 * i));
  }
  /** An instruction on vectors. */
  simd(code: number, ...rest: number[]): this {
    return this.put(0xfd, ...unsigned(code), ...rest);
  }
  block(inside: () => void): this {
    return this.within(0x02, inside);
  }
  loop(inside: () => void): this {
    return this.within(0x03, inside);
  }
  /** What was computed decides between two pieces of code. */
  choose(yes: () => void, no: () => void): this {
    this.put(0x04, 0x40);
    yes();
    this.put(0x05);
    no();
    return this.put(0x0b);
  }
  /** To the end of the block, or the start of the loop, `depth` levels out. */
  branch(depth: number): this {
    return this.put(0x0c, ...unsigned(depth));
  }
  branchIf(depth: number): this {
    return this.put(0x0d, ...unsigned(depth));
  }
  encoded(): number[] {
    const bytes = [...vector(this.locals), ...this.bytes, 0x0b];
    return [...unsigned(bytes.length), ...bytes];
  }
  private within(code: number, inside: () => void): this {
    this.put(code, 0x40);
    inside();
    return this.put(0x0b);
  }
}

/** Codes of instructions on i32. */
export const on = {
  ...{ equal: 0x46, below: 0x49, above: 0x4b, atLeast: 0x4f },
  ...{ add: 0x6a, sub: 0x6b, and: 0x71, select: 0x1b },
} as const;

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
/** One page at least, 65536 at most; bit 1 says that threads share the memory. */
const limits = (shared: boolean): number[] => [shared ? 3 : 1, 1, ...unsigned(65536)];

/** A module that imports the memory and exports functions by name. */
export function assemble(
  functions: ReadonlyMap<string, Body>,
  shared: boolean,
): Uint8Array<ArrayBuffer> {
  const names = [...functions.keys()];
  return Uint8Array.from([
    ...header,
    ...section(1, [[0x60, 1, i32, 1, i32]]),
    ...section(2, [[...text("env"), ...text("memory"), 2, ...limits(shared)]]),
    ...section(
      3,
      names.map(() => [0]),
    ),
    ...section(
      7,
      names.map((name, i) => [...text(name), 0, ...unsigned(i)]),
    ),
    ...section(
      10,
      [...functions.values()].map((body) => body.encoded()),
    ),
  ]);
}
