/** Says what was seen inside the analysis of a network. */
import type { Inspection } from "../diagnostics/index.js";
import { type Fragment, html, type Markup } from "./markup.js";
import { grouped, percent, significant } from "./number.js";
import { table } from "./table.js";

export function inspectionSection(
  inspection: Inspection | undefined,
  figure: Fragment,
): Markup | null {
  if (inspection === undefined) return null;
  const { settings, rmse, bias, gain, distances, alignment, locality } = inspection;
  const { members, states, staticVariance } = settings;
  const growing = alignment.exponents.filter((exponent) => exponent > 0).length;
  return html`<section>
<h2>Inside the network</h2>
<p>The analysis adds a(x, ζ) to the forecast x, with ζ = Hᵀ R⁻¹ (y − H x). Where the observations are as forecast, it should
add nothing: its bias b = ‖a(x, 0)‖/√d is ${significant(bias.mean, 2)} ± ${significant(bias.sd, 2)} (mean and standard deviation over
${grouped(bias.values.length)} cycles). For small ζ it adds Pᵃ ζ, as a Kalman filter with the analysis covariance Pᵃ = ∂a/∂ζ does.
Pᵃ was worked out at ${grouped(Math.min(states, bias.values.length))} cycles, beside that of an EnKF-N of ${grouped(members)} members on the same observations.
${rmse && html`The error of the analyses is ${significant(rmse.network, 3)}, that of the EnKF-N ${significant(rmse.ensemble, 3)}.`}</p>
${table(
  ["mean Bures–Wasserstein distance, divided by the number of variables", ""],
  [
    ["network to EnKF-N", distances.networkToEnsemble],
    [`network to ${significant(staticVariance, 3)} I`, distances.networkToStatic],
    [`EnKF-N to ${significant(staticVariance, 3)} I`, distances.ensembleToStatic],
  ].map(([name, value]) => ({ cells: [name as string, significant(value as number, 3)] })),
)}
${figure}
<p>The gain that fits the increments best, for innovations as large as the errors of observations, differs from Pᵃ Hᵀ R⁻¹
by ${percent(gain.difference)}, and leaves ${percent(gain.unexplained)} of their variance unexplained: 0 for an analysis that is linear in the innovation.
The antisymmetric part of Pᵃ is ${percent(gain.antisymmetric)} of the symmetric one, and negative eigenvalues have ${percent(gain.negative)} of the sum of all sizes
(they count as 0 in the distances).</p>
<p>Backward Lyapunov vectors are the directions in which errors of the past have grown most; here
${grouped(growing)} of the first ${grouped(alignment.exponents.length)} exponents are positive, the largest ${significant(alignment.exponents[0]!, 3)}.
The figure shows what part of the p leading eigenvectors lies in the p leading vectors, as a mean over ${grouped(alignment.cycles)} cycles.</p>
${
  locality &&
  html`<p>The map is the mean derivative of Pᵃ by a variable of the forecast, S_ij = ⟨∂Pᵃ_{i+k, j+k}/∂x_k⟩: rows i and columns j are
places on the ring from that variable. Where it fades away from the middle, the analysis depends on the forecast nearby alone.</p>`
}
</section>`;
}
