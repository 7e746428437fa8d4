/**
 * Standard errors of learned parameters, from the curvature of the log-likelihood at its maximum.
 *
 *     cov(u) = (∇²J)⁻¹ in the latents;   sd(value) = |d value/d latent| · sd(u)
 *
 * Intervals are symmetric in the latent and carried over, so they respect the constraints. A
 * parameter whose value has come to rest at a bound has no curvature of its own: it is held there,
 * and the others' errors are conditional on it. Where the curvature is not positive definite, no
 * standard error is given at all.
 */
import { diagonal, NumericError, positiveDefinite, scope, tensor } from "../engine/index.js";
import { normalQuantile } from "../prob/index.js";
import {
  type LearnedNumber,
  noMaximumMessage,
  undetermined,
  undeterminedWarnings,
} from "./identifiability.js";
import type { NewtonState } from "./newton.js";
import type { ScalarDefinition } from "./parameters.js";

export interface ParameterUncertainty {
  readonly standardError: number | null;
  /** The central 90 %. */
  readonly interval: readonly [number, number] | null;
}

export interface Uncertainty {
  readonly parameters: Readonly<Record<string, ParameterUncertainty>>;
  /** Where the standard errors come from, or why there are none. */
  readonly explanation: string;
  /** What a reader must know before relying on them; empty when all is well. */
  readonly concerns: readonly string[];
}

/** A value that a whole unit of its latent moves by less than this share is at a bound. */
const flat = 1e-3;
const ninety = normalQuantile(0.95);

const none: ParameterUncertainty = { standardError: null, interval: null };

/** Whether a latent has run into a region where its value no longer answers. */
function atBound({ bijection, start }: ScalarDefinition, latent: number): boolean {
  const size = Math.max(Math.abs(start), Number.MIN_VALUE);
  return Math.abs(bijection.slope(latent)) < flat * size;
}

/** The diagonal of the inverse; null unless the matrix is positive definite. */
function inverseDiagonal(H: readonly (readonly number[])[]): number[] | null {
  if (H.length === 0) return [];
  try {
    return scope(() => {
      const { inverse } = positiveDefinite(tensor(H));
      return [...diagonal(inverse).data()];
    });
  } catch (error) {
    if (error instanceof NumericError) return null;
    throw error;
  }
}

const value = ({ bijection }: ScalarDefinition, latent: number): number =>
  scope(() => bijection.forward(tensor(latent))).item();

const learnedNumber = (definition: ScalarDefinition, latent: number): LearnedNumber => ({
  name: definition.name,
  value: value(definition, latent),
  slope: definition.bijection.slope(latent),
});

function interval(
  definition: ScalarDefinition,
  latent: number,
  sd: number,
): readonly [number, number] {
  const ends = [latent - ninety * sd, latent + ninety * sd].map((u) => value(definition, u));
  return [Math.min(...ends), Math.max(...ends)];
}

export function uncertainty(
  definitions: readonly ScalarDefinition[],
  { point, curvature, converged }: NewtonState,
): Uncertainty {
  const free = definitions.flatMap((definition, i) => (atBound(definition, point[i]!) ? [] : [i]));
  const bound = definitions.filter((_, i) => !free.includes(i)).map(({ name }) => name);
  const H = free.map((i) => free.map((j) => curvature.hessian[i]![j]!));
  const variances = inverseDiagonal(H);
  const unknown = undetermined(
    free.map((i) => learnedNumber(definitions[i]!, point[i]!)),
    H,
  );
  if (variances === null) {
    const explanation = noMaximumMessage(unknown);
    return {
      parameters: Object.fromEntries(definitions.map(({ name }) => [name, none])),
      explanation,
      concerns: [explanation],
    };
  }
  const parameters = definitions.map((definition, i) => {
    const place = free.indexOf(i);
    if (place < 0) return [definition.name, none] as const;
    const sd = Math.sqrt(variances[place]!);
    return [
      definition.name,
      {
        standardError: Math.abs(definition.bijection.slope(point[i]!)) * sd,
        interval: interval(definition, point[i]!, sd),
      },
    ] as const;
  });
  const concerns = [
    ...bound.map((name) => `${name} came to rest at a bound and was held there.`),
    ...undeterminedWarnings(unknown),
    ...(converged ? [] : ["The maximum was not reached to full precision."]),
  ];
  const source = "Standard errors come from the curvature of the log-likelihood at its maximum.";
  return {
    parameters: Object.fromEntries(parameters),
    explanation: [source, ...concerns].join(" "),
    concerns,
  };
}
