/** What people know of a system: records of observations, and a prior. */
import type { Values } from "../parts/index.js";

/** Gaussian before the first observation: the mean in natural variables, the variance in the state's. */
export interface Prior {
  /** [d], learned or not. */
  readonly mean: Values;
  /** One number for all variables, or [d]. */
  readonly variance: number | readonly number[];
  /**
   * Of which variables nothing is known: of all, or [d]. Mean and variance then count for the others alone.
   * Only exact methods for linear models take it. @defaultValue of none
   */
  readonly diffuse?: true | readonly boolean[];
}

/** A time series of observations in natural units, with the names of its columns; NaN is a gap. */
export interface ObservationRecord {
  /** Name of the time column. */
  readonly timeName: string;
  /** Strictly increasing, [K]. */
  readonly times: readonly number[];
  /** Column names, [m]. */
  readonly columns: readonly string[];
  /** The state variable that each column observes, [m]; −1 if a column is no single variable. */
  readonly components: readonly number[];
  /** [K][m] */
  readonly values: readonly (readonly number[])[];
}
