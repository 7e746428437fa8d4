/**
 * Variables of which nothing is known before the record: an exact diffuse start.
 *
 *     x = m + A δ + L z,    z ~ N(0, I),  δ flat on ℝ^q
 *
 * A value y_i = h_i x + η_i with a = h_i A ≠ 0 determines one δ_j. With the column j of A as it is seen by all
 * values and by the state, and g = A_j/a_j,
 *
 *     x ← x + g (y_i − h_i x):    A ← A − g a,   L ← (I − g h_i) L,   noise −g η_i,   ℓ_i = −½ log 2π − log |a_j|
 *
 * after which column j is 0. That is the limit of a prior variance κ → ∞: of the states, and of ℓ + ½ log κ for
 * each δ. What is left of the values is analysed as usual. Whether a is 0 or the rounding of 0 is decided with a
 * bound E of the rounding errors of A, that is carried along with it, so it does not depend on units.
 *
 * @see durbin2012, 5.2 and 5.3; dejong1991 for the augmented filter
 */
import {
  abs,
  add,
  concat,
  cumulativeSum,
  div,
  epsilon,
  equal,
  expandDims,
  greater,
  greaterEqual,
  index,
  lessEqual,
  log,
  matmul,
  matvec,
  max,
  mul,
  pad,
  slice,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../engine/index.js";
import { floatType } from "../prob/index.js";
import { diagonalRows, joined } from "./factor-analysis.js";

/** The flat directions of a state. */
export interface Diffuse {
  /** A [..., d, q]; a column is 0 once it is determined. */
  readonly directions: Tensor;
  /** E [..., d, q], |error of A| ≤ E */
  readonly rounding: Tensor;
}

/** How far a number must stand out of its rounding errors to count. */
const clear = 16;

/** Returns the flat directions before the record: a column of the identity for each variable that is diffuse. */
export function diffuseStart(flags: readonly boolean[], dtype: "f64" | "f32"): Diffuse {
  const columns = flags.flatMap((flag, i) => (flag ? [i] : []));
  const rows = flags.map((_, i) => columns.map((j) => Number(i === j)));
  const shape = [flags.length, columns.length];
  return { directions: tensor(rows, { shape, dtype }), rounding: zeros(shape, dtype) };
}

/** |M| E + ε |M| |A|: the rounding of M A. */
function roundingOf(M: Tensor, { directions: A, rounding: E }: Diffuse): Tensor {
  const size = abs(stopGradient(M));
  return matmul(size, add(E, mul(epsilon[floatType(A)], abs(stopGradient(A)))));
}

/** Returns M A with its rounding: A after a model step, or as it is observed. */
export const movedBy = (M: Tensor, diffuse: Diffuse): Diffuse => ({
  directions: matmul(M, diffuse.directions),
  rounding: roundingOf(M, diffuse),
});

/** One value that was looked at for a flat direction. */
export interface Determination {
  /** 1 in the place j of the direction that it determines, [..., q]; else 0. */
  readonly place: Tensor;
  /** a/a_j [..., q], (y_i − h_i m)/a_j [..., 1] and the sources of value i, divided by a_j, [..., n]. */
  readonly loading: Tensor;
  readonly innovation: Tensor;
  readonly sources: Tensor;
}

/** The joint normal of values and state, without the directions that the values determine. */
export interface Determined {
  /** Rows [..., n, m + d]; columns of values that determined a direction are 0. */
  readonly rows: Tensor;
  /** y − h m of the values, and minus the change of the mean of the state, [..., m + d]. */
  readonly shift: Tensor;
  /** 1 for values that determined a direction, [..., m]. */
  readonly used: Tensor;
  /** Σ log |a_j|, [...] */
  readonly volume: Tensor;
  /** Of the state. */
  readonly diffuse: Diffuse;
  readonly steps: readonly Determination[];
}

/**
 * Lets the values determine flat directions, one after the other.
 *
 * @param rows of the joint normal of m values and the state, `observedRows`, [..., n, m + d].
 * @param r y − h m, [..., m]
 */
export function determine(rows: Tensor, r: Tensor, H: Tensor, diffuse: Diffuse): Determined {
  const m = r.shape.at(-1)!;
  const d = rows.shape.at(-1)! - m;
  const seen = movedBy(H, diffuse);
  let A = joined([seen.directions, diffuse.directions], -2); // [..., m + d, q]
  let E = joined([seen.rounding, diffuse.rounding], -2);
  let C = rows;
  let shift = concat([r, zeros([...r.shape.slice(0, -1), d], floatType(r))], -1); // [..., m + d]
  const steps: Determination[] = [];
  const used: Tensor[] = [];
  let volume: Tensor | null = null;
  for (let i = 0; i < m; i++) {
    const a = index(A, -2, i); // [..., q]
    const e = index(E, -2, i);
    const place = placeOf(stopGradient(a), e);
    const found = sum(place, -1, { keepDims: true }); // [..., 1]
    const pivot = add(sum(mul(place, a), -1, { keepDims: true }), sub(1, found)); // a_j, or 1
    const g = div(matvec(A, place), pivot); // [..., m + d]
    const c = index(C, -1, i); // [..., n]
    const rho = slice(shift, -1, i, i + 1); // [..., 1]
    steps.push({
      place,
      loading: div(a, pivot),
      innovation: div(rho, pivot),
      sources: div(c, pivot),
    });
    C = sub(C, mul(expandDims(c, -1), expandDims(g, -2)));
    shift = sub(shift, mul(g, rho));
    const left = expandDims(sub(1, place), -2);
    const size = abs(stopGradient(g));
    const lost = add(e, mul(epsilon[floatType(a)], abs(stopGradient(a))));
    A = mul(sub(A, mul(expandDims(g, -1), expandDims(a, -2))), left);
    E = mul(add(E, mul(expandDims(size, -1), expandDims(lost, -2))), left);
    used.push(found);
    const term = sum(log(abs(pivot)), -1);
    volume = volume === null ? term : add(volume, term);
  }
  return {
    ...{ rows: C, shift, used: concat(used, -1), volume: volume ?? zeros([], floatType(r)) },
    diffuse: { directions: slice(A, -2, m, m + d), rounding: slice(E, -2, m, m + d) },
    steps,
  };
}

/**
 * The rows of what is left, [..., n + m, m + d]: a value that determined a direction counts as a gap, with a
 * source of its own.
 */
export function determinedRows({ rows, used }: Determined): Tensor {
  const m = used.shape.at(-1)!;
  const own = diagonalRows(used, slice(rows, -1, 0, m));
  return joined([rows, pad(own, -1, 0, rows.shape.at(-1)! - m)], -2);
}

/** 1 in the place of the loading that stands out most of its rounding, if any does; else 0, [..., q]. */
function placeOf(a: Tensor, e: Tensor): Tensor {
  const clarity = div(abs(a), add(e, equal(e, 0))); // [..., q]; e is 0 only where a is
  const best = max(clarity, -1, { keepDims: true });
  const among = mul(greaterEqual(clarity, best), greater(best, clear));
  return mul(among, lessEqual(cumulativeSum(among, -1), 1));
}

/** 1 for variables of which nothing is known yet, [..., d]. */
export const unknownVariables = ({ directions: A, rounding: E }: Diffuse): Tensor =>
  max(greater(abs(stopGradient(A)), mul(clear, E)), -1);
