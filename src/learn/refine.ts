/**
 * The end of learning: Newton's method on the whole record, in coordinates whose steps mean the same in
 * any unit, and the uncertainty of what was learned.
 */
import { NumericError, scope, tensor } from "../engine/index.js";
import { fitCurvature, risesAsCurved } from "./finite-curvature.js";
import { findMaximum, type Maximum } from "./maximum.js";
import type { NewtonOptions, Objective } from "./newton.js";
import {
  elements,
  fromRow,
  type NamedNumbers,
  rowOf,
  type ScalarDefinition,
  scaleFree,
} from "./parameters.js";
import type { LearningProblem } from "./problem.js";
import { type Shape, type Uncertainty, uncertainty } from "./uncertainty.js";
import { valuesIn, type Window } from "./window.js";

/** What refinement came to. */
export interface Refined {
  readonly latents: NamedNumbers;
  /** NaN where the whole record has no likelihood. */
  readonly logLikelihood: number;
  readonly uncertainty: Uncertainty | null;
}

/** Largest number of Newton steps, and the gain in log-likelihood that is let go. */
const refinement = { iterations: 50, tolerance: 1e-9 };
/** A misfit has units: of it such a fraction is let go. */
const misfitTolerance = 1e-9;

/** The latents of the same values by other bijections. */
function latentsBy(
  to: readonly ScalarDefinition[],
  from: readonly ScalarDefinition[],
  row: readonly number[],
): number[] {
  return row.map((latent, i) => {
    const value = scope(() => from[i]!.bijection.forward(tensor(latent))).item();
    return to[i]!.bijection.inverse(value);
  });
}

/**
 * Refines the latents that training ended at. `J` is the negative log-likelihood of all training windows
 * as a function of the latents of `scaleFree` definitions.
 *
 * @throws NumericError when the likelihood has no maximum.
 */
export function refine<S>(
  problem: LearningProblem<S>,
  J: Objective,
  trained: NamedNumbers,
): Refined {
  const { definitions, evidence = "likelihood" } = problem;
  const plain = elements(definitions);
  const natural = elements(scaleFree(definitions));
  const start = latentsBy(natural, plain, rowOf(definitions, trained));
  const value = J.value(start);
  if (Number.isNaN(value)) return { latents: trained, logLikelihood: value, uncertainty: null };
  const tolerance =
    evidence === "misfit" ? misfitTolerance * Math.abs(value) : refinement.tolerance;
  const bounded = natural.map(({ bijection }) => bijection.bounded);
  const floor =
    evidence === "misfit" ? Number.NEGATIVE_INFINITY : floorOf(problem.training.windows);
  const options = { ...refinement, tolerance, floor };
  const pointwise = findMaximum(J, start, bounded, options);
  if (pointwise.endless) throw new NumericError(endlessMessage(natural, pointwise));
  const { maximum, shape } =
    evidence === "misfit"
      ? { maximum: pointwise, shape: smooth }
      : overDistance(J, pointwise, bounded, options);
  return {
    latents: fromRow(definitions, latentsBy(plain, natural, maximum.point)),
    logLikelihood: -maximum.curvature.value,
    uncertainty: uncertainty(natural, maximum, evidence, shape),
  };
}

const smooth: Shape = { kind: "smooth" };

/**
 * Looks at a maximum over a finite distance. Where J does not rise as its curvature says, or Newton's
 * method came to no end, J is fitted by a quadratic function, and searched once more from its minimum.
 */
function overDistance(
  J: Objective,
  found: Maximum,
  bounded: readonly boolean[],
  options: NewtonOptions,
): { maximum: Maximum; shape: Shape } {
  const free = found.point.flatMap((_, i) => (found.atBound[i] ? [] : [i]));
  const isSmooth = ({ point, curvature }: Maximum) => risesAsCurved(J, point, curvature, free);
  if (found.converged && isSmooth(found) !== false) return { maximum: found, shape: smooth };
  const fitted = fitCurvature(J, found.point, free);
  if (fitted === null) {
    return { maximum: found, shape: found.converged ? { kind: "rough" } : smooth };
  }
  const { roughness, ...place } = fitted;
  const again = findMaximum(J, place.point, bounded, options);
  if (again.converged && isSmooth(again) === true) return { maximum: again, shape: smooth };
  return {
    maximum: { ...found, ...place, converged: true },
    shape: { kind: "fitted", roughness },
  };
}

/** A model whose errors are this fraction of what is observed repeats the record to rounding. */
const rounding = 1e-14;

/**
 * The J of a model that repeats n observed values to rounding, n log(σ √(2πe)), σ = 1e-14 rms(y): below it
 * J falls without end.
 */
function floorOf(windows: readonly Window[]): number {
  const n = valuesIn(windows);
  const squares = windows.reduce((total, { trajectories: { y, mask } }) => {
    const observed = mask?.data();
    const values = Array.from(y.data(), (v, i) => (observed?.[i] === 0 ? 0 : v * v));
    return values.reduce((sum, square) => sum + square, total);
  }, 0);
  const sigma = Math.max(rounding * Math.sqrt(squares / n), Number.MIN_VALUE);
  return n * Math.log(sigma * Math.sqrt(2 * Math.PI * Math.E));
}

function endlessMessage(natural: readonly ScalarDefinition[], { curvature }: Maximum): string {
  const { gradient } = curvature;
  const most = Math.max(...gradient.map(Math.abs));
  const names = natural.filter((_, i) => Math.abs(gradient[i]!) > 0.1 * most).map((d) => d.name);
  return `learn: the likelihood has no maximum: it grows without end as ${names.join(" and ")} ${names.length === 1 ? "goes" : "go"} to a bound, where the model repeats the record exactly. Is the record constant, or so short that it is matched in every value? Fix ${names.length === 1 ? "it" : "one of them"} at what is known of the errors, or learn from other data.`;
}
