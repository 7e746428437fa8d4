/** What a method is made for, besides its specification. */
import type { Geometry } from "../models/index.js";
import type { Operator } from "../observe/index.js";
import type { Scalar } from "../prob/index.js";
import type { Climate } from "./climatology.js";

export interface Setting {
  /** d */
  readonly dimension: number;
  /** Where the variables lie; null: nowhere. */
  readonly geometry: Geometry | null;
  /** h, if it is the same at every time, else null. */
  readonly operator: Operator | null;
  /** R */
  readonly variance: Scalar;
  /** What a long run of the model says, where the method asks for it. */
  readonly climate: Climate | null;
}
