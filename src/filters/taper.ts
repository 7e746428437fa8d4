/**
 * The rows of a taper that an analysis needs: between observed places and the state, and between
 * observed places.
 *
 * Where the places stay, only those rows are made. Where they change from one observation to the
 * next, ρ between all components is made once, and each analysis picks its rows.
 */
import { type FloatType, ShapeError, type Tensor, UsageError } from "../engine/index.js";
import { type Operator, rowsSeen } from "../observe/index.js";
import { type TaperParams, taperMatrix } from "../prob/index.js";

/** ρ for one observation operator. */
export interface ObservedTaper {
  /** [..., m, d] */
  readonly observedState: Tensor;
  /** [..., m, m]; where components are picked it is a part of the former, and not used. */
  readonly observed: Tensor;
}

/** ρ between all components, for operators that pick some of them. */
export interface StateTaper {
  /** [d, d] */
  readonly state: Tensor;
}

export type Taper = ObservedTaper | StateTaper;

/** Where things are, in the unit of the half-width. */
export interface Positions {
  /** Of the components of the state, [d]. */
  readonly state: readonly number[];
  /** Of the observations, [m]. */
  readonly observed: readonly number[];
}

/** Positions 0, 1, …, d − 1 of a state of which the components given are observed. */
export const gridPositions = (d: number, observed: readonly number[]): Positions => ({
  state: Array.from({ length: d }, (_, i) => i),
  observed,
});

/**
 * The two parts of ρ; made once for all steps that observe the same places. A half-width that is a
 * tensor may be learned.
 */
export const observedTaper = (
  { state, observed }: Positions,
  params: TaperParams,
  dtype: FloatType = "f64",
): ObservedTaper => ({
  observedState: taperMatrix(observed, state, params, dtype),
  observed: taperMatrix(observed, observed, params, dtype),
});

/** ρ between components at these positions; made once for all steps, whatever they observe. */
export const stateTaper = (
  positions: readonly number[],
  params: TaperParams,
  dtype: FloatType = "f64",
): StateTaper => ({ state: taperMatrix(positions, positions, params, dtype) });

/** The parts of ρ that belong to an operator; throws unless they fit m observations of d components. */
export function taperAt(who: string, taper: Taper, operator: Operator, d: number): ObservedTaper {
  if (!("state" in taper)) return checkTaper(who, taper, operator.size, d);
  if (operator.components === null) {
    throw new UsageError(
      `${who}: the taper is between components, and the operator "${operator.name}" picks none; make one from the positions observed, with observedTaper.`,
    );
  }
  const observedState = rowsSeen(operator, taper.state);
  return checkTaper(
    who,
    { observedState, observed: operator.apply(observedState) },
    operator.size,
    d,
  );
}

function checkTaper(who: string, taper: ObservedTaper, m: number, d: number): ObservedTaper {
  const { observedState, observed } = taper;
  const fits = (x: Tensor, rows: number, columns: number) =>
    x.shape.at(-2) === rows && x.shape.at(-1) === columns;
  if (fits(observedState, m, d) && fits(observed, m, m)) return taper;
  throw new ShapeError(
    `${who}: the taper is [${observedState.shape}] and [${observed.shape}]; need [${m}, ${d}] and [${m}, ${m}]. Make one for each set of observed places.`,
  );
}
