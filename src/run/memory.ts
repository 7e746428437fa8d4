/**
 * The memory that `kalmia run` takes at its peak, from counts: nothing of it is made.
 *
 *     process     155 MB     Node, the modules, two threads, the drawing of an empty report
 *     programs    15 MB + c (11 kB G + 12 kB (1 + r) H)      where something is learned
 *     tensors     T (G + (1 + r) H)
 *     record      1 kB for each value that is read, 24 bytes for each number that is simulated
 *     results     0.7 kB V + 90 MB (1 − exp(−V/10⁴))
 *
 * A cycle has c instructions and T bytes of numbers with their derivatives. Programs of gradients hold G
 * cycles, those of curvatures H cycles with r directions at a time. V is the number of variables at
 * all times that the results have. What is recorded and drawn leaves garbage, which V8 collects when its heap
 * has grown enough: so programs and results cost more than what is left of them, and the first results most.
 *
 * The constants were measured (docs/decisions/0046-memory-and-time-told.md; `npm run bench -- advice`).
 */

/** The memory of a run by what takes it, in bytes. */
export interface Memory {
  /** Node, the modules, the threads and the drawing of a report. */
  readonly process: number;
  /** Instructions of programs that learn, and what recording them leaves. */
  readonly programs: number;
  /** Numbers of the programs, in the memory of WebAssembly. */
  readonly tensors: number;
  /** Observations that are read, or truths and observations that are simulated. */
  readonly record: number;
  /** States in plain numbers, their table and figures. */
  readonly results: number;
  readonly total: number;
}

/** What a run makes. */
export interface RunCounts {
  /** c, instructions of the loss of one cycle. */
  readonly instructions: number;
  /** T, bytes of one cycle with its gradient; where nothing is learned, of the program that filters. */
  readonly cycleBytes: number;
  /** G, cycles that the programs of gradients hold; 0: nothing is learned. */
  readonly gradientCycles: number;
  /** (1 + r) H, cycles that the programs of curvatures hold times the directions; 0: there is no refinement. */
  readonly curvatureCycles: number;
  /** Values that are read from a record. */
  readonly observed: number;
  /** Numbers of truths and observations that are simulated, and of the states of a long run of the model. */
  readonly simulated: number;
  /** Times that are filtered, those of the forecast included. */
  readonly filtered: number;
  /** d */
  readonly variables: number;
}

/** The largest memory of WebAssembly, which holds the tensors. */
export const addressable = 2 ** 32;

const kilo = 1e3;
const mega = 1e6;

/** Returns the memory of a run. */
export function memoryOf(counts: RunCounts): Memory {
  const { instructions, cycleBytes, gradientCycles, curvatureCycles } = counts;
  const { observed, simulated, filtered, variables } = counts;
  const V = filtered * variables;
  const learns = gradientCycles > 0;
  const parts = {
    process: 155 * mega,
    programs: learns
      ? 15 * mega + instructions * kilo * (11 * gradientCycles + 12 * curvatureCycles)
      : 0,
    tensors: cycleBytes * (Math.max(1, gradientCycles) + curvatureCycles),
    record: kilo * observed + 24 * simulated,
    results: 0.7 * kilo * V + 90 * mega * -Math.expm1(-V / 1e4),
  };
  return { ...parts, total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0) };
}
