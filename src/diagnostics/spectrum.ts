import { ShapeError } from "../engine/index.js";
import { checkFinite, checkSeries, type Series } from "./series.js";

/**
 * Computes the power spectrum of fields on a ring of d points, averaged over the fields;
 * [F][d] → [⌊d/2⌋ + 1].
 *
 *     x̂_k = (1/d) Σ_j x_j e^(−2πi jk/d),     P_k = c_k ⟨|x̂_k|²⟩,   k = 0 … ⌊d/2⌋
 *
 * c_k is 1 for k = 0 and (if d is even) for k = d/2, and 2 otherwise, so that ΣP_k is the mean square of
 * the fields (Parseval's theorem). The spectra of errors and anomalies show at which scales they lie.
 *
 * @throws ShapeError without fields; NumericError for numbers that are not finite.
 */
export function powerSpectrum(fields: Series): number[] {
  checkSeries("powerSpectrum", "the list of fields", fields);
  const d = fields[0]?.length ?? 0;
  if (d === 0) throw new ShapeError("powerSpectrum: no fields; need one, of one point at least.");
  checkFinite("powerSpectrum", fields);
  const cosines = Array.from({ length: d }, (_, j) => Math.cos((2 * Math.PI * j) / d));
  const sines = Array.from({ length: d }, (_, j) => Math.sin((2 * Math.PI * j) / d));
  return Array.from({ length: Math.floor(d / 2) + 1 }, (_, k) => {
    let power = 0;
    for (const x of fields) {
      let [real, imaginary] = [0, 0];
      for (let j = 0; j < d; j++) {
        const at = (j * k) % d;
        real += x[j]! * cosines[at]!;
        imaginary += x[j]! * sines[at]!;
      }
      power += real * real + imaginary * imaginary;
    }
    const both = k === 0 || 2 * k === d ? 1 : 2;
    return (both * power) / (d * d * fields.length);
  });
}
