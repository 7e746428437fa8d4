/** What a learned quantity is, in a few words, from the last known word of its name. */

const meanings: readonly (readonly [RegExp, string])[] = [
  [/preyGrowth/, "growth rate of the prey without predators"],
  [/predatorDeath/, "death rate of the predator without prey"],
  [/predation/, "loss rate of the prey for each predator"],
  [/conversion/, "growth rate of the predator for each prey"],
  [/processNoise/, "variance of the noise added after each model step"],
  [/[iI]nflation/, "inflation φ of the forecast covariance"],
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
