/**
 * The rows of a taper that an analysis needs: between observed places and the state, and between
 * observed places. The d×d matrix of the state is never formed.
 */
import { type FloatType, ShapeError, type Tensor } from "../engine/index.js";
import { type TaperParams, taperMatrix } from "../prob/index.js";

/** ρ for one observation operator. */
export interface ObservedTaper {
  /** [m, d] */
  readonly observedState: Tensor;
  /** [m, m]; where components are picked it is a part of the former, and not used. */
  readonly observed: Tensor;
}

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

/** The two parts of ρ; made once for all steps that observe the same places. */
export const observedTaper = (
  { state, observed }: Positions,
  params: TaperParams,
  dtype: FloatType = "f64",
): ObservedTaper => ({
  observedState: taperMatrix(observed, state, params, dtype),
  observed: taperMatrix(observed, observed, params, dtype),
});

/** Throws unless the taper belongs to m observations of a state of d components. */
export function checkTaper(
  who: string,
  { observedState, observed }: ObservedTaper,
  m: number,
  d: number,
): void {
  const fits = (x: Tensor, rows: number, columns: number) =>
    x.shape.length === 2 && x.shape[0] === rows && x.shape[1] === columns;
  if (fits(observedState, m, d) && fits(observed, m, m)) return;
  throw new ShapeError(
    `${who}: the taper is [${observedState.shape}] and [${observed.shape}]; need [${m}, ${d}] and [${m}, ${m}]. Make one for each set of observed places.`,
  );
}
