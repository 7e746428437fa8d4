/**
 * Which observations lie near which components, for local analyses.
 *
 * Components are taken in patches of p that lie side by side. A patch has a window: the w sites of
 * observations within reach of any of its components, with all p × w distances. Nothing is of size
 * d × m, and weighted sums over windows are products of dense matrices. Patches go in runs, which
 * share their distances where they look alike, as on a regular grid: then constants are few, however
 * large d is. Made once, in O(d log d + Σ p w).
 */
import { indices, type Tensor, UsageError } from "../engine/index.js";
import { type Domain, distanceOn } from "../prob/index.js";

export interface Places {
  /** Of the components of the state, [d]. */
  readonly state: readonly number[];
  /**
   * Of the observations, [m]. Without them every component is a site: whatever components an operator
   * picks, each once, are observed there, be it others every time.
   */
  readonly observed?: readonly number[];
}

export interface Vicinity {
  readonly domain: Domain;
  /**
   * Components side by side that share one analysis, that of the place in their middle: fewer
   * decompositions. @defaultValue 1
   */
  readonly block?: number;
  /**
   * Observations at this distance or farther do not count: at least the cut-off 2c of the half-width
   * c. Of a c that is learned it is a bound: twice the cut-off that learning starts from leaves it room.
   */
  readonly reach: number;
}

/** n patches of p points that are analysed together; a point stands for a block of components. */
export interface PatchRun {
  /** n, p and w. */
  readonly patches: number;
  readonly points: number;
  readonly width: number;
  /** u: how many sites the windows have together. */
  readonly sites: number;
  /** i32 [n w]: the windows, as places among these u sites. */
  readonly windows: Tensor;
  /** From the points to the sites of the windows, [tables, p, w]. */
  readonly distances: Float64Array;
  /** n, or 1 if the patches are all alike. */
  readonly tables: number;
}

export interface Neighbours extends Required<Vicinity> {
  /** d */
  readonly dimension: number;
  /** m; null: all components are sites. */
  readonly observed: number | null;
  readonly runs: readonly PatchRun[];
  /** i32: the components of all patches, one after the other; null: in their order. */
  readonly components: Tensor | null;
  /** i32: the sites of all runs; null: in their order. */
  readonly sites: Tensor | null;
  /** i32 [d]: where in `components` each component is; null: in its place. */
  readonly places: Tensor | null;
}

/** Components that a run takes together, about. */
const runLength = 256;
/** Fewer points make matrices too thin. */
const fewestPoints = 8;

export function neighbours({ state, observed }: Places, vicinity: Vicinity): Neighbours {
  const { domain, reach, block = 1 } = vicinity;
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
  const order = firsts.flatMap((first) =>
    blocks.slice(first, first + p).flatMap((each) => each.components),
  );
  const places = new Array<number>(d);
  order.forEach((component, place) => {
    places[component] = place;
  });
  return {
    ...{ domain, reach, block, dimension: d, observed: observed?.length ?? null, runs },
    components: unlessInOrder(order, d),
    sites: unlessInOrder(
      ranks.map((rank) => sites.order[rank]!),
      sites.at.length,
    ),
    places: unlessInOrder(places, order.length),
  };
}

/** Where pieces of `size` begin that cover n; the last reaches back where n is no multiple. */
const startsOf = (n: number, size: number): number[] =>
  Array.from({ length: Math.ceil(n / size) }, (_, i) => Math.min(i * size, n - size));

interface Block {
  /** The middle of its components' places. */
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

/** Places in ascending order, and whose they are. */
interface Sorted {
  readonly at: readonly number[];
  readonly order: readonly number[];
}

function inOrder(what: string, places: readonly number[], domain: Domain): Sorted {
  const wrong = places.findIndex((x) => !Number.isFinite(x));
  if (wrong >= 0 || (what === "state" && places.length === 0)) {
    const found = wrong >= 0 ? `place ${wrong} of "${what}" is ${places[wrong]}` : "there are none";
    throw new UsageError(`neighbours: ${found}; need a finite number for each.`);
  }
  const within = domain.kind === "line" ? places : places.map((x) => modulo(x, domain.length));
  const order = within.map((_, i) => i).sort((i, j) => within[i]! - within[j]!);
  return { at: order.map((i) => within[i]!), order };
}

const modulo = (x: number, n: number): number => ((x % n) + n) % n;

/** Ranks from … to − 1 of sites in their order, on a ring counted on beyond its ends. */
interface Span {
  readonly from: number;
  readonly to: number;
}
const lengthOf = ({ from, to }: Span): number => to - from;

interface Patch {
  readonly at: readonly number[];
  readonly window: Span;
}

/** The sites strictly between two places. */
function between(at: readonly number[], low: number, high: number, domain: Domain): Span {
  const m = at.length;
  const ring = domain.kind === "ring" ? domain.length : 0;
  if (m === 0 || (ring > 0 && high - low >= ring)) return { from: 0, to: m };
  const place = (j: number) => at[modulo(j, m)]! + ring * Math.floor(j / m);
  /** The first rank whose place is beyond x, or at it. */
  const first = (x: number, orAt: boolean): number => {
    let [below, above] = ring > 0 ? [-m - 1, 2 * m] : [-1, m];
    while (above - below > 1) {
      const middle = Math.floor((below + above) / 2);
      if (orAt ? place(middle) >= x : place(middle) > x) above = middle;
      else below = middle;
    }
    return above;
  };
  const from = first(low, false);
  const to = Math.max(from, first(high, true));
  return to - from >= m ? { from: 0, to: m } : { from, to };
}

/** Half as many points as have sites near them: more would widen windows, fewer fill them less. */
function patchSize(d: number, m: number, nearby: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < d; i++) total += nearby(i);
  const k = total / d;
  const p = Math.min(d, runLength, Math.max(fewestPoints, Math.ceil(k / 2)));
  if (d <= runLength && p + k >= m) return d;
  return Math.ceil(d / Math.ceil(d / p));
}

/** All sites of the windows. */
function spanOf(patches: readonly Patch[], m: number): Span {
  const from = Math.min(...patches.map(({ window }) => window.from));
  const to = Math.max(...patches.map(({ window }) => window.to));
  return to - from >= m ? { from: 0, to: m } : { from, to };
}

/** Windows that are narrower than the widest are filled with site 0, out of reach. */
function runOf(
  patches: readonly Patch[],
  span: Span,
  sites: readonly number[],
  { domain, reach }: Vicinity,
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

/** The run before's own tables, where this one's are the same. */
function likeBefore(run: PatchRun, before: PatchRun | undefined): PatchRun {
  if (before === undefined || run.patches !== before.patches || run.width !== before.width)
    return run;
  const distances = sameNumbers(run.distances, before.distances) ? before.distances : run.distances;
  const same = sameNumbers(run.windows.toArray() as number[], before.windows.toArray() as number[]);
  return { ...run, distances, windows: same ? before.windows : run.windows };
}

/** Equal but for the rounding of places. */
const sameNumbers = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (Math.abs(a[i]! - b[i]!) > 1e-12 * Math.abs(b[i]!)) return false;
  }
  return true;
};

const unlessInOrder = (places: readonly number[], size: number): Tensor | null =>
  places.length === size && places.every((place, i) => place === i) ? null : indices(places);
