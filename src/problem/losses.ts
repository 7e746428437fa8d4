/** What a method is judged by over the cycles of a window, in the form of a log-evidence to be maximised. */
import {
  add,
  checkpoint,
  index,
  jvp,
  mul,
  square,
  sub,
  sum,
  type Tensor,
  UsageError,
} from "../engine/index.js";
import { type Assimilation, type Cycle, type Method, runCycle } from "../filters/index.js";
import { atObserved, innovationOf, type Observation } from "../observe/index.js";
import { foldIn, type Key, normal } from "../random/index.js";

/** By what is learned. */
export const losses = ["likelihood", "truth", "observations", "corrected"] as const;
export type Loss = (typeof losses)[number];
/** A loss that is worked out from the states of the cycles. */
type StateLoss = Exclude<Loss, "likelihood">;

/** A cycle that is to be judged. */
interface Judged {
  readonly cycle: Cycle & { readonly observation: Observation };
  readonly key: Key;
  /** The true state [..., d]; null where it is not known. */
  readonly truth: Tensor | null;
}

type Passed = { readonly analysis: unknown; readonly score: Tensor };

/** Apart from the keys that a cycle splits its own into. */
const probePurpose = 7;

const minusSquares = (x: Tensor): Tensor => mul(-1, sum(square(x), -1));

/** For each loss one cycle, and what it adds to −J, [...]. */
const passes: Readonly<
  Record<StateLoss, (method: Method<unknown>, before: unknown, judged: Judged) => Passed>
> = {
  truth: (method, before, { cycle, key, truth }) => {
    const { analysis } = runCycle(method, before, cycle, key);
    return { analysis, score: minusSquares(sub(truth!, method.moments(analysis).mean)) };
  },
  observations: (method, before, { cycle, key }) => {
    const { observation } = cycle;
    const { forecast, analysis } = runCycle(method, before, cycle, key);
    const hx = observation.operator.apply(method.moments(forecast).mean);
    return {
      analysis,
      score: minusSquares(atObserved(innovationOf(observation, hx), observation)),
    };
  },
  corrected: (method, before, { cycle, key }) => {
    const { observation } = cycle;
    const { y, operator, variance } = observation;
    const seen = (given: Tensor) => {
      const { analysis } = runCycle(
        method,
        before,
        { ...cycle, observation: { ...observation, y: given } },
        key,
      );
      return { analysis, hx: operator.apply(method.moments(analysis).mean) };
    };
    const v = atObserved(normal(foldIn(key, probePurpose), y.shape, y.dtype as "f64"), observation);
    const { value, tangent } = jvp(seen, y, mul(variance, v));
    const misfit = minusSquares(atObserved(innovationOf(observation, value.hx), observation));
    return {
      analysis: value.analysis,
      score: sub(misfit, mul(2, sum(mul(v, tangent.hx), -1))),
    };
  },
};

/**
 * Runs a method over a sequence of cycles, judged by its states instead of its evidence: `logEvidence` is −J of
 * each trajectory, [...], a sum over the cycles of
 *
 *     truth         ‖xᵗ − x̄ᵃ‖²                                  supervised, eq. 4
 *     observations  ‖y − H x̄ᶠ‖²                                 each forecast by what was then observed, eq. 15
 *     corrected     ‖y − H x̄ᵃ‖² + 2 vᵀ (∂ H x̄ᵃ/∂y) R v,  v ~ N(0, I)
 *
 * A forecast does not know the y by which it is judged, so `observations` has its minimum where the truth has. An
 * analysis does: the second term of `corrected` has the mean 2 tr(H K R), which is what the misfit falls short of
 * by that. Both need no truth. Gaps do not count.
 *
 * @throws UsageError where the truth is needed and not known.
 * @see bocquet2024 for eq. 4 and 15; mallia2016 for the correction
 */
export function assimilateByStates(
  loss: StateLoss,
  method: Method<unknown>,
  initial: unknown,
  cycles: readonly Cycle[],
  keys: readonly Key[],
  { truths, recompute }: { readonly truths: Tensor | null; readonly recompute: boolean },
): Assimilation<unknown> {
  if (loss === "truth" && truths === null) {
    throw new UsageError(
      'windowProblem: the loss is "truth", but the windows hold no true states; need `truth` [B, L, d] in their trajectories.',
    );
  }
  let state = initial;
  const scores = cycles.map((cycle, t): Tensor => {
    const judged = { cycle, key: keys[t]!, truth: truths && index(truths, -2, t) } as Judged;
    const pass = (before: unknown) => passes[loss](method, before, judged);
    const { analysis, score } = recompute ? checkpoint(pass)(state) : pass(state);
    state = analysis;
    return score;
  });
  return { state, logEvidence: scores.reduce((total, score) => add(total, score)) };
}
