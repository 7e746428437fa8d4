/** What may help a method that is far too sure of itself. */

const model = "or a better model (learned values) may help.";

/** Of methods with exact or linearised moments. */
export const noiseRemedy = `More process noise, larger errors of the observations, ${model}`;

/** Of ensemble methods that may be tapered; `more` is what else may help. */
export const taperRemedy = (more = ""): string =>
  `More members, a taper, more inflation, more process noise,${more} ${model}`;

/** Of ensemble methods without a taper. */
export const membersRemedy = `More members, more inflation, localisation (letkf), more process noise, ${model}`;

/** Of local ensemble methods. */
export const localRemedy = `More members, a smaller half-width, more inflation, more process noise, ${model}`;

/** Of particle filters. */
export const particleRemedy = `More members, a wider kernel (regularisation), more process noise, ${model}`;

/** Of methods with a static covariance. */
export const backgroundRemedy = `A larger background covariance, ${model}`;
