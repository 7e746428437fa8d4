/**
 * Which parameters a record does not determine, and the words for it.
 *
 * Directions along which the likelihood is next to flat are eigenvectors of its curvature, measured
 * by the sizes of the values:
 *
 *     D (∇²J) D v = λ v,  λ < 1,   Dᵢᵢ = max(1, |valueᵢ| / |d valueᵢ/d latentᵢ|)
 *
 * A step of D changes a value by its own size or its latent by one, whichever is more; along v that
 * costs less than half a unit of J, so the record does not know even the size of what lies there. Two
 * parameters that are only seen together share such a v; one that is not seen has one to itself.
 */
import { eigh, scope, tensor } from "../engine/index.js";

/** A learned value, and its slope in its latent. */
export interface LearnedNumber {
  readonly name: string;
  readonly value: number;
  readonly slope: number;
}

/** The component of a unit vector from which on a parameter has a share in it. */
const leastPart = 0.3;

/** The names that have a share in flat directions, by the Hessian H of J in the latents. */
export function undetermined(
  parameters: readonly LearnedNumber[],
  H: readonly (readonly number[])[],
): string[] {
  if (H.length === 0 || !H.flat().every(Number.isFinite)) return [];
  const D = parameters.map(({ value, slope }) => Math.max(1, Math.abs(value / slope)));
  const { values, vectors } = scope(() => {
    const measured = H.map((row, i) => row.map((h, j) => D[i]! * h * D[j]!));
    const { values: w, vectors: V } = eigh(tensor(measured));
    return { values: w.toArray() as number[], vectors: V.toArray() as number[][] };
  });
  return parameters.flatMap(({ name }, i) =>
    values.some((w, k) => w < 1 && Math.abs(vectors[i]![k]!) > leastPart) ? [name] : [],
  );
}

/** What is not known though there is a maximum, and what to try. */
export function undeterminedWarnings(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const what =
    names.length === 1
      ? `The record hardly determines ${names[0]}: its standard error is about as large as the value, or larger.`
      : `The record hardly tells ${listed(names)} apart: they may change together by their own size at little cost to the likelihood.`;
  return [`${what} ${remedy(names)}`];
}

/** Why there are no standard errors, and what to try. */
export function noMaximumMessage(names: readonly string[]): string {
  const along = names.length === 0 ? "in every direction" : `along ${listed(names)}`;
  const told =
    names.length === 1
      ? "the record does not determine it"
      : `${names.length === 0 ? "some parameters" : "they"} cannot be told apart`;
  return `No standard errors: the log-likelihood is not curved downwards ${along} where learning ended, so this is no proper maximum or ${told}. ${remedy(names)}`;
}

const remedy = (names: readonly string[]): string =>
  `Fix ${names.length === 1 ? "it" : "one of them"}, observe more, or give more data.`;

/** At most this many names in a sentence. */
const mostNamed = 5;

function listed(names: readonly string[]): string {
  const rest = names.length - mostNamed;
  const all = rest > 0 ? [...names.slice(0, mostNamed), `${rest} more`] : names;
  return all.length < 2 ? all.join() : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
