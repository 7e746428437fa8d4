/** What a learned quantity is, in a few words, from the last known word of its name. */

const meanings: readonly (readonly [RegExp, string])[] = [
  [/preyGrowth/, "growth rate of the prey without predators"],
  [/predatorDeath/, "death rate of the predator without prey"],
  [/predation/, "loss rate of the prey for each predator"],
  [/conversion/, "growth rate of the predator for each prey"],
  [/processNoise/, "variance of the noise added after each model step"],
  [/[iI]nflation/, "inflation φ of the forecast covariance"],
  [/halfWidth/, "half-width of the taper"],
  [/mixing/, "share of the members in the forecast covariance"],
  [/forcing/, "forcing of each variable"],
  [/blocks/, "effect of one group of species on another"],
  [/steadyState/, "abundance at which a species stays"],
  [/background/, "static covariance of the forecast"],
  [/gain/, "gain of the filter"],
  [/correction/, "weights of the correcting network"],
  [/meanMotion/, "mean motion of the orbit"],
  [/interactions/, "effect of one species on another"],
  [/growth/, "intrinsic growth rate"],
  [/transition/, "element of the transition matrix"],
  [/initial/, "mean before the first observation"],
  [/sd\b/, "standard deviation of the observation noise"],
  [/noise|variance/i, "variance of the observation noise"],
];

/** Empty when the name is not known. */
export function meaning(name: string): string {
  return meanings.find(([pattern]) => pattern.test(name))?.[1] ?? "";
}
