/**
 * The captured programs of training: the loss of a window with and without its gradient, the restart
 * of the filter, and the update of the parameters. Each is recorded once for every shape. Threads
 * share a window in slices of trajectories, whose losses and gradients are summed in order.
 */
import {
  abs,
  add,
  type CaptureStatistics,
  capture,
  greater,
  leavesOf,
  NumericError,
  ones,
  parallel,
  release,
  sum,
  type Tensor,
  valueAndGradWithAux,
  vjp,
  withLeaves,
  zeros,
} from "../engine/index.js";
import { type AdamState, adam } from "./adam.js";
import { clipGradient } from "./clip-gradient.js";
import { normaliseGradient } from "./normalise-gradient.js";
import { type NamedTensors, valuesOf } from "./parameters.js";
import { cycleCost, inPiece, longest, piecesOf, replays } from "./pieces.js";
import { type LearningProblem, type WindowStart, windowLoss } from "./problem.js";
import type { TrajectoryTensors, Window } from "./window.js";

/** Input that all slices share. */
interface SharedInput extends Omit<Window, "trajectories"> {
  readonly latents: NamedTensors;
}

/** Input of one slice. */
interface SliceInput<S> {
  readonly entry: WindowStart<S>;
  readonly trajectories: TrajectoryTensors;
}

/** Input of one slice for a restart of the filter. */
interface RestartInput {
  readonly start: NamedTensors;
  readonly trajectories: TrajectoryTensors;
}

/** The loss of a window, and the state after it. */
export interface WindowLoss<S> {
  /** J, summed over the trajectories. */
  readonly loss: number;
  readonly state: S;
}

/** The loss of a window with its gradient ∂J/∂latents. */
export interface WindowGradient<S> extends WindowLoss<S> {
  readonly gradient: NamedTensors;
}

export interface Programs<S> {
  /** Returns the loss of a window. */
  loss(latents: NamedTensors, entry: WindowStart<S>, window: Window): WindowLoss<S>;
  /** Returns the loss of a window with its gradient. */
  gradient(latents: NamedTensors, entry: WindowStart<S>, window: Window): WindowGradient<S>;
  /** Restarts the filter from the observations of one cycle, by `LearningProblem.restart`. */
  restart(latents: NamedTensors, start: NamedTensors, cycle: Window): S;
  /**
   * Makes a step of Adam along the gradient, normalised first if `normalise`, or else clipped to the norm
   * `most` if there is one.
   */
  update(
    latents: NamedTensors,
    gradient: NamedTensors,
    moments: AdamState,
    rates: NamedTensors,
    normalise: boolean,
    most: Tensor | null,
  ): { parameters: NamedTensors; state: AdamState };
  statistics(): CaptureStatistics;
  forget(): void;
}

export function programs<S>(problem: LearningProblem<S>, slices: number): Programs<S> {
  const { definitions, bound } = problem;
  const lossOf = (
    latents: NamedTensors,
    shared: SharedInput,
    { entry, trajectories }: SliceInput<S>,
  ) => windowLoss(problem, latents, entry, { ...shared, trajectories });

  const gradient = parallel(
    (shared: SharedInput, own: SliceInput<S>) => {
      const made = valueAndGradWithAux((latents: NamedTensors) => {
        const { loss, state } = lossOf(latents, shared, own);
        return { value: loss, aux: state };
      }, shared.latents);
      const total = { loss: made.value, beyond: beyond(made.aux, bound), gradient: made.gradient };
      return { total, each: made.aux };
    },
    { slices },
  );
  // Derivatives are of the tensors of a state; its plain numbers, such as counts of steps, have none.
  const pull = parallel(
    (shared: SharedInput, { bar, ...own }: SliceInput<S> & { readonly bar: Tensor[] }) => {
      const before = "before" in own.entry ? own.entry.before : null;
      const from = { latents: shared.latents, leaves: leavesOf(before) };
      const { value, pullback } = vjp(({ latents, leaves }: typeof from) => {
        const entry = before === null ? own.entry : { before: withLeaves(before, leaves) };
        const { loss, state } = lossOf(latents, shared, { ...own, entry });
        return { loss, leaves: leavesOf(state) };
      }, from);
      const { latents, leaves } = pullback({
        loss: ones(value.loss.shape, value.loss.dtype),
        leaves: bar,
      });
      return { total: latents, each: leaves };
    },
    { slices },
  );
  const windowLosses = parallel(
    (shared: SharedInput, own: SliceInput<S>) => {
      const { loss, state } = lossOf(shared.latents, shared, own);
      return { total: { loss, beyond: beyond(state, bound) }, each: state };
    },
    { slices },
  );
  const restart = parallel(
    (shared: SharedInput, { start, trajectories }: RestartInput) => {
      const values = valuesOf(definitions, shared.latents);
      return { total: {}, each: problem.restart!(values, start, { ...shared, trajectories }) };
    },
    { slices },
  );
  const optimiser = adam();
  const stepAlong =
    (treated: (slope: NamedTensors, most: Tensor | null) => NamedTensors) =>
    (
      latents: NamedTensors,
      slope: NamedTensors,
      moments: AdamState,
      rates: NamedTensors,
      most: Tensor | null,
    ) =>
      optimiser.update(latents, treated(slope, most), moments, rates);
  const update = capture(
    stepAlong((slope, most) => (most === null ? slope : clipGradient(slope, most))),
  );
  const normalisedUpdate = capture(stepAlong(normaliseGradient));

  const loss: Programs<S>["loss"] = (latents, entry, { trajectories, ...window }) => {
    const { total, each } = windowLosses({ latents, ...window }, { entry, trajectories });
    checkBound(total.beyond, [total, each], bound);
    const loss = total.loss.item();
    release(total);
    return { loss, state: each };
  };

  let counted: number | undefined;
  const cycleSize = (): number => {
    counted ??= cycleCost(problem).instructions;
    return counted;
  };

  /** The gradient by pieces: forward with the states between them kept, and back through each again. */
  function gradientByPieces(
    latents: NamedTensors,
    entry: WindowStart<S>,
    window: Window,
  ): WindowGradient<S> {
    const pieces = piecesOf([window], cycleSize(), replays.gradient);
    const entries = [entry];
    let total = 0;
    for (const piece of pieces) {
      const made = inPiece(piece, (part) => loss(latents, entries.at(-1)!, part));
      total += made.loss;
      entries.push({ before: made.state });
    }
    const { before: state } = entries.pop() as { readonly before: S };
    let bar = leavesOf(state).map(zerosLike);
    let sum: NamedTensors | null = null;
    for (const piece of pieces.toReversed()) {
      const from = entries.pop()!;
      const { total: part, each } = inPiece(piece, ({ trajectories, ...shared }) =>
        pull({ latents, ...shared }, { entry: from, trajectories, bar }),
      );
      const before: NamedTensors | null = sum;
      sum = before === null ? part : addAll(before, part);
      release([bar, before === null ? null : [before, part], from === entry ? null : from]);
      bar = each;
    }
    release(bar);
    return { loss: total, state, gradient: sum! };
  }

  const all = [gradient, pull, windowLosses, restart, update, normalisedUpdate];
  return {
    loss,
    gradient: (latents, entry, given) => {
      if (given.intervals.length > longest) return gradientByPieces(latents, entry, given);
      const { trajectories, ...window } = given;
      const { total, each } = gradient({ latents, ...window }, { entry, trajectories });
      checkBound(total.beyond, [total, each], bound);
      const loss = total.loss.item();
      release([total.loss, total.beyond]);
      return { loss, state: each, gradient: total.gradient };
    },
    restart: (latents, start, { trajectories, ...cycle }) =>
      restart({ latents, ...cycle }, { start, trajectories }).each,
    update: (latents, slope, moments, rates, normalise, most) =>
      normalise
        ? normalisedUpdate(latents, slope, moments, rates, null)
        : update(latents, slope, moments, rates, most),
    statistics: () => {
      const figures = all.map((program) => program.statistics());
      const sumOf = (name: keyof CaptureStatistics) =>
        figures.reduce((n, each) => n + each[name], 0);
      return {
        programs: sumOf("programs"),
        instructions: sumOf("instructions"),
        bytes: sumOf("bytes"),
      };
    },
    forget: () => {
      for (const program of all) program.forget();
    },
  };
}

const zerosLike = (x: Tensor): Tensor => zeros(x.shape, x.dtype);

const addAll = (a: NamedTensors, b: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.entries(a).map(([name, x]) => [name, add(x, b[name]!)]));

/** Counts the numbers of a state whose absolute value exceeds the bound; null without a bound. */
function beyond(state: unknown, bound: number | undefined): Tensor | null {
  if (bound === undefined) return null;
  return leavesOf(state)
    .map((x) => sum(greater(abs(x), bound)))
    .reduce((total, count) => add(total, count));
}

/** Throws when numbers of a state exceed the bound, and gives the state's memory back. */
function checkBound(beyond: Tensor | null, made: unknown, bound: number | undefined): void {
  const many = beyond?.item() ?? 0;
  if (many === 0) return;
  release(made);
  throw new NumericError(
    `training: the filter diverged: ${many} numbers of its state exceed the bound ${bound} after a window. Try shorter windows, smaller rates or another start.`,
  );
}
