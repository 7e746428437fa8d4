import { diagonal, positiveDefinite, scope, tensor } from "../engine/index.js";
import { normalQuantile } from "../prob/index.js";
import {
  type LearnedNumber,
  noMaximumMessage,
  undetermined,
  undeterminedWarnings,
} from "./identifiability.js";
import type { Maximum } from "./maximum.js";
import { orElse } from "./newton.js";
import type { ScalarDefinition } from "./parameters.js";
import type { Evidence } from "./problem.js";

/** Uncertainty of one learned number; null where it cannot be given. */
export interface ParameterUncertainty {
  /** Standard error, in the unit of the value. */
  readonly standardError: number | null;
  /** Bounds of the central 90 % interval. */
  readonly interval: readonly [number, number] | null;
}

/** Uncertainty of all learned numbers, by name. */
export interface Uncertainty {
  readonly parameters: Readonly<Record<string, ParameterUncertainty>>;
  /** Source of the standard errors, or the reason why there are none. */
  readonly explanation: string;
  /** Warnings about the standard errors; empty if there are none. */
  readonly concerns: readonly string[];
}

const ninety = normalQuantile(0.95);

/** What a likelihood is like about a standard error from its maximum. */
export type Shape =
  /** It falls as its curvature at the maximum says. */
  | { readonly kind: "smooth" }
  /** It does not; the curvature is that of a quadratic function which leaves a root mean square of it. */
  | { readonly kind: "fitted"; readonly roughness: number }
  /** It does not, and no quadratic function fits. */
  | { readonly kind: "rough" };

const none: ParameterUncertainty = { standardError: null, interval: null };

/** What the curvature is that of, and what it is worth. */
const curvatureOf = {
  likelihood: { name: "log-likelihood", caution: "" },
  composite: {
    name: "composite log-likelihood",
    caution:
      " A composite likelihood takes the values observed at a time for independent, so they may be too small.",
  },
} as const;

const notReached = (evidence: string): string =>
  `No standard errors: the maximum was not reached, and the ${evidence} still rises where learning ended. Learn for more epochs, from starts of the right size, or from several (restarts).`;

const tooRough = (evidence: string): string =>
  `No standard errors: the ${evidence} is not smooth, as that of particles and small ensembles, and does not fall about the place where learning ended as its curvature there says. Take more particles or members, or another method.`;

const isRough = (evidence: string, roughness: number): string =>
  `The ${evidence} is not smooth (it is rough by about ${roughness.toPrecision(1)}): what was learned and how surely is that of a quadratic function fitted to it over about two standard errors to each side. More particles or members make it smoother.`;

const noLikelihood =
  "No standard errors: the method has no likelihood, and the curvature of its squared misfit does not say how well a value is determined.";

/** Returns the diagonal of the inverse; null unless the matrix is positive definite. */
function inverseDiagonal(H: readonly (readonly number[])[]): number[] | null {
  if (H.length === 0) return [];
  return orElse(null, () =>
    scope(() => {
      const { inverse } = positiveDefinite(tensor(H));
      return [...diagonal(inverse).data()];
    }),
  );
}

const value = ({ bijection }: ScalarDefinition, latent: number): number =>
  scope(() => bijection.forward(tensor(latent))).item();

const learnedNumber = (definition: ScalarDefinition, latent: number): LearnedNumber => ({
  name: definition.name,
  value: value(definition, latent),
  slope: definition.bijection.slope(latent),
});

/** The values at the ends of an interval; null where they overflow, as those of a value of no known size. */
function interval(
  definition: ScalarDefinition,
  latent: number,
  sd: number,
): readonly [number, number] | null {
  return orElse(null, () => {
    const ends = [latent - ninety * sd, latent + ninety * sd].map((u) => value(definition, u));
    return [Math.min(...ends), Math.max(...ends)] as const;
  });
}

/**
 * Computes standard errors of learned parameters from the curvature of the negative log-likelihood J
 * at its minimum.
 *
 *     cov(u) = (∇²J)⁻¹ in the latents u;   sd(value) = |d value/d latent| · sd(u)
 *
 * Intervals are symmetric in the latent and transformed to values, so they satisfy the constraints. A
 * parameter whose value lies at a bound has no curvature of its own: it is held fixed, and the
 * standard errors of the others are conditional on it. Where the maximum was not reached, where the
 * curvature is not positive definite, and where the method has no likelihood but a misfit, no standard
 * errors are given.
 */
export function uncertainty(
  definitions: readonly ScalarDefinition[],
  { point, curvature, converged, atBound }: Maximum,
  evidence: Evidence = "likelihood",
  shape: Shape = { kind: "smooth" },
): Uncertainty {
  const without = Object.fromEntries(definitions.map(({ name }) => [name, none]));
  if (evidence === "misfit") {
    return { parameters: without, explanation: noLikelihood, concerns: [] };
  }
  const { name: curved, caution } = curvatureOf[evidence];
  if (!converged) {
    const explanation = notReached(curved);
    return { parameters: without, explanation, concerns: [explanation] };
  }
  if (shape.kind === "rough") {
    const explanation = tooRough(curved);
    return { parameters: without, explanation, concerns: [explanation] };
  }
  const free = definitions.flatMap((_, i) => (atBound[i] ? [] : [i]));
  const bound = definitions.filter((_, i) => atBound[i]).map(({ name }) => name);
  const H = free.map((i) => free.map((j) => curvature.hessian[i]![j]!));
  const variances = inverseDiagonal(H);
  const unknown = undetermined(
    free.map((i) => learnedNumber(definitions[i]!, point[i]!)),
    H,
  );
  if (variances === null) {
    const explanation = noMaximumMessage(unknown, curved);
    return { parameters: without, explanation, concerns: [explanation] };
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
    ...(shape.kind === "fitted" ? [isRough(curved, shape.roughness)] : []),
  ];
  const source =
    shape.kind === "fitted"
      ? `Standard errors come from a quadratic function fitted to the ${curved}.${caution}`
      : `Standard errors come from the curvature of the ${curved} at its maximum.${caution}`;
  return {
    parameters: Object.fromEntries(parameters),
    explanation: [source, ...concerns].join(" "),
    concerns,
  };
}
