/**
 * Associated Legendre functions, normalised so that ½ ∫₋₁¹ P² dμ = 1.
 *
 *     P_m^m = √((2m + 1)/(2m)) cos φ P_{m−1}^{m−1},   P_0^0 = 1,      μ = sin φ
 *     ε_{l+1} P_{l+1}^m = μ P_l^m − ε_l P_{l−1}^m,                    ε_l = √((l² − m²)/(4l² − 1))
 *     (1 − μ²) dP_l^m/dμ = (l + 1) ε_l P_{l−1}^m − l ε_{l+1} P_{l+1}^m
 *
 * @see belousov1962; haltiner1980, chapter 6
 */
export interface LegendreFunctions {
  /** P_l^m at μ for l = m … T, [T − m + 1]. */
  readonly values: readonly number[];
  /** dP_l^m/dμ at μ, [T − m + 1]. */
  readonly slopes: readonly number[];
}

/** Returns the functions of one order m and of the degrees m … T at one −1 < μ < 1. */
export function legendreFunctions(m: number, T: number, mu: number): LegendreFunctions {
  const epsilon = (l: number) => Math.sqrt((l * l - m * m) / (4 * l * l - 1));
  const cosine = Math.sqrt(1 - mu * mu);
  let first = 1;
  for (let i = 1; i <= m; i++) first *= Math.sqrt((2 * i + 1) / (2 * i)) * cosine;
  const all = [first]; // degrees m … T + 1
  for (let l = m; l <= T; l++) {
    const below = l === m ? 0 : epsilon(l) * all[l - m - 1]!;
    all.push((mu * all[l - m]! - below) / epsilon(l + 1));
  }
  const slopeOf = (l: number): number => {
    const below = l === m ? 0 : (l + 1) * epsilon(l) * all[l - m - 1]!;
    return (below - l * epsilon(l + 1) * all[l - m + 1]!) / (1 - mu * mu);
  };
  return {
    values: all.slice(0, T - m + 1),
    slopes: Array.from({ length: T - m + 1 }, (_, k) => slopeOf(m + k)),
  };
}
