/** Which variables of the forecast the covariance of an analysis depends on. */
import { ShapeError } from "../engine/index.js";
import { checkFinite, type Series } from "./series.js";

/**
 * Averages derivatives of covariances on a ring of d variables about the variable by which they were taken:
 *
 *     S_ij = (1/n) Σ ∂P_{i+k, j+k}/∂x_k,        n derivatives [d][d], each with its k → [d][d]
 *
 * Indices are those of the ring; the place k itself comes to the index ⌊d/2⌋ of rows and columns. With the
 * derivatives by all d variables, over a long run, it is the contraction ⟨C : ∇ₓ∇_ζ a⟩. For a map that is the same
 * at each place of the ring, one variable for each state has the same mean.
 *
 * @throws ShapeError without derivatives; NumericError for numbers that are not finite.
 * @see bocquet2024, eq. 12
 */
export function localityMean(
  derivatives: Iterable<{ readonly by: number; readonly matrix: Series }>,
): number[][] {
  let S: number[][] = [];
  let n = 0;
  for (const { by: k, matrix } of derivatives) {
    checkFinite("localityMean", matrix);
    const d = matrix.length;
    if (n === 0) S = matrix.map(() => new Array<number>(d).fill(0));
    const place = (i: number) => (((i + k - Math.floor(d / 2)) % d) + d) % d;
    for (const [i, row] of S.entries()) {
      const from = matrix[place(i)]!;
      for (let j = 0; j < d; j++) row[j]! += from[place(j)]!;
    }
    n += 1;
  }
  if (n === 0) throw new ShapeError("localityMean: no derivatives; need one at least.");
  return S.map((row) => row.map((value) => value / n));
}
