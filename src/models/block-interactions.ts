import {
  add,
  cumulativeSum,
  eye,
  gather,
  indices,
  matmul,
  mul,
  reshape,
  ShapeError,
  sub,
  Tensor,
  tensor,
} from "../engine/index.js";
import { floatType, type Scalar, vectorOf } from "../prob/index.js";

/** Interactions of species in groups: one number for each pair of groups. */
export interface BlockInteractions {
  /** a: one number for each block, [k(k + 1)/2]: the upper block triangle row by row. */
  readonly blocks: Tensor | readonly Scalar[];
  /** δ: effect of a species on its own growth rate, as a loss; one number or []. @defaultValue 0 */
  readonly selfLimitation?: Scalar;
}

/** The groups of d species, and the positions of their interactions in a. */
interface Groups {
  readonly a: Tensor;
  /** Index of the last species of each group, [k]. */
  readonly ends: readonly number[];
  /** Group of each species, [d]. */
  readonly of: readonly number[];
  /** Index in a of a_gh, or of a_hg, [k²]. */
  readonly positions: readonly number[];
}

/** Divides d species into k groups of d/k species, rounded to whole numbers. */
function groupsOf(a: Tensor, d: number): Groups {
  const n = a.shape.at(-1) ?? 0;
  const k = Math.round((Math.sqrt(8 * n + 1) - 1) / 2);
  if (a.shape.length !== 1 || k < 1 || (k * (k + 1)) / 2 !== n || k > d) {
    throw new ShapeError(
      `lotkaVolterra: the blocks are [${a.shape}] for ${d} species; need k(k + 1)/2 values for k ≤ ${d} groups: 10 for four groups.`,
    );
  }
  const ends = Array.from({ length: k }, (_, g) => Math.round(((g + 1) * d) / k) - 1);
  const of = Array.from({ length: d }, (_, i) => ends.findIndex((end) => i <= end));
  const row = (g: number) => g * k - (g * (g - 1)) / 2;
  const positions = square(k, (g, h) => row(Math.min(g, h)) + Math.abs(h - g));
  return { a, ends, of, positions };
}

const square = (k: number, entry: (g: number, h: number) => number): number[] =>
  Array.from({ length: k * k }, (_, i) => entry(Math.floor(i / k), i % k));

const asVector = (blocks: BlockInteractions["blocks"]): Tensor =>
  blocks instanceof Tensor ? blocks : vectorOf(blocks);

/**
 * Returns the matrix M [k, k] of the sums e at the ends: with S_h = e_h − e_{h−1} the sum of a group,
 *
 *     (M e)_g = a_gg (e_g + e_{g−1}) + Σ_{h>g} a_gh S_h − Σ_{h<g} a_hg S_h
 */
function betweenEnds({ a, positions }: Groups): Tensor {
  const k = Math.round(Math.sqrt(positions.length));
  const dtype = floatType(a);
  const constant = (entry: (g: number, h: number) => number) =>
    tensor(square(k, entry), { shape: [k, k], dtype });
  const values = reshape(gather(a, indices(positions), 0), [k, k]);
  const across = mul(
    values,
    constant((g, h) => Math.sign(h - g)),
  );
  const within = mul(values, eye(k, dtype));
  const differences = constant((g, h) => Number(g === h) - Number(h === g - 1));
  const pairs = constant((g, h) => Number(g === h || h === g - 1));
  return add(matmul(across, differences), matmul(within, pairs));
}

/**
 * Returns the product x ↦ A x for states [..., d], with the antisymmetric interactions
 *
 *     A_ij = a_gh (i < j),   A_ij = −a_hg (i > j),   A_ii = −δ        i in group g, j in group h
 *
 * k groups of consecutive species have k(k + 1)/2 numbers, those of the upper block triangle row by row:
 * a₁…a₁₀ for four groups. Within a group a_gg stands above the diagonal and −a_gg below. The gain of one
 * species is the loss of another, so that abundances oscillate about the steady state; with δ > 0 they
 * approach it.
 *
 * With running sums c_i = Σ_{j ≤ i} x_j and those at the ends of the groups, e_g,
 *
 *     (A x)_i = (M e)_g + a_gg (x_i − 2 c_i) − δ x_i,       M [k, k]
 *
 * so a product takes O(d) operations, and A is not formed.
 *
 * @throws ShapeError unless there are k(k + 1)/2 numbers for k ≤ d groups.
 * @see adrian2026, 4.3, figure 6 and appendix F.3; δ is ours
 */
export function blockProduct(
  { blocks, selfLimitation: delta }: BlockInteractions,
  d: number,
): (x: Tensor) => Tensor {
  const groups = groupsOf(asVector(blocks), d);
  const { a, ends, of, positions } = groups;
  const k = ends.length;
  const M = betweenEnds(groups); // [k, k]
  const own = gather(a, indices(of.map((g) => positions[g * k + g]!)), 0); // [d]
  const slope = delta === undefined ? own : sub(own, delta); // coefficient of x_i
  const twice = mul(-2, own);
  return (x) => {
    const c = cumulativeSum(x, -1); // [..., d]
    const e = reshape(gather(c, indices(ends), -1), [-1, k]);
    const ofGroup = reshape(matmul(e, M, { transposeB: true }), [...x.shape.slice(0, -1), k]);
    return add(gather(ofGroup, indices(of), -1), add(mul(slope, x), mul(twice, c)));
  };
}

/**
 * Returns the matrix A [d, d] of `blockProduct`, to show it or to compare it with another.
 *
 * @throws ShapeError unless there are k(k + 1)/2 numbers for k ≤ d groups.
 * @see adrian2026, 4.3
 */
export function blockMatrix(
  { blocks, selfLimitation: delta = 0 }: BlockInteractions,
  d: number,
): Tensor {
  const { a, of, positions, ends } = groupsOf(asVector(blocks), d);
  const entry = (i: number, j: number) => positions[of[i]! * ends.length + of[j]!]!;
  const values = reshape(gather(a, indices(square(d, entry)), 0), [d, d]);
  const dtype = floatType(a);
  const signs = tensor(
    square(d, (i, j) => Math.sign(j - i)),
    { shape: [d, d], dtype },
  );
  return sub(mul(values, signs), mul(delta, eye(d, dtype)));
}
