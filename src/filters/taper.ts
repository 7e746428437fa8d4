/**
 * Tapers for an analysis: the rows of ρ between observed positions and the state, and between observed
 * positions.
 */
import { type FloatType, ShapeError, type Tensor, UsageError } from "../engine/index.js";
import { type Operator, rowsSeen } from "../observe/index.js";
import { type Position, type TaperParams, taperMatrix } from "../prob/index.js";

/** ρ for one observation operator. */
export interface ObservedTaper {
  /** Between observations and the state, [..., m, d]. */
  readonly observedState: Tensor;
  /** [..., m, m]; not used where components are picked, since it is then a part of the former. */
  readonly observed: Tensor;
}

/** ρ between all components, for operators that pick some of them. */
export interface StateTaper {
  /** [d, d] */
  readonly state: Tensor;
}

/** A taper for one operator, or for all operators that pick components. */
export type Taper = ObservedTaper | StateTaper;

/** Positions of variables and observations: numbers in the unit of the half-width, or places on a sphere. */
export interface Positions {
  /** Positions of the components of the state, [d]. */
  readonly state: readonly Position[];
  /** Positions of the observations, [m]. */
  readonly observed: readonly Position[];
}

/** Returns the positions 0, 1, …, d − 1 of a state, and those of the observed components. */
export const gridPositions = (d: number, observed: readonly number[]): Positions => ({
  state: Array.from({ length: d }, (_, i) => i),
  observed,
});

/**
 * Makes the taper ρ for fixed observations: [m, d] and [m, m], once for all times at which the same positions
 * are observed. A half-width that is a tensor may be learned.
 *
 * @see gaspari1999
 */
export const observedTaper = (
  { state, observed }: Positions,
  params: TaperParams,
  dtype: FloatType = "f64",
): ObservedTaper => ({
  observedState: taperMatrix(observed, state, params, dtype),
  observed: taperMatrix(observed, observed, params, dtype),
});

/**
 * Makes the taper ρ between components at these positions, [d, d], once for all times, also where the
 * observed components change: each analysis picks its rows.
 *
 * @see gaspari1999
 */
export const stateTaper = (
  positions: readonly Position[],
  params: TaperParams,
  dtype: FloatType = "f64",
): StateTaper => ({ state: taperMatrix(positions, positions, params, dtype) });

/**
 * Returns the parts of ρ for an operator with m values and a state of d components; `who` names the caller.
 *
 * @throws UsageError when a taper between components meets an operator that picks none; ShapeError when the
 * shapes do not fit.
 */
export function taperAt(who: string, taper: Taper, operator: Operator, d: number): ObservedTaper {
  if (!("state" in taper)) return checkTaper(who, taper, operator.size, d);
  if (operator.components === null) {
    throw new UsageError(
      `${who}: the taper is between components, and the operator "${operator.name}" picks none. Make one from the observed positions with observedTaper.`,
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
    `${who}: the taper is [${observedState.shape}] and [${observed.shape}]; need [${m}, ${d}] and [${m}, ${m}]. Make one for each set of observed positions.`,
  );
}
