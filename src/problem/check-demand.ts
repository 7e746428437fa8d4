/** Library calls that would hang or exhaust the memory are refused, by the limits of `demand.ts`. */
import { UsageError } from "../engine/index.js";
import { type Extent, excessOf } from "./demand.js";
import type { StateSpace } from "./system.js";

/** The sizes of a call; those that are left out do not count. */
type Sizes = Partial<
  Pick<Extent, "times" | "beyond" | "steps" | "longest" | "trajectories" | "epochs">
>;

/** @throws UsageError with the figure and the option to change, before anything is made. */
export function checkDemand(
  who: string,
  { dimension, view, observed, substeps }: StateSpace,
  sizes: Sizes,
): void {
  const { size = dimension } = view.operator ?? (observed.kind === "changing" ? observed : {});
  const excess = excessOf({
    ...{ variables: dimension, values: size, substeps, state: dimension },
    ...{ times: 0, beyond: 0, steps: 0, longest: 1, trajectories: 1, epochs: 0 },
    ...{ widest: null, kept: 0, longRun: null },
    ...sizes,
  });
  if (excess === null) return;
  throw new UsageError(`${who}: ${excess.message}. Change ${options[excess.of]}.`);
}

/** The options of library calls that make a demand smaller. */
const options: Readonly<Record<NonNullable<ReturnType<typeof excessOf>>["of"], string>> = {
  interval: "every, the steps between two observations",
  substeps: "substeps of stateSpace",
  times: "cycles or trajectories",
  forecast: "steps",
  state: "the dimension of the model",
  epochs: "learn.epochs or learn.restarts",
  step: "step of stateSpace",
};
