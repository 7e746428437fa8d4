/** Ways to time an operation of the library: many in one captured program, or one call. */
import { capture, concat, release, reshape, slice, type Tensor } from "kalmia/engine";
import type { Contender } from "./measure.js";

/** Work of a program: enough that entering and leaving it does not count. */
const flopsOfProgram = 2e7;

/** How many operations of so much work a program holds; eight at least, for one copy of the argument. */
export const timesFor = (flops: number): number =>
  Math.min(1000, Math.max(8, Math.round(flopsOfProgram / flops)));

/**
 * `times` independent runs of `operation` in one captured program. They depend on its argument:
 * what depends on constants alone would be done while capturing. One element of each result is
 * returned, so that none is left out as unneeded.
 */
export function inProgram(
  operation: (argument: Tensor) => Tensor,
  argument: Tensor,
  times: number,
): Contender {
  const program = capture((x: Tensor) => {
    const seen = Array.from({ length: times }, () => slice(reshape(operation(x), [-1]), 0, 0, 1));
    return concat(seen, 0);
  });
  release(program(argument));
  const { instructions } = program.statistics();
  if (instructions < times) {
    throw new Error(`${times} operations became ${instructions} instructions; nothing to time.`);
  }
  return {
    run: () => release(program(argument)),
    operations: times,
    end: () => program.forget(),
  };
}

/** One call of a captured function: arguments are copied in, the result is copied out and checked. */
export function asCall(operation: (...args: Tensor[]) => Tensor, args: Tensor[]): Contender {
  const captured = capture(operation);
  return {
    run: () => release(captured(...args)),
    end: () => captured.forget(),
  };
}
