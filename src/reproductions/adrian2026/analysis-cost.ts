/** Counts the operations of one step of a filter from its instructions; nothing is run. */
import { estimateCost, scope, type Tensor, zeros } from "../../engine/index.js";
import { enkf, ens3dvar, type Filter, threedvarC, threedvarK } from "../../filters/index.js";
import { bindModel, lorenz96 } from "../../models/index.js";
import { type Operator, observeComponents, observeMatrix } from "../../observe/index.js";
import { key } from "../../random/index.js";
import { isEnsemble, type MethodName } from "./trial.js";

/** A type, not an interface, so that it is JSON. */
export type Sizes = {
  readonly method: Exclude<MethodName, "kalman">;
  /** H is any matrix, or picks variables. */
  readonly view: "matrix" | "picked";
  /** d_x */
  readonly state: number;
  /** d_y */
  readonly observed: number;
  /** N; 1 for methods without members. */
  readonly members: number;
};

export type StepCost = {
  /** Operations of an analysis with its likelihood. */
  readonly analysis: number;
  /** Operations of each further analysis where H does not change. */
  readonly further: number;
  readonly forecast: number;
};

/** The arrays of a filter: the parameter of the covariance or gain, the states, y and H. */
interface Arrays {
  readonly parameter: Tensor;
  readonly states: Tensor;
  readonly y: Tensor;
  readonly H: Tensor;
}

const variance = 1;

export const stepCost = (sizes: Sizes): StepCost => scope(() => counted(sizes));

function counted(sizes: Sizes): StepCost {
  const { method, view, state: d, observed: m, members: N } = sizes;
  // Only shapes count.
  const arrays: Arrays = {
    parameter: zeros(method === "3dvar-k" ? [d, m] : [d, d]),
    states: zeros(isEnsemble(method) ? [N, d] : [d]),
    y: zeros([m]),
    H: zeros([m, d]),
  };
  const observed = Array.from({ length: m }, (_, i) => Math.floor((i * d) / m));
  const operatorOf = (H: Tensor): Operator =>
    view === "matrix" ? observeMatrix(H) : observeComponents(observed);
  const noise = key(1);
  const analyses = (count: number, fixed: boolean) =>
    estimateCost(({ parameter, states, y, H }: Arrays) => {
      const operator = operatorOf(H);
      const filter = filterOf(sizes, parameter, operator, fixed);
      const observation = { y, mask: null, operator, variance };
      let x = states;
      const evidence: Tensor[] = [];
      for (let t = 0; t < count; t++) {
        const { state, logEvidence } = filter.analyse(x, observation, noise);
        x = state;
        evidence.push(logEvidence);
      }
      return { x, evidence };
    }, arrays).operations;
  const transition = bindModel(lorenz96, { dimension: d, forcing: 8 }).step(0.05);
  const forecast = estimateCost(
    ({ states, parameter, H }: Arrays) =>
      filterOf(sizes, parameter, operatorOf(H), false).forecast(states, transition, noise),
    arrays,
  ).operations;
  return {
    analysis: analyses(1, false),
    further: analyses(2, true) - analyses(1, true),
    forecast,
  };
}

function filterOf(
  { method, members }: Sizes,
  parameter: Tensor,
  operator: Operator,
  fixed: boolean,
): Filter<Tensor> {
  const covariance = { kind: "dense", factor: parameter } as const;
  const inflated = { members, covarianceInflation: 0.1 };
  switch (method) {
    case "enkf":
      return enkf(inflated);
    case "ens3dvar":
      return ens3dvar({ ...inflated, covariance, mixing: 0.5, ...(fixed && { operator }) });
    case "3dvar-c":
      return threedvarC({ covariance, ...(fixed && { observing: { operator, variance } }) });
    case "3dvar-k":
      return threedvarK({ gain: parameter, operator });
  }
}
