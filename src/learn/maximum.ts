/** The maximum of a likelihood: Newton's method, what bounds are rested at, and whether it was reached. */
import { type Curvature, type NewtonOptions, newton, type Objective } from "./newton.js";

/** Where the search for the minimum of J = −log-likelihood ended. */
export interface Maximum {
  readonly point: readonly number[];
  readonly curvature: Curvature;
  /** Whether no more than the tolerance of J is to be gained. */
  readonly converged: boolean;
  /** Which coordinates rest at a bound: towards it J is flat, away from it J rises. */
  readonly atBound: readonly boolean[];
  /** Whether J falls without end. */
  readonly endless: boolean;
}

/** A coordinate is flat where neither a unit step nor the curvature changes J by so much. */
const flat = 1e-4;
/** The first and the last step by which a flat coordinate is tried to each side; each is twice the one before. */
const [shortest, longest] = [4, 128];
/** A trial that falls by more than the first is a better start; one that rises by the second, a wall. */
const [better, wall] = [1e-6, 0.5];
/** Largest number of new starts. */
const rounds = 5;

/**
 * Minimises J from `start` and tells what kind of point it came to. `bounded` says which coordinates
 * lead to a bound of their value: of these J can be flat, at the bound or far from the minimum alike.
 * Each is therefore tried in long steps to both sides; a lower J is the start of another search.
 */
export function findMaximum(
  f: Objective,
  start: readonly number[],
  bounded: readonly boolean[],
  options: NewtonOptions,
): Maximum {
  let from = start;
  for (let round = 1; ; round++) {
    const { point, curvature, converged } = newton(f, from, options);
    const { value, gradient, hessian } = curvature;
    const endless = value <= options.floor;
    const isFlat = (i: number) => Math.abs(gradient[i]!) < flat && Math.abs(hessian[i]![i]!) < flat;
    const sides = point.map((_, i) => {
      if (endless || !bounded[i] || !isFlat(i)) return [];
      const rise = (step: number) => f.value(shifted(point, i, step)) - value;
      return [look(rise, 1), look(rise, -1)];
    });
    const found = sides.map((each) => each.find(({ kind }) => kind === "better"));
    if (round < rounds && found.some((one) => one !== undefined)) {
      from = point.map((u, i) => u + (found[i]?.step ?? 0));
      continue;
    }
    const meets = (i: number, kind: Side["kind"]) => sides[i]!.some((side) => side.kind === kind);
    const atBound = point.map((_, i) => meets(i, "wall") && meets(i, "flat"));
    return { point, curvature, converged, atBound, endless };
  }
}

const shifted = (point: readonly number[], axis: number, step: number): number[] =>
  point.map((u, i) => (i === axis ? u + step : u));

/** What long steps to one side meet: no change of J, a wall, or a lower J. */
interface Side {
  readonly kind: "flat" | "wall" | "better";
  readonly step: number;
}

/**
 * Looks to one side of a flat place, by doubled steps up to a wall, and before the wall by bisection: a
 * valley of J is narrow on a long flat coordinate, and at the foot of a wall.
 */
function look(rise: (step: number) => number, sign: 1 | -1): Side {
  let [low, high] = [0, Number.POSITIVE_INFINITY];
  for (let step = sign * shortest; Math.abs(step) <= longest && Math.abs(high - low) > 1; ) {
    const change = rise(step);
    if (change < -better) return { kind: "better", step };
    // What cannot be evaluated is no wall: it says nothing of the likelihood.
    if (Number.isNaN(change)) break;
    if (change > wall) high = step;
    else low = step;
    step = Number.isFinite(high) ? (low + high) / 2 : 2 * step;
  }
  return { kind: Number.isFinite(high) ? "wall" : "flat", step: low };
}
