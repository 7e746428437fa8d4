/** Remedies for filters that are far too confident, as sentences for warnings. */

const model = "or a better model (learned values) may help.";

/** What to do about errors of 0 with a method that cannot have them. */
export const exactNeed =
  "needs errors of the observations above 0. For values without error take kalman or rts (linear models), extended-kalman, or unscented-kalman with form: square-root; or give them a small variance";

/** The remedy for methods with exact or linearised moments. */
export const noiseRemedy = `More process noise, larger errors of the observations, ${model}`;

/** Returns the remedy for ensemble methods with an optional taper; `more` is a further remedy. */
export const taperRemedy = (more = ""): string =>
  `More members, a taper, more inflation, more process noise,${more} ${model}`;

/** The remedy for ensemble methods without a taper. */
export const membersRemedy = `More members, more inflation, localisation (letkf), more process noise, ${model}`;

/** The remedy for local ensemble methods. */
export const localRemedy = `More members, a smaller half-width, more inflation, more process noise, ${model}`;

/** The remedy for particle filters. */
export const particleRemedy = `More members, a wider kernel (regularisation), more process noise, ${model}`;

/** The remedy for methods with a static covariance. */
export const backgroundRemedy = `A larger background covariance, ${model}`;
