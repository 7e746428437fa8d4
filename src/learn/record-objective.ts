/**
 * The negative log-likelihood of a whole record, with gradient and Hessian, in the memory of a piece of it.
 *
 * The record is cut into pieces of few cycles, over which one program is replayed; only the states between
 * pieces are kept. With u the latents, S_k the state before piece k and J = Σ ℓ_k,
 *
 *     forward     S_{k+1}, ℓ_k = f_k(u, S_k),        Ṡ_{k+1} = ∂f_k (v, Ṡ_k)
 *     backward    (ū_k, S̄_k) = ∂f_kᵀ (1, S̄_{k+1}),   and its derivative along (v, Ṡ_k, S̄̇_{k+1})
 *     ∇J = Σ ū_k,   ∇²J v = Σ ū̇_k
 *
 * @see griewank2008, chapter 12
 */
import {
  capture,
  eye,
  full,
  index,
  leavesOf,
  linearise,
  release,
  scope,
  type Tensor,
  tensor,
  vjp,
  withLeaves,
  zeros,
} from "../engine/index.js";
import { type Curvature, type Objective, orElse } from "./newton.js";
import { fromVector, latentCount, valuesOf } from "./parameters.js";
import { cycleCost, inPiece, piecesOf, replays } from "./pieces.js";
import { type LearningProblem, windowLoss } from "./problem.js";
import type { Window } from "./window.js";

/** How many columns of the Hessian go together. */
export const together = 8;

/** Makes J of all training windows as a function of one vector of latents u [n]. */
export function recordObjective<S>(problem: LearningProblem<S>): Objective & { forget(): void } {
  const { definitions, training } = problem;
  const n = latentCount(definitions);
  const pieces = piecesOf(training.windows, cycleCost(problem).instructions, replays.curvature);

  /** u and the tensors of a state; its plain numbers, such as counts of steps, have no derivative. */
  interface At {
    readonly u: Tensor;
    readonly leaves: Leaves;
  }
  type Leaves = Tensor[];
  const initial = (u: Tensor): S =>
    problem.initial(valuesOf(definitions, fromVector(definitions, u)), training.start);
  const initialLeaves = (u: Tensor): Leaves => leavesOf(initial(u));
  const lossFrom = (u: Tensor, before: S, window: Window) =>
    windowLoss(problem, fromVector(definitions, u), { before }, window);
  const through =
    (window: Window, before: S, seen?: (state: S) => void) =>
    ({ u, leaves }: At) => {
      const { loss, state } = lossFrom(u, withLeaves(before, leaves), window);
      seen?.(state);
      return { loss, leaves: leavesOf(state) };
    };

  const begin = capture(initial);
  const beginAlong = capture((u: Tensor, V: readonly Tensor[]) => {
    let state: S;
    const { value, push } = linearise((u: Tensor) => {
      state = initial(u);
      return leavesOf(state);
    }, u);
    return { state: withLeaves(state!, value), dots: V.map((v) => push(v) as Leaves) };
  });
  const beginBack = capture(
    (u: Tensor, V: readonly Tensor[], bar: Leaves, barDots: readonly Leaves[]) => {
      const pull = (at: { readonly u: Tensor; readonly bar: Leaves }) => ({
        u: vjp(initialLeaves, at.u).pullback(at.bar),
      });
      const { value, push } = linearise(pull, { u, bar });
      return { bars: value, dots: V.map((v, i) => push({ u: v, bar: barDots[i]! })) };
    },
  );
  const pass = capture(lossFrom);
  const along = capture(
    (u: Tensor, before: S, V: readonly Tensor[], dots: readonly Leaves[], window: Window) => {
      let after: S;
      const keep = (state: S) => {
        after = state;
      };
      const at = { u, leaves: leavesOf(before) };
      const { value, push } = linearise(through(window, before, keep), at);
      return {
        loss: value.loss,
        state: withLeaves(after!, value.leaves),
        dots: V.map((v, i) => push({ u: v, leaves: dots[i]! }).leaves as Leaves),
      };
    },
  );
  const back = capture(
    (
      u: Tensor,
      before: S,
      V: readonly Tensor[],
      dots: readonly Leaves[],
      bar: Leaves,
      barDots: readonly Leaves[],
      window: Window,
    ) => {
      const pull = ({ bar: leaves, ...here }: At & { readonly bar: Leaves }) =>
        vjp(through(window, before), here).pullback({ loss: full([], 1), leaves });
      const { value, push } = linearise(pull, { u, leaves: leavesOf(before), bar });
      return {
        bars: value,
        dots: V.map((v, i) => push({ u: v, leaves: dots[i]!, bar: barDots[i]! })),
      };
    },
  );

  function valueAt(point: readonly number[]): number {
    return scope(() => {
      const u = tensor(point);
      let before = begin(u);
      let J = 0;
      for (const piece of pieces) {
        const { loss, state } = inPiece(piece, (window) => pass(u, before, window));
        J += loss.item();
        release([loss, before]);
        before = state;
      }
      return J;
    });
  }

  /** J, its gradient, and the products of its Hessian with the rows of V. */
  function productsAt(point: readonly number[], V: readonly Tensor[]) {
    const u = tensor(point);
    const kept = [beginAlong(u, V)];
    let J = 0;
    for (const piece of pieces) {
      const { state: before, dots } = kept.at(-1)!;
      const { loss, ...next } = inPiece(piece, (window) => along(u, before, V, dots, window));
      J += loss.item();
      kept.push(next);
    }
    const last = kept.pop()!.state;
    const gradient: number[] = Array(n).fill(0);
    const columns = V.map((): number[] => Array(n).fill(0));
    const gather = (bar: Tensor, dots: readonly { readonly u: Tensor }[]) => {
      addTo(gradient, bar);
      dots.forEach((dot, i) => {
        addTo(columns[i]!, dot.u);
      });
    };
    const none = (): Leaves => leavesOf(last).map(zerosLike);
    let bar = none();
    let barDots = V.map(none);
    for (const piece of pieces.toReversed()) {
      const { state: before, dots } = kept.pop()!;
      const made = inPiece(piece, (window) => back(u, before, V, dots, bar, barDots, window));
      gather(made.bars.u, made.dots);
      release([before, dots, bar, barDots, made.bars.u, made.dots.map((dot) => dot.u)]);
      bar = made.bars.leaves;
      barDots = made.dots.map(({ leaves }) => leaves);
    }
    const made = beginBack(u, V, bar, barDots);
    gather(made.bars.u, made.dots);
    return { J, gradient, columns };
  }

  function curvatureAt(point: readonly number[]): Curvature {
    const made = starts(n).map((from) =>
      scope(() => {
        const unit = eye(n);
        const V = Array.from({ length: Math.min(together, n - from) }, (_, i) =>
          index(unit, 0, from + i),
        );
        return productsAt(point, V);
      }),
    );
    const columns = made.flatMap((each) => each.columns);
    return {
      value: made[0]?.J ?? valueAt(point),
      gradient: made[0]?.gradient ?? [],
      hessian: columns.map((column, i) => column.map((h, j) => (h + columns[j]![i]!) / 2)),
    };
  }

  const programs = [begin, beginAlong, beginBack, pass, along, back];
  return {
    value: (point) => orElse(Number.NaN, () => valueAt(point)),
    curvature: curvatureAt,
    forget: () => {
      for (const program of programs) program.forget();
    },
  };
}

const zerosLike = (x: Tensor): Tensor => zeros(x.shape, x.dtype);

/** The first of each group of columns of a Hessian [n, n]. */
const starts = (n: number): number[] =>
  Array.from({ length: Math.ceil(n / together) }, (_, group) => group * together);

/** sum ← sum + x, in plain numbers. */
function addTo(sum: number[], x: Tensor): void {
  x.data().forEach((v, i) => {
    sum[i]! += v;
  });
}
