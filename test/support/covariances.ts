/** One covariance of every kind for five components, and the matrix that each stands for. */
import { tensor } from "../../src/engine/index.js";
import { type Covariance, upperBand, upperPlaces } from "../../src/prob/index.js";
import { diagonalOf, flip, type Matrix, make, plus, times } from "./dense.js";

export const dimension = 5;
const d = dimension;
const v = [0.5, 1, 2, 0.1, 3];
const B = make(d, 3, (i, j) => Math.sin(1 + 2 * i + 3 * j));
const gram = (F: Matrix): Matrix => times(F, flip(F));

/** U of entries 1, 2, … over 4 in the order of the places. */
function triangular(pattern: ReturnType<typeof upperBand>): { C: Covariance; matrix: Matrix } {
  const U = make(d, d, () => 0);
  const entries = pattern.places.map((_, k) => Math.cos(k) + 0.1 * k);
  pattern.places.forEach(([i, j], k) => {
    U[i]![j] = entries[k]!;
  });
  return { C: { kind: "triangular", entries: tensor(entries), pattern }, matrix: gram(U) };
}

const update = (base: Covariance): Covariance => ({ kind: "update", base, factor: tensor(B) });

const band = triangular(upperBand(d, 1));
const listed = triangular(
  upperPlaces(d, [
    [0, 0],
    [1, 4],
    [0, 3],
    [2, 2],
  ]),
);
const S = make(d, d, (i, j) => 1 / (1 + Math.abs(i - j)));

export const covariances: readonly {
  readonly name: string;
  readonly C: Covariance;
  readonly matrix: Matrix;
}[] = [
  {
    name: "diagonal",
    C: { kind: "diagonal", variance: tensor(v) },
    matrix: diagonalOf(v),
  },
  { name: "dense [d, p]", C: { kind: "dense", factor: tensor(B) }, matrix: gram(B) },
  { name: "upper band", ...band },
  { name: "upper places", ...listed },
  {
    name: "update of one variance",
    C: update({ kind: "diagonal", variance: 0.7 }),
    matrix: plus(diagonalOf(v.map(() => 0.7)), gram(B)),
  },
  { name: "update of a factor", C: update(band.C), matrix: plus(band.matrix, gram(B)) },
  { name: "matrix", C: { kind: "matrix", matrix: tensor(S) }, matrix: S },
];
