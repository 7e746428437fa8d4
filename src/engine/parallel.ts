/** Functions of many trajectories, which are cut into slices that threads share. */
import type { CaptureStatistics } from "./capture.js";
import { bytesOf, compile, freeBlocks, type Program } from "./compile.js";
import { bytesPer } from "./dtype.js";
import { ShapeError, UsageError } from "./errors.js";
import { trackedBits } from "./graph.js";
import { addressOf, allocateUnowned, type Block, copyBytes } from "./memory.js";
import { add } from "./primitives/elementwise.js";
import { concat, slice } from "./primitives/movement.js";
import { isRecording, nonFiniteError } from "./program.js";
import { promise, type Recording, record } from "./record.js";
import { collect, firstToBlame, run } from "./replay.js";
import { signature } from "./signature.js";
import type { Tensor } from "./tensor.js";
import { leavesOf, mapTree, othersOf, pathOf, withLeaves } from "./tree.js";
import { runAll } from "./workers.js";

/** The result of a slice. */
export interface Parts<T, E> {
  /** A tree of tensors that are summed over the trajectories. */
  readonly total: T;
  /** A tree of tensors whose first axis is the trajectory. */
  readonly each: E;
}

export interface ParallelOptions {
  /** Number of slices; at most the number of trajectories is used. @defaultValue 4 */
  readonly slices?: number;
}

/** A function that is applied to slices of the trajectories. */
export interface Parallel<S, X, T, E> {
  (shared: S, sliced: X): Parts<T, E>;
  /** Returns the number and the size of the programs made so far. */
  statistics(): CaptureStatistics;
  /** Releases the programs; the next call records the function again. */
  forget(): void;
}

type Slice = { readonly from: number; readonly to: number };

const defaultSlices = 4;

/** Cuts the trajectories into slices whose lengths differ by at most one. */
function cut(batch: number, slices: number): Slice[] {
  const count = Math.min(batch, slices);
  const start = (i: number) => i * Math.floor(batch / count) + Math.min(i, batch % count);
  return Array.from({ length: count }, (_, i) => ({ from: start(i), to: start(i + 1) }));
}

/** Returns the number of trajectories, the first axis of all sliced tensors. */
function batchOf(sliced: readonly Tensor[]): number {
  const [first] = sliced;
  const batch = first?.shape[0] ?? 0;
  if (batch > 0 && sliced.every((x) => x.shape[0] === batch)) return batch;
  throw new ShapeError(
    `parallel: the sliced arguments are [${sliced.map((x) => `[${x.shape}]`).join(", ")}]; need tensors whose first axes are the trajectories, as many in each and at least one.`,
  );
}

/** Plain numbers are neither summed nor joined: settings beside `each` must be those of all slices. */
function checkNumbers(parts: readonly Parts<unknown, unknown>[]): void {
  const numbersIn = (tree: unknown) =>
    othersOf(tree).filter(({ value }) => typeof value === "number");
  const refuse = (at: string, value: unknown, why: string): never => {
    throw new UsageError(
      `parallel: the result holds at ${at} the plain number ${value}, which is ${why}; return a tensor.`,
    );
  };
  const [summed] = numbersIn(parts[0]!.total);
  if (summed) refuse(`.total${pathOf(summed.path)}`, summed.value, "not summed over the slices");
  const first = numbersIn(parts[0]!.each);
  for (const { each } of parts.slice(1)) {
    const differs = numbersIn(each).find(({ value }, i) => !Object.is(value, first[i]?.value));
    if (!differs) continue;
    refuse(`.each${pathOf(differs.path)}`, differs.value, "another in another slice");
  }
}

/** Combines the slices in order: sums `total`, and joins `each`. */
function combine<T, E>(parts: readonly Parts<T, E>[], slices: readonly Slice[]): Parts<T, E> {
  checkNumbers(parts);
  const totals = parts.map(({ total }) => leavesOf(total));
  const eaches = parts.map(({ each }) => leavesOf(each));
  slices.forEach(({ from, to }, i) => {
    for (const { shape } of eaches[i]!) {
      if (shape[0] === to - from) continue;
      throw new ShapeError(
        `parallel: "each" has a tensor [${shape}] for ${to - from} trajectories; need them as its first axis. What is summed over them belongs to "total".`,
      );
    }
  });
  const sums = totals[0]!.map((first, j) =>
    totals.slice(1).reduce((sum, leaves) => add(sum, leaves[j]!), first),
  );
  const rows = eaches[0]!.map((_, j) =>
    concat(
      eaches.map((leaves) => leaves[j]!),
      0,
    ),
  );
  return { total: withLeaves(parts[0]!.total, sums), each: withLeaves(parts[0]!.each, rows) };
}

/** A recorded function: the program of each slice, and the program that combines their results. */
interface Plan {
  /** Memory of the shared arguments. */
  readonly shared: readonly Block[];
  readonly slices: readonly Slice[];
  readonly programs: readonly Program[];
  readonly combination: Program;
  readonly owned: readonly Block[];
}

const zip = <A, B>(as: readonly A[], bs: readonly B[]): [A, B][] => as.map((a, i) => [a, bs[i]!]);

function makePlan<S, X, T, E>(
  f: (shared: S, sliced: X) => Parts<T, E>,
  shared: S,
  sliced: X,
  slices: readonly Slice[],
): Plan {
  const blocks = leavesOf(shared).map((x) => allocateUnowned(x.size * bytesPer[x.dtype]));
  const recordings = new Map<number, Recording>();
  for (const { from, to } of slices) {
    const size = to - from;
    if (recordings.has(size)) continue;
    const rows = mapTree(sliced, (x) => promise(x.shape.with(0, size), x.dtype));
    recordings.set(size, record(f, [shared, rows]));
  }
  const programs: Program[] = [];
  for (const [size, recording] of recordings) {
    const copies = slices.filter(({ from, to }) => to - from === size).length;
    const fixed = new Map(
      blocks.map((block, i) => [recording.inputs[i]!, addressOf(block)] as const),
    );
    programs.push(...compile(recording, copies, fixed));
  }
  const outputs = programs.flatMap((program) => program.outputs);
  const parts = programs.map(({ result }) => result as Parts<T, E>);
  const recording = record((given: typeof parts) => combine(given, slices), [parts]);
  const fixed = new Map(
    zip(recording.inputs, outputs).map(([block, { address }]) => [block, address]),
  );
  const [combination] = compile(recording, 1, fixed);
  const constants = [...recordings.values(), recording].flatMap((each) => each.constants);
  const owned = [...programs, combination!].flatMap((program) => program.owned);
  return {
    ...{ shared: blocks, slices, programs, combination: combination! },
    owned: [...blocks, ...constants, ...owned],
  };
}

function load({ shared, slices, programs }: Plan, given: readonly Tensor[]): void {
  const whole = given.slice(0, shared.length);
  const sliced = given.slice(shared.length);
  for (const [block, x] of zip(shared, whole)) {
    copyBytes(addressOf(block), addressOf(x.block), x.size * bytesPer[x.dtype]);
  }
  for (const [{ from, to }, { inputs }] of zip(slices, programs)) {
    sliced.forEach((x, i) => {
      const row = (x.size / x.shape[0]!) * bytesPer[x.dtype];
      const first = addressOf(x.block) + from * row;
      copyBytes(inputs[shared.length + i]!, first, (to - from) * row);
    });
  }
}

function replay(plan: Plan, given: readonly Tensor[]): unknown {
  load(plan, given);
  runAll(plan.programs);
  run(plan.combination);
  return collect(plan.combination, (value) => {
    load(plan, given);
    for (const program of [...plan.programs, plan.combination]) {
      const fault = firstToBlame(program, value);
      if (fault !== null) return fault;
    }
    return nonFiniteError("parallel function, from its arguments", 0, value);
  });
}

/**
 * Captures a function f of many trajectories, applies it to slices of them on all threads
 * (`useWorkers`), and combines the results.
 *
 * f takes a tree that all trajectories share and a tree of tensors whose first axis is the trajectory,
 * of which it gets a slice. The tensors of its result `total` are summed over the slices in order; those
 * of `each` have the trajectories as first axis and are joined along it. f must be pure, as for
 * `capture`. Random draws within f need a key for each trajectory, or they depend on the slices.
 *
 * Sums are rounded slice by slice, so the number of slices changes the result by rounding; the number of
 * threads does not change it at all. Within a capture or a derivative the slices are run one after the
 * other and become part of that.
 *
 * @throws ShapeError when sliced tensors differ in their first axis; UsageError unless `slices` is a
 * whole number ≥ 1, and when f returns a plain number in `total`, or one in `each`
 * that differs between slices; NumericError when a result is not finite; WorkerError when a thread has ended.
 */
export function parallel<S, X, T, E>(
  f: (shared: S, sliced: X) => Parts<T, E>,
  { slices: wanted = defaultSlices }: ParallelOptions = {},
): Parallel<S, X, T, E> {
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new UsageError(`parallel: ${wanted} slices; need a whole number of at least one.`);
  }
  const plans = new Map<string, Plan>();
  const planFor = (shared: S, sliced: X, slices: readonly Slice[]): Plan => {
    const key = signature("parallel", [shared, sliced]);
    const plan = plans.get(key) ?? makePlan(f, shared, sliced, slices);
    plans.set(key, plan);
    return plan;
  };
  const plain = (shared: S, sliced: X, slices: readonly Slice[]): Parts<T, E> => {
    const rows = ({ from, to }: Slice) => mapTree(sliced, (x) => slice(x, 0, from, to));
    return combine(
      slices.map((each) => f(shared, rows(each))),
      slices,
    );
  };
  const call = (shared: S, sliced: X): Parts<T, E> => {
    const given = leavesOf([shared, sliced]);
    const slices = cut(batchOf(leavesOf(sliced)), wanted);
    if (isRecording() || trackedBits(given) !== 0) return plain(shared, sliced, slices);
    return replay(planFor(shared, sliced, slices), given) as Parts<T, E>;
  };
  const sum = (figure: (plan: Plan) => number): number =>
    [...plans.values()].reduce((total, plan) => total + figure(plan), 0);
  const programsOf = ({ programs, combination }: Plan) => [...programs, combination];
  return Object.assign(call, {
    statistics: () => ({
      programs: sum((plan) => programsOf(plan).length),
      instructions: sum((plan) =>
        programsOf(plan).reduce((n, { instructions }) => n + instructions.length, 0),
      ),
      bytes: sum(({ owned }) => bytesOf(owned)),
    }),
    forget: () => {
      for (const { owned } of plans.values()) freeBlocks(owned);
      plans.clear();
    },
  });
}
