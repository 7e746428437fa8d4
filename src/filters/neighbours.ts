import { indices, type Tensor, UsageError } from "../engine/index.js";
import { type Domain, distanceOn } from "../prob/index.js";
import type { Positions } from "./taper.js";

/** Options of `neighbours`. */
export interface NeighbourOptions {
  readonly domain: Domain;
  /**
   * Number of neighbouring components that have one analysis together, that of their mean position: fewer
   * decompositions. @defaultValue 1
   */
  readonly block?: number;
  /**
   * Observations at this distance or farther do not count: at least the cut-off 2c of the half-width c. For
   * a learned c it is a bound: twice the cut-off at the start of learning is a good choice.
   */
  readonly reach: number;
}

/** n patches of p points that are analysed together; a point represents a block of components. */
export interface PatchRun {
  /** n */
  readonly patches: number;
  /** p */
  readonly points: number;
  /** w, the number of sites in the widest window. */
  readonly width: number;
  /** u: the number of sites in all windows together. */
  readonly sites: number;
  /** i32 [n w]: the sites of the windows, numbered among these u sites. */
  readonly windows: Tensor;
  /** Distances from the points to the sites of the windows, [tables, p, w]. */
  readonly distances: Float64Array;
  /** n, or 1 if all patches have equal distances. */
  readonly tables: number;
}

/** The result of `neighbours`. */
export interface Neighbours extends Required<NeighbourOptions> {
  /** d */
  readonly dimension: number;
  /** m; null: all components are sites. */
  readonly observed: number | null;
  readonly runs: readonly PatchRun[];
  /** i32: the components of all patches, one patch after the other; null: 0, 1, …, d − 1. */
  readonly components: Tensor | null;
  /** i32: the sites of all runs, one run after the other; null: in the order given. */
  readonly sites: Tensor | null;
  /** i32 [d]: the index of each component in `components`; null: 0, 1, …, d − 1. */
  readonly order: Tensor | null;
}

/** The approximate number of components in a run. */
const runLength = 256;
/** The least number of points in a patch: products of thinner matrices are slow. */
const fewestPoints = 8;

/**
 * Finds the observations near each component, for local analyses.
 *
 * Components are grouped into patches of p that are next to each other. A patch has a window: the w sites of
 * observations within reach of any of its components, with all p × w distances. Nothing has the size d × m,
 * and weighted sums over windows are products of dense matrices. Patches are grouped into runs, which use
 * the same table of distances where distances are equal, as on a regular grid: then the number of constants
 * does not grow with d. Takes O(d log d + Σ p w) time, once.
 *
 * Without positions of observations every component is a site: an operator then may pick any components,
 * each once, and other ones at each time.
 *
 * @throws UsageError unless all positions are finite, the reach is above 0 and the block is a whole number
 * from 1 to d.
 */
export function neighbours(
  { state, observed }: Pick<Positions, "state"> & Partial<Positions>,
  options: NeighbourOptions,
): Neighbours {
  const { domain, reach, block = 1 } = options;
  if (!(reach > 0)) throw new UsageError(`neighbours: the reach is ${reach}; need more than 0.`);
  const d = state.length;
  const components = inOrder("state", state, domain);
  const sites = observed === undefined ? components : inOrder("observed", observed, domain);
  const blocks = blocksOf(components, block);
  const windowOf = (first: number, last: number) =>
    between(sites.at, blocks[first]!.at - reach, blocks[last]!.at + reach, domain);
  const p = patchSize(blocks.length, sites.at.length, (i) => lengthOf(windowOf(i, i)));
  const firsts = startsOf(blocks.length, p);
  const together = Math.max(1, Math.floor(runLength / p));

  const runs: PatchRun[] = [];
  const ranks: number[] = [];
  for (let i = 0; i < firsts.length; i += together) {
    const patches = firsts.slice(i, i + together).map((first): Patch => {
      const at = blocks.slice(first, first + p).map((each) => each.at);
      return { at, window: windowOf(first, first + p - 1) };
    });
    const span = spanOf(patches, sites.at.length);
    for (let j = span.from; j < span.to; j++) ranks.push(modulo(j, sites.at.length));
    runs.push(likeBefore(runOf(patches, span, sites.at, { domain, reach }), runs.at(-1)));
  }
  const taken = firsts.flatMap((first) =>
    blocks.slice(first, first + p).flatMap((each) => each.components),
  );
  const order = new Array<number>(d);
  taken.forEach((component, i) => {
    order[component] = i;
  });
  return {
    ...{ domain, reach, block, dimension: d, observed: observed?.length ?? null, runs },
    components: unlessInOrder(taken, d),
    sites: unlessInOrder(
      ranks.map((rank) => sites.order[rank]!),
      sites.at.length,
    ),
    order: unlessInOrder(order, taken.length),
  };
}

/** Returns the starts of pieces of `size` that cover n; the last one overlaps if n is no multiple. */
const startsOf = (n: number, size: number): number[] =>
  Array.from({ length: Math.ceil(n / size) }, (_, i) => Math.min(i * size, n - size));

interface Block {
  /** The mean position of its components. */
  readonly at: number;
  readonly components: readonly number[];
}

function blocksOf({ at, order }: Sorted, size: number): readonly Block[] {
  const d = at.length;
  if (!Number.isInteger(size) || size < 1 || size > d) {
    throw new UsageError(
      `neighbours: the block is ${size}; need a whole number from 1 to ${d}, the number of components.`,
    );
  }
  return startsOf(d, size).map((first) => ({
    at: at.slice(first, first + size).reduce((total, x) => total + x, 0) / size,
    components: order.slice(first, first + size),
  }));
}

/** Positions in ascending order, and the index of each before sorting. */
interface Sorted {
  readonly at: readonly number[];
  readonly order: readonly number[];
}

function inOrder(what: string, positions: readonly number[], domain: Domain): Sorted {
  const wrong = positions.findIndex((x) => !Number.isFinite(x));
  if (wrong >= 0 || (what === "state" && positions.length === 0)) {
    const found =
      wrong >= 0
        ? `position ${wrong} of "${what}" is ${positions[wrong]}`
        : `"${what}" has no positions`;
    throw new UsageError(`neighbours: ${found}; need a finite number for each position.`);
  }
  const within =
    domain.kind === "line" ? positions : positions.map((x) => modulo(x, domain.length));
  const order = within.map((_, i) => i).sort((i, j) => within[i]! - within[j]!);
  return { at: order.map((i) => within[i]!), order };
}

const modulo = (x: number, n: number): number => ((x % n) + n) % n;

/** The ranks from, …, to − 1 of sorted sites; on a ring ranks continue beyond its ends. */
interface Span {
  readonly from: number;
  readonly to: number;
}
const lengthOf = ({ from, to }: Span): number => to - from;

interface Patch {
  readonly at: readonly number[];
  readonly window: Span;
}

/** Returns the sites strictly between two positions. */
function between(at: readonly number[], low: number, high: number, domain: Domain): Span {
  const m = at.length;
  const ring = domain.kind === "ring" ? domain.length : 0;
  if (m === 0 || (ring > 0 && high - low >= ring)) return { from: 0, to: m };
  const position = (j: number) => at[modulo(j, m)]! + ring * Math.floor(j / m);
  /** Returns the first rank whose position is beyond x, or also at x. */
  const first = (x: number, orAt: boolean): number => {
    let [below, above] = ring > 0 ? [-m - 1, 2 * m] : [-1, m];
    while (above - below > 1) {
      const middle = Math.floor((below + above) / 2);
      if (orAt ? position(middle) >= x : position(middle) > x) above = middle;
      else below = middle;
    }
    return above;
  };
  const from = first(low, false);
  const to = Math.max(from, first(high, true));
  return to - from >= m ? { from: 0, to: m } : { from, to };
}

/**
 * Returns p: half the mean number of sites near a point. More points widen the windows, fewer use them less.
 */
function patchSize(d: number, m: number, nearby: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < d; i++) total += nearby(i);
  const k = total / d;
  const p = Math.min(d, runLength, Math.max(fewestPoints, Math.ceil(k / 2)));
  if (d <= runLength && p + k >= m) return d;
  return Math.ceil(d / Math.ceil(d / p));
}

/** Returns the span of all sites in the windows. */
function spanOf(patches: readonly Patch[], m: number): Span {
  const from = Math.min(...patches.map(({ window }) => window.from));
  const to = Math.max(...patches.map(({ window }) => window.to));
  return to - from >= m ? { from: 0, to: m } : { from, to };
}

/**
 * Makes a run. Windows narrower than the widest are filled with site 0 at the distance `reach`, which does
 * not count.
 */
function runOf(
  patches: readonly Patch[],
  span: Span,
  sites: readonly number[],
  { domain, reach }: NeighbourOptions,
): PatchRun {
  const m = sites.length;
  const p = patches[0]!.at.length;
  const w = Math.max(...patches.map(({ window }) => lengthOf(window)));
  const whole = lengthOf(span) === m;
  const windows: number[] = [];
  const tables = patches.map(({ at, window }) => {
    const table = new Float64Array(p * w).fill(reach);
    for (let j = 0; j < w; j++) {
      const rank = window.from + j;
      const inside = rank < window.to;
      windows.push(inside ? (whole ? modulo(rank, m) : rank - span.from) : 0);
      for (let i = 0; inside && i < p; i++) {
        table[i * w + j] = distanceOn(domain, at[i]!, sites[modulo(rank, m)]!);
      }
    }
    return table;
  });
  const alike = tables.every((table) => sameNumbers(table, tables[0]!));
  return {
    ...{ patches: patches.length, points: p, width: w, sites: lengthOf(span) },
    windows: indices(windows),
    ...{ distances: alike ? tables[0]! : joined(tables), tables: alike ? 1 : tables.length },
  };
}

function joined(tables: readonly Float64Array[]): Float64Array {
  const size = tables[0]!.length;
  const all = new Float64Array(size * tables.length);
  tables.forEach((table, i) => {
    all.set(table, i * size);
  });
  return all;
}

/** Uses the tables of the run before where those of this run are equal. */
function likeBefore(run: PatchRun, before: PatchRun | undefined): PatchRun {
  if (before === undefined || run.patches !== before.patches || run.width !== before.width)
    return run;
  const distances = sameNumbers(run.distances, before.distances) ? before.distances : run.distances;
  const same = sameNumbers(run.windows.toArray() as number[], before.windows.toArray() as number[]);
  return { ...run, distances, windows: same ? before.windows : run.windows };
}

/** Tells whether numbers are equal up to the rounding of positions. */
const sameNumbers = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (Math.abs(a[i]! - b[i]!) > 1e-12 * Math.abs(b[i]!)) return false;
  }
  return true;
};

/** Returns indices as a tensor; null if they are 0, 1, …, size − 1. */
const unlessInOrder = (order: readonly number[], size: number): Tensor | null =>
  order.length === size && order.every((each, i) => each === i) ? null : indices(order);
