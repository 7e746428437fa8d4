/** Arrays in plain JavaScript, element by element, with numpy's rules for shapes: the other side of a comparison. */

export interface Plain {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What numpy refuses. */
export class Refused extends Error {}

const refuseUnless = (fits: boolean): void => {
  if (!fits) throw new Refused();
};

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** All positions of a shape, the last axis fastest. */
function positionsOf(shape: readonly number[]): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const at = new Array<number>(shape.length);
    let rest = flat;
    for (let i = shape.length - 1; i >= 0; i--) {
      at[i] = rest % shape[i]!;
      rest = Math.floor(rest / shape[i]!);
    }
    return at;
  });
}

/** The element at a position; axes of length one are stretched, and leading ones may be missing. */
function element(x: Plain, at: readonly number[]): number {
  const own = at.slice(at.length - x.shape.length);
  return x.data[x.shape.reduce((flat, n, i) => flat * n + (n === 1 ? 0 : own[i]!), 0)]!;
}

/** An array from the element at each position. */
export const build = (shape: readonly number[], f: (at: readonly number[]) => number): Plain => ({
  shape,
  data: positionsOf(shape).map(f),
});

export function commonShape(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const lengths = shapes.map((shape) => shape[shape.length - rank + i] ?? 1);
    const wide = lengths.filter((n) => n !== 1);
    refuseUnless(wide.every((n) => n === wide[0]));
    return wide[0] ?? 1;
  });
}

export const elementwise = (f: (...values: number[]) => number, ...xs: Plain[]): Plain =>
  build(commonShape(...xs.map(({ shape }) => shape)), (at) => f(...xs.map((x) => element(x, at))));

export function stretch(x: Plain, shape: readonly number[]): Plain {
  const common = commonShape(x.shape, shape);
  refuseUnless(common.length === shape.length && common.every((n, i) => n === shape[i]));
  return build(shape, (at) => element(x, at));
}

/** Reduces the given axes by f; `least` is the number of elements that it needs. */
export function reduced(
  x: Plain,
  axes: readonly number[],
  keepDims: boolean,
  least: number,
  f: (values: readonly number[]) => number,
): Plain {
  refuseUnless(axes.reduce((n, axis) => n * x.shape[axis]!, 1) >= least);
  const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
  const all = positionsOf(x.shape);
  const y = build(kept, (at) =>
    f(
      all
        .filter((other) => other.every((p, i) => axes.includes(i) || p === at[i]))
        .map((other) => element(x, other)),
    ),
  );
  return keepDims ? y : { shape: x.shape.filter((_, i) => !axes.includes(i)), data: y.data };
}

export function reshaped(x: Plain, shape: readonly number[]): Plain {
  const known = sizeOf(shape.filter((n) => n !== -1));
  const open = shape.filter((n) => n === -1).length;
  refuseUnless(open === 0 || (open === 1 && known > 0 && x.data.length % known === 0));
  const whole = shape.map((n) => (n === -1 ? x.data.length / known : n));
  refuseUnless(sizeOf(whole) === x.data.length);
  return { shape: whole, data: x.data };
}

export const permuted = (x: Plain, order: readonly number[]): Plain =>
  build(
    order.map((axis) => x.shape[axis]!),
    (at) => {
      const from = new Array<number>(order.length);
      order.forEach((axis, i) => {
        from[axis] = at[i]!;
      });
      return element(x, from);
    },
  );

/** The axis gets another length; `from` says where an entry comes from, null: it is 0. */
function along(
  x: Plain,
  axis: number,
  length: number,
  from: (entry: number) => number | null,
): Plain {
  return build(x.shape.with(axis, length), (at) => {
    const entry = from(at[axis]!);
    // Positions of an axis of length one are those of a stretched one: look the entry up exactly.
    return entry === null ? 0 : x.data[flatOf(x.shape, at.with(axis, entry))]!;
  });
}

const flatOf = (shape: readonly number[], at: readonly number[]): number =>
  shape.reduce((flat, n, i) => flat * n + at[i]!, 0);

export function sliced(x: Plain, axis: number, start: number, stop: number): Plain {
  refuseUnless(0 <= start && start <= stop && stop <= x.shape[axis]!);
  return along(x, axis, stop - start, (i) => start + i);
}

export function padded(x: Plain, axis: number, before: number, after: number): Plain {
  const n = x.shape[axis]!;
  return along(x, axis, before + n + after, (i) =>
    before <= i && i < before + n ? i - before : null,
  );
}

export function rolled(x: Plain, by: number, axis: number): Plain {
  const n = x.shape[axis]!;
  return along(x, axis, n, (i) => (((i - by) % n) + n) % n);
}

export function gathered(x: Plain, indices: readonly number[], axis: number): Plain {
  refuseUnless(indices.every((i) => 0 <= i && i < x.shape[axis]!));
  return along(x, axis, indices.length, (i) => indices[i]!);
}

export function scattered(x: Plain, indices: readonly number[], size: number, axis: number): Plain {
  refuseUnless(indices.length === x.shape[axis] && indices.every((i) => 0 <= i && i < size));
  const data = new Array<number>(sizeOf(x.shape.with(axis, size))).fill(0);
  positionsOf(x.shape).forEach((at, flat) => {
    const to = flatOf(x.shape.with(axis, size), at.with(axis, indices[at[axis]!]!));
    data[to] = data[to]! + x.data[flat]!;
  });
  return { shape: x.shape.with(axis, size), data };
}

export function joined(xs: readonly Plain[], axis: number): Plain {
  const [first] = xs as [Plain];
  refuseUnless(
    xs.every(
      ({ shape }) =>
        shape.length === first.shape.length &&
        shape.every((n, i) => i === axis || n === first.shape[i]),
    ),
  );
  const total = xs.reduce((n, { shape }) => n + shape[axis]!, 0);
  return build(first.shape.with(axis, total), (at) => {
    let entry = at[axis]!;
    const x = xs.find(({ shape }) => {
      if (entry < shape[axis]!) return true;
      entry -= shape[axis]!;
      return false;
    })!;
    return x.data[flatOf(x.shape, at.with(axis, entry))]!;
  });
}

export const summedUp = (x: Plain, axis: number, reverse: boolean): Plain =>
  build(x.shape, (at) => {
    let sum = 0;
    const n = x.shape[axis]!;
    for (let i = reverse ? at[axis]! : 0; i < (reverse ? n : at[axis]! + 1); i++) {
      sum += x.data[flatOf(x.shape, at.with(axis, i))]!;
    }
    return sum;
  });

export function product(a: Plain, b: Plain): Plain {
  refuseUnless(a.shape.length >= 2 && b.shape.length >= 2 && a.shape.at(-1) === b.shape.at(-2));
  const lead = commonShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [m, k, n] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  const [A, B] = [stretch(a, [...lead, m, k]), stretch(b, [...lead, k, n])];
  return build([...lead, m, n], (at) => {
    const [i, j] = at.slice(-2) as [number, number];
    const before = at.slice(0, -2);
    let sum = 0;
    for (let l = 0; l < k; l++) {
      sum +=
        A.data[flatOf(A.shape, [...before, i, l])]! * B.data[flatOf(B.shape, [...before, l, j])]!;
    }
    return sum;
  });
}
