/** Patches and windows against all pairs of positions. */
import { expect, test } from "vitest";
import { type Neighbours, neighbours } from "../../src/filters/index.js";
import { earthRadius, gaussianGrid, sphereGeometry } from "../../src/models/index.js";
import { type Domain, distanceOn, type Position } from "../../src/prob/index.js";
import { gaussianNumbers } from "../support/dense.js";

/** What the lists say: for each component the sites within reach, ascending, with their distances. */
function listed({ runs, components, sites, order, dimension, reach }: Neighbours) {
  const own = (components?.toArray() ?? null) as number[] | null;
  const seen = (sites?.toArray() ?? null) as number[] | null;
  const rows: [number, number][][] = [];
  let start = 0;
  for (const { patches, points, width, windows, distances, sites: u } of runs) {
    const at = windows.toArray() as number[];
    for (let n = 0; n < patches; n++) {
      for (let i = 0; i < points; i++) {
        const row: [number, number][] = [];
        for (let j = 0; j < width; j++) {
          const r = distances[((n * points + i) * width + j) % distances.length]!;
          const rank = start + at[n * width + j]!;
          if (r < reach) row.push([seen?.[rank] ?? rank, r]);
        }
        rows.push(row.sort(([a], [b]) => a - b));
      }
    }
    start += u;
  }
  const where = (order?.toArray() ?? null) as number[] | null;
  return Array.from({ length: dimension }, (_, i) => {
    const position = where?.[i] ?? i;
    expect(own?.[position] ?? position).toBe(i);
    return rows[position]!;
  });
}

const grid = (d: number, step = 1) => Array.from({ length: d }, (_, i) => i * step);
const scattered = (n: number, length: number, seed: number) => {
  const draw = gaussianNumbers(seed);
  return Array.from({ length: n }, () => ((draw() * length) / 3) % length);
};

const ring = (length: number): Domain => ({ kind: "ring", length });
const line: Domain = { kind: "line" };

const earth: Domain = { kind: "sphere", radius: earthRadius };
const gridOf = (T: number): readonly Position[] => sphereGeometry(gaussianGrid(T)).positions;
const onSphere = (n: number, seed: number): Position[] => {
  const draw = gaussianNumbers(seed);
  return Array.from({ length: n }, () => {
    const [x, y, z] = [draw(), draw(), draw()];
    const degrees = 180 / Math.PI;
    return [Math.atan2(y, x) * degrees, Math.atan2(z, Math.hypot(x, y)) * degrees];
  });
};

test.each<[string, readonly Position[], readonly Position[] | undefined, Domain, number]>([
  ["a small ring, all observed", grid(40), undefined, ring(40), 14.56],
  ["a ring, every second", grid(301), grid(151, 2), ring(301), 7],
  ["a ring that patches divide", grid(640), undefined, ring(640), 15],
  ["a line, all observed", grid(500), undefined, line, 9],
  ["a line, few observed", grid(300, 0.1), [3.05, 3.1, 29], line, 1],
  ["scattered positions on a ring", scattered(700, 50, 1), scattered(200, 50, 2), ring(50), 2.5],
  ["scattered positions on a line", scattered(300, 9, 3), scattered(280, 9, 4), line, 0.4],
  ["everything within reach", grid(30), grid(11, 3), ring(30), Infinity],
  ["just half the ring", grid(12), undefined, ring(12), 6],
  ["nothing observed", grid(20), [], line, 3],
  ["a gap between two clusters", grid(300, 0.01), [0.1, 0.2, 2.5, 2.6], line, 0.305],
  ["a grid on the sphere, all observed", gridOf(10), undefined, earth, 2],
  [
    "a grid on the sphere, every third",
    gridOf(10),
    gridOf(10).filter((_, i) => i % 3 === 0),
    earth,
    3,
  ],
  ["stations on the sphere", onSphere(500, 5), onSphere(90, 6), earth, 1.5],
  [
    "the poles and their antipodes",
    onSphere(40, 7),
    [
      [0, 90],
      [10, -90],
      [0, 0],
      [180, 0],
    ],
    earth,
    15,
  ],
  ["half of the sphere within reach", onSphere(300, 8), onSphere(300, 9), earth, 10],
  ["all of the sphere within reach", onSphere(30, 8), onSphere(20, 9), earth, Infinity],
])("%s", (_, state, observed, domain, reach) => {
  const found = listed(neighbours(observed ? { state, observed } : { state }, { domain, reach }));
  const sites = observed ?? state;
  state.forEach((x, i) => {
    const expected = sites
      .map((s, j) => [j, distanceOn(domain, x, s)] as const)
      .filter(([, r]) => r < reach - 1e-9);
    expect(found[i]!.map(([j]) => j)).toEqual(expected.map(([j]) => j));
    expected.forEach(([, r], j) => {
      // positions are brought into the ring before distances are taken: rounding
      expect(Math.abs(found[i]![j]![1] - r)).toBeLessThan(1e-12 * 50);
    });
  });
});

test("a regular grid has one table of distances, whatever its length", () => {
  const numbersOf = (d: number) => {
    const { runs } = neighbours({ state: grid(d) }, { domain: ring(d), reach: 15 });
    return [...new Set(runs.map(({ distances }) => distances))].reduce((n, t) => n + t.length, 0);
  };
  expect(numbersOf(32768)).toBe(numbersOf(4096));
});

test("what cannot be is refused", () => {
  const near = { domain: line, reach: 2 };
  expect(() => neighbours({ state: [0, 1] }, { ...near, reach: 0 })).toThrow(
    /the reach is 0; need/,
  );
  expect(() => neighbours({ state: [] }, near)).toThrow(/"state" has no positions; need a finite/);
  expect(() => neighbours({ state: [0, 1] }, { ...near, block: 3 })).toThrow(
    /the block is 3; need a whole number from 1 to 2/,
  );
  const missing = { state: [0, 1], observed: [0, Number.NaN] };
  expect(() => neighbours(missing, near)).toThrow(/position 1 of "observed" is NaN; need a finite/);
  const places = { state: [[0, 90], 7] as Position[] };
  expect(() => neighbours(places, { domain: earth, reach: 2 })).toThrow(
    /position 1 of "state" is 7; need longitude and latitude in degrees for each/,
  );
  expect(() => neighbours(places, near)).toThrow(/position 0 of "state" is 0,90; need a finite/);
});
