/** What a window of a learning problem would cost, counted without running it. */
import { type CostEstimate, estimateCost, mapTree, slice, valueAndGrad } from "../engine/index.js";
import {
  type LearningProblem,
  type NamedTensors,
  startLatents,
  tensorsOf,
  type Window,
  windowLoss,
} from "../learn/index.js";

/** Trajectories are learned from in so many slices, each a program (`trainer`). */
const slices = 4;

export type WindowCost = Pick<CostEstimate, "bytes" | "operations" | "seconds">;

/** Of the first window, with its gradient where something is learned; all trajectories together. */
export function windowCost<S>(problem: LearningProblem<S>, learns = true): WindowCost {
  const { definitions, dtype = "f64", training } = problem;
  const [{ intervals, ...tensors }] = training.windows as readonly Window[] as [Window];
  const all = tensors.trajectories.y.shape[0]!;
  const part = Math.ceil(all / slices);
  const sliced = <T>(tree: T): T => mapTree(tree, (x) => slice(x, 0, 0, part));
  type Given = Omit<Window, "intervals">;
  const loss = (latents: NamedTensors, start: NamedTensors, window: Given) =>
    windowLoss(problem, latents, { start }, { intervals, ...window }).loss;
  const program =
    learns && definitions.length > 0
      ? (u: NamedTensors, start: NamedTensors, window: Given) =>
          valueAndGrad((at: NamedTensors) => loss(at, start, window))(u)
      : loss;
  const latents = tensorsOf(definitions, startLatents(definitions), dtype);
  const window = { ...tensors, trajectories: sliced(tensors.trajectories) };
  const one = estimateCost(program, latents, sliced(training.start), window);
  const times = all / part;
  return {
    bytes: Math.round(times * one.bytes),
    operations: Math.round(times * one.operations),
    seconds: times * one.seconds,
  };
}
