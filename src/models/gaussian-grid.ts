/** Gauss's quadrature on [−1, 1], and the grid of latitudes and longitudes that it makes on the sphere. */

/** Nodes and weights of a quadrature. */
export interface Quadrature {
  /** μ, descending, [n]. */
  readonly nodes: readonly number[];
  /** w, adding up to 2, [n]. */
  readonly weights: readonly number[];
}

/** Newton steps from a start whose error is of order n⁻⁴: four reach full precision. */
const iterations = 6;

/**
 * Returns the nodes and weights of Gauss's quadrature with n nodes, exact for polynomials of degree 2n − 1,
 *
 *     ∫₋₁¹ p(μ) dμ = Σ_j w_j p(μ_j),      P_n(μ_j) = 0,   w_j = 2 / ((1 − μ_j²) P_n′(μ_j)²)
 *
 * The zeros of the Legendre polynomial P_n are found by Newton's method.
 *
 * @see abramowitz1964, 25.4.29
 */
export function gaussLegendre(n: number): Quadrature {
  const nodes = new Array<number>(n).fill(0);
  const weights = new Array<number>(n).fill(0);
  for (let j = 0; 2 * j < n; j++) {
    let x = Math.cos((Math.PI * (j + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let i = 0; i < iterations; i++) {
      let [before, value] = [0, 1];
      for (let l = 1; l <= n; l++) {
        [before, value] = [value, ((2 * l - 1) * x * value - (l - 1) * before) / l];
      }
      slope = (n * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    const weight = 2 / ((1 - x * x) * slope * slope);
    [nodes[j], nodes[n - 1 - j]] = [x, -x];
    [weights[j], weights[n - 1 - j]] = [weight, weight];
  }
  return { nodes, weights };
}

/** The points of a grid on the sphere: circles of latitude at the nodes, each with equally spaced points. */
export interface GaussianGrid extends Quadrature {
  /** J, the number of circles of latitude, from north to south. */
  readonly latitudes: number;
  /** K = 2J, the number of points on each circle, from longitude 0 eastwards. */
  readonly longitudes: number;
}

/**
 * Returns the smallest grid, of an even number of latitudes, on which products of two fields up to degree T
 * have exact coefficients up to degree T: quadratures along circles and across them are exact to 3T.
 *
 * @see orszag1970
 */
export function gaussianGrid(truncation: number): GaussianGrid {
  const latitudes = 2 * Math.ceil((3 * truncation + 1) / 4);
  return { ...gaussLegendre(latitudes), latitudes, longitudes: 2 * latitudes };
}
