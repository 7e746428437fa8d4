/** The earth as a sphere, in units of 1000 km and days, and the positions of a grid on it. */
import type { GaussianGrid } from "./gaussian-grid.js";
import type { Geometry } from "./record.js";
import { upTo } from "./ring.js";

/** a, the radius of the earth in 1000 km. */
export const earthRadius = 6.371;

/** Ω, a turn in a sidereal day, in radians a day. */
export const rotationRate = 2 * Math.PI * 1.0027379;

/** Returns the values of a function of μ = sin φ and the longitude λ at the points of a grid, [J K]. */
export const pointsOf = (
  { nodes, longitudes: K }: GaussianGrid,
  value: (mu: number, lambda: number) => number,
): number[] => nodes.flatMap((mu) => upTo(K).map((k) => value(mu, (2 * Math.PI * k) / K)));

/** Returns the geometry of a grid on the earth: longitude and latitude of each point, in degrees. */
export const sphereGeometry = ({ nodes, longitudes: K }: GaussianGrid): Geometry => ({
  domain: { kind: "sphere", radius: earthRadius },
  positions: nodes.flatMap((mu) => {
    const latitude = (Math.asin(mu) * 180) / Math.PI;
    return upTo(K).map((k) => [(360 * k) / K, latitude] as const);
  }),
});
