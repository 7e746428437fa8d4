/**
 * The code of a chain: a loop over rows, each by vectors of 16 bytes.
 *
 * Sizes are words, so one function serves all shapes: `outs[…] operands[…] outer height length`,
 * then for each operand that is not contiguous what its address gains after a row and after
 * `height` rows, and the shifts; all but the counts in bytes. Vector operations are those of the
 * kernels, in the same order, on every build: the results are the same to the bit.
 *
 * Where a row does not end with a whole vector, the last one overlaps the one before. A rolled
 * operand is read at an offset that changes where the roll wraps; only a vector across that place
 * is put together from two.
 */
import { Body, type Local, on } from "./assembler.js";
import type { Value } from "./chain.js";
import type { FloatType } from "./dtype.js";
import type { Arithmetic } from "./elementwise.js";

/** How an operand is read: with the strides of the output, by rows with strides of its own, or one element for each row. */
export type Walk = "whole" | "rows" | "still";

/** Everything that the code of a chain depends on. */
export interface ChainPlan {
  readonly dtype: FloatType;
  /** `shift` is 0, or the number of a shift among the words, counted from 1. */
  readonly values: readonly Value[];
  readonly walks: readonly Walk[];
  /** Indices of the values that are written, one for each output. */
  readonly stored: readonly number[];
  readonly shifts: number;
}

const simd = {
  ...{ load: 0x00, load32Splat: 0x09, load64Splat: 0x0a, store: 0x0b, constant: 0x0c },
  ...{ splatI32: 0x11, lessI32: 0x39, and: 0x4e, bitselect: 0x52 },
  ...{ store32Lane: 0x5a, store64Lane: 0x5b },
} as const;

/** Codes for f32x4; those for f64x2 lie 6 higher (comparisons) or 12. */
const comparisons = { equal: 0x41, less: 0x43, lessEqual: 0x45 } as const;
const notEqual = 0x42;
const arithmetic = {
  ...{ abs: 0xe0, neg: 0xe1, sqrt: 0xe3, add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7 },
  ...{ min: 0xe8, max: 0xe9 },
} as const;

const bytesOfVector = 16;
const zero = new Array<number>(bytesOfVector).fill(0);
/** 1 in every lane. */
const ones = {
  f32: [0, 0, 128, 63, 0, 0, 128, 63, 0, 0, 128, 63, 0, 0, 128, 63],
  f64: [0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 0, 0, 240, 63],
} as const;
/** The byte at which each lane begins, as i32x4. */
const lanes = {
  f32: [0, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0, 12, 0, 0, 0],
  f64: [0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0],
} as const;

/** Leaves the value of a read on the stack. */
type Read = (value: Value & { kind: "read" }) => void;

export function chainCode({ dtype, values, walks, stored, shifts: count }: ChainPlan): Body {
  const body = new Body();
  const wide = dtype === "f64" ? 1 : 0;
  const width = 4 + 4 * wide;
  const sizes = stored.length + walks.length;
  const [outerWord, heightWord, lengthWord] = [sizes, sizes + 1, sizes + 2];
  const moved = walks.flatMap((walk, i) => (walk === "whole" ? [] : [i]));
  const firstShift = sizes + 3 + 2 * moved.length;

  const i32 = () => body.local("i32");
  const v128 = () => body.local("v128");
  const fromWord = (i: number): Local => {
    const local = i32();
    body.word(i).set(local);
    return local;
  };
  const outs = stored.map((_, i) => fromWord(i));
  const bases = walks.map((_, i) => fromWord(stored.length + i));
  const length = fromWord(lengthWord);
  const [outer, height] = [fromWord(outerWord), i32()];
  /** Bytes from the start of the output: where the loop is, where its row begins and ends. */
  const [at, start, end] = [i32(), i32(), i32()];
  const shifts = Array.from({ length: count }, (_, i) => ({
    shift: fromWord(firstShift + i),
    /** Where the roll has wrapped. */
    turn: i32(),
    /** Offset of reads for lanes before the turn, and after it. */
    ...{ before: i32(), after: i32(), mask: v128() },
  }));
  const results = [values.map(v128), values.map(v128)] as const;
  const pointer = i32();
  const splats = walks.map(v128);

  const constant = (bytes: readonly number[]) => body.simd(simd.constant, ...bytes);
  /** What an operation adds to the values of its arguments on the stack. */
  const operate = (operation: Arithmetic, args: readonly number[], half: 0 | 1): void => {
    const push = (...some: number[]) => body.get(...some.map((i) => results[half][i]!));
    if (operation === "where") {
      push(args[1]!, args[2]!, args[0]!);
      constant(zero)
        .simd(notEqual + 6 * wide)
        .simd(simd.bitselect);
      return;
    }
    push(...args);
    if (operation === "relu") constant(zero).simd(arithmetic.max + 12 * wide);
    else if (operation === "less" || operation === "lessEqual" || operation === "equal") {
      body.simd(comparisons[operation] + 6 * wide);
      constant(ones[dtype]).simd(simd.and);
    } else body.simd(arithmetic[operation] + 12 * wide);
  };
  /** Computes and writes at `at`. */
  const compute = (read: Read, write: () => void): void => {
    values.forEach((value, i) => {
      if (value.kind === "operation") operate(value.operation, value.args, 0);
      else if (walks[value.operand] === "still") body.get(splats[value.operand]!);
      else read(value);
      body.set(results[0][i]!);
      stored.forEach((result, k) => {
        if (result !== i) return;
        body.get(outs[k]!, at).put(on.add).get(results[0][i]!);
        write();
      });
    });
  };
  /** Computes and writes two vectors, by one address each; `shifted` adds to that of a read. */
  const computeTwo = (shifted: Read): void => {
    values.forEach((value, i) => {
      const [first, second] = [results[0][i]!, results[1][i]!];
      if (value.kind === "operation") {
        operate(value.operation, value.args, 0);
        body.set(first);
        operate(value.operation, value.args, 1);
        body.set(second);
      } else if (walks[value.operand] === "still") {
        body.get(splats[value.operand]!).tee(first).set(second);
      } else {
        address(value.operand);
        shifted(value);
        body.tee(pointer).simd(simd.load, 0, 0).set(first);
        body.get(pointer).simd(simd.load, 0, bytesOfVector).set(second);
      }
      stored.forEach((result, k) => {
        if (result !== i) return;
        body.get(outs[k]!, at).put(on.add).tee(pointer).get(first).simd(simd.store, 0, 0);
        body.get(pointer, second).simd(simd.store, 0, bytesOfVector);
      });
    });
  };
  /** Two vectors at a time for as long as both end before `limit`. */
  const pairs = (limit: Local, shifted: Read): void => {
    body.block(() =>
      body.loop(() => {
        advance(2 * bytesOfVector)
          .get(limit)
          .put(on.above)
          .branchIf(1);
        computeTwo(shifted);
        advance(2 * bytesOfVector)
          .set(at)
          .branch(0);
      }),
    );
  };
  const address = (operand: number) => body.get(bases[operand]!, at).put(on.add);
  const loadVector = () => body.simd(simd.load, 0, 0);
  const loadSplat = () => body.simd(wide ? simd.load64Splat : simd.load32Splat, 0, 0);
  const byVector = () => void body.simd(simd.store, 0, 0);
  const byElement = () => void body.simd(wide ? simd.store64Lane : simd.store32Lane, 0, 0, 0);
  const advance = (by: number) => body.get(at).constant(by).put(on.add);

  /** A row, where nothing is rolled. */
  const plainRow = (): void => {
    const vectors = (): void => {
      const last = start; // The start is of no use here.
      body.get(end).constant(bytesOfVector).put(on.sub).set(last);
      pairs(end, () => {});
      body.block(() =>
        body.loop(() => {
          body.get(at, end).put(on.atLeast).branchIf(1);
          body.get(at, last, at, last).put(on.below, on.select).set(at);
          compute(({ operand }) => address(operand) && loadVector(), byVector);
          advance(bytesOfVector).set(at).branch(0);
        }),
      );
    };
    const elements = (): void => {
      body.loop(() => {
        compute(({ operand }) => address(operand) && loadSplat(), byElement);
        advance(width).tee(at).get(end).put(on.below).branchIf(0);
      });
    };
    body.get(length).constant(bytesOfVector).put(on.atLeast).choose(vectors, elements);
    body.get(end).set(at);
  };

  /** A row with rolled operands: runs of vectors between the places where one wraps. */
  const rolledRow = (limit: Local): void => {
    const offset = (shift: Local) => body.put(on.select).get(shift).put(on.sub);
    body.loop(() => {
      body.get(end).set(limit);
      for (const { shift, turn, before } of shifts) {
        body.get(length).constant(0).get(at, turn).put(on.below);
        offset(shift).set(before);
        body.get(turn, limit, at, turn).put(on.below);
        body.get(turn, limit).put(on.below, on.and, on.select).set(limit);
      }
      const shifted: Read = ({ shift }) => {
        if (shift > 0) body.get(shifts[shift - 1]!.before).put(on.add);
      };
      pairs(limit, shifted);
      body.block(() =>
        body.loop(() => {
          advance(bytesOfVector).get(limit).put(on.above).branchIf(1);
          compute((value) => {
            address(value.operand);
            shifted(value);
            loadVector();
          }, byVector);
          advance(bytesOfVector).set(at).branch(0);
        }),
      );
      body.block(() => {
        body.get(at, end).put(on.atLeast).branchIf(0);
        body.get(end).constant(bytesOfVector).put(on.sub).set(limit);
        body.get(at, limit, at, limit).put(on.below, on.select).set(at);
        for (const { shift, turn, before, after, mask } of shifts) {
          body.get(length).constant(0).get(at, turn).put(on.below);
          offset(shift).set(before);
          body.constant(0).get(length);
          advance(bytesOfVector).get(turn).put(on.above);
          offset(shift).set(after);
          body.get(turn, at).put(on.sub).simd(simd.splatI32).set(mask);
          constant(lanes[dtype]).get(mask).simd(simd.lessI32).set(mask);
        }
        compute(({ operand, shift }) => {
          if (shift === 0) return void (address(operand) && loadVector());
          const { before, after, mask } = shifts[shift - 1]!;
          for (const part of [before, after]) {
            address(operand).get(part).put(on.add);
            loadVector();
          }
          body.get(mask).simd(simd.bitselect);
        }, byVector);
        advance(bytesOfVector).tee(at).get(end).put(on.below).branchIf(1);
      });
    });
    body.get(end).set(at);
  };

  const limit = i32();
  /** `bases` gain the word beside them, after a row (0) or `height` rows (1). */
  const step = (which: 0 | 1): void =>
    moved.forEach((operand, i) => {
      const base = bases[operand]!;
      body
        .get(base)
        .word(sizes + 3 + 2 * i + which)
        .put(on.add)
        .set(base);
    });
  const countDown = (local: Local) =>
    body.get(local).constant(1).put(on.sub).tee(local).branchIf(0);
  body.loop(() => {
    body.word(heightWord).set(height);
    body.loop(() => {
      body.get(at).tee(start).get(length).put(on.add).set(end);
      for (const { shift, turn } of shifts) body.get(start, shift).put(on.add).set(turn);
      walks.forEach((walk, i) => {
        if (walk !== "still") return;
        body.get(bases[i]!);
        loadSplat().set(splats[i]!);
      });
      if (count > 0) rolledRow(limit);
      else plainRow();
      step(0);
      countDown(height);
    });
    step(1);
    countDown(outer);
  });
  return body.constant(0);
}
