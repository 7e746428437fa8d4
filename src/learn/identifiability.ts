/** Parameters that a record does not determine, and the messages that name them. */
import { eigh, scope, tensor } from "../engine/index.js";

/** One learned number: its value, and the derivative of the value by the latent. */
export interface LearnedNumber {
  readonly name: string;
  readonly value: number;
  readonly slope: number;
}

/** The least component of a unit eigenvector for which its parameter counts as involved. */
const leastPart = 0.3;

/**
 * Returns the names of the parameters that a record does not determine: those involved in
 * directions v along which the negative log-likelihood J is almost flat.
 *
 *     D H D v = λ v,  λ < 1,   H = ∇²J [n, n],   Dᵢᵢ = max(1, |valueᵢ| / |d valueᵢ/d latentᵢ|)
 *
 * A step of length D changes each value by its own size, or its latent by one if that is more.
 * Along v such a step changes J by less than ½, so the record does not even determine the order of
 * magnitude. Two parameters of which only a combination is observed are both components of such a v;
 * a parameter without influence on the observations is a v of its own.
 */
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

/** Returns the warning about undetermined parameters at a maximum, and what to try; no text for no names. */
export function undeterminedWarnings(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const what =
    names.length === 1
      ? `The record hardly determines ${names[0]}: its standard error is about as large as the value, or larger.`
      : `The record hardly tells ${listed(names)} apart: they may change together by their own size at little cost to the likelihood.`;
  return [`${what} ${remedy(names)}`];
}

/** Returns the reason why there are no standard errors, and what to try. */
export function noMaximumMessage(names: readonly string[], curved = "log-likelihood"): string {
  const along = names.length === 0 ? "in every direction" : `along ${listed(names)}`;
  const told =
    names.length === 1
      ? "the record does not determine it"
      : `${names.length === 0 ? "some parameters" : "they"} cannot be told apart`;
  return `No standard errors: the ${curved} is not curved downwards ${along} where learning ended, so this is no proper maximum or ${told}. ${remedy(names)}`;
}

const remedy = (names: readonly string[]): string =>
  `Fix ${names.length === 1 ? "it" : "one of them"}, observe more, or give more data.`;

/** The largest number of names that a sentence lists. */
const mostNamed = 5;

/** Joins names to "a, b and c". */
function listed(names: readonly string[]): string {
  const rest = names.length - mostNamed;
  const all = rest > 0 ? [...names.slice(0, mostNamed), `${rest} more`] : names;
  return all.length < 2 ? all.join() : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
