import {
  capture,
  jvp,
  mul,
  release,
  square,
  sum,
  type Tensor,
  UsageError,
} from "../engine/index.js";

/** Options of `leadingLyapunovExponent`. */
export interface LyapunovOptions {
  /** The time that one step takes. */
  readonly step: number;
  /** Number of steps before those that count: the perturbation turns to the direction that grows fastest. */
  readonly transient: number;
  /** Number of steps that count. */
  readonly counted: number;
}

/**
 * Computes the leading Lyapunov exponent of a map F with its tangent: the mean rate at which a small
 * perturbation v grows along a trajectory. Errors double in the time log 2/λ.
 *
 *     x ← F(x),  v ← F′(x) v/|v|,      λ = mean of log |F′(x) v| / |v| over the steps, divided by their length
 *
 * x [d] is a state of the attractor, v [d] any direction.
 *
 * @throws UsageError unless `transient` is a whole number, at least 0, `counted` one of at least 1, and `step`
 * is above 0.
 * @see benettin1980
 */
export function leadingLyapunovExponent(
  map: (x: Tensor) => Tensor,
  x: Tensor,
  v: Tensor,
  { step, transient, counted }: LyapunovOptions,
): number {
  if (
    !(Number.isInteger(transient) && transient >= 0 && Number.isInteger(counted) && counted > 0)
  ) {
    throw new UsageError(
      `leadingLyapunovExponent: ${transient} steps of transient and ${counted} counted; need whole numbers, at least 0 and 1.`,
    );
  }
  if (!(step > 0)) {
    throw new UsageError(`leadingLyapunovExponent: the step is ${step}; need more than 0.`);
  }
  const along = capture((at: Tensor, direction: Tensor) => {
    const { value, tangent } = jvp(map, at, direction);
    return [value, tangent, sum(square(tangent))] as const;
  });
  let [state, perturbation] = [x, v];
  let total = 0;
  for (let k = 0; k < transient + counted; k++) {
    const [moved, grown, squared] = along(state, perturbation);
    const size = Math.sqrt(squared.item());
    if (k >= transient) total += Math.log(size);
    const next = mul(1 / size, grown);
    if (k > 0) release([state, perturbation]);
    release([grown, squared]);
    [state, perturbation] = [moved, next];
  }
  release([state, perturbation]);
  along.forget();
  return total / (counted * step);
}
