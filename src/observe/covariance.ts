/**
 * What an instrument sees of a covariance: the observed rows of C, and no others.
 *
 *     H C  [..., m, d],     H C Hᵀ  [..., m, m]
 */
import { add, cast, matmul, mul, ShapeError, type Tensor, UsageError } from "../engine/index.js";
import {
  type Covariance,
  covarianceDimension,
  expectCovariance,
  floatType,
  givenMatrix,
  triangularFactor,
} from "../prob/index.js";
import {
  columnsAtObserved,
  expectOperator,
  type Observation,
  rowsAtObserved,
} from "./observation.js";
import { type Operator, rowsSeen } from "./operator.js";

/** Leading axes only where gaps or components differ between trajectories. */
export interface ObservedCovariance {
  /** H C, [..., m, d] */
  readonly HC: Tensor;
  /** H C Hᵀ, [..., m, m] */
  readonly HCH: Tensor;
}

/** H C and H C Hᵀ for a linear operator; `who` asks. */
export function observedCovariance(
  who: string,
  C: Covariance,
  operator: Operator,
): ObservedCovariance {
  expectOperator(who, operator);
  expectCovariance(who, C);
  if (!operator.linear) {
    throw new UsageError(
      `${who}: the operator "${operator.name}" is not linear; take what it sees as the state, or use the enkf.`,
    );
  }
  const d = covarianceDimension(C);
  if (d === null) {
    throw new ShapeError(
      `${who}: the variance is one number for any number of components; need [d], a variance per component.`,
    );
  }
  const HC = rowsOf(C, operator, d);
  return { HC, HCH: operator.apply(HC) };
}

/** The same with zeros in the rows, and the columns of H C Hᵀ, of the gaps. */
export const covarianceAtObserved = (
  { HC, HCH }: ObservedCovariance,
  gaps: Pick<Observation, "mask">,
): ObservedCovariance => ({
  HC: rowsAtObserved(HC, gaps),
  HCH: columnsAtObserved(rowsAtObserved(HCH, gaps), gaps),
});

/** H C through the factors of C. */
function rowsOf(C: Covariance, H: Operator, d: number): Tensor {
  if (C.kind === "matrix") return rowsSeen(H, givenMatrix(C));
  if (C.kind === "dense") return throughFactor(H, C.factor);
  if (C.kind === "triangular") return throughFactor(H, triangularFactor(C.entries, C.pattern));
  if (C.kind === "update") {
    const own = throughFactor(H, C.factor);
    return add(cast(rowsOf(C.base, H, d), floatType(own)), own);
  }
  const { variance: v } = C;
  const matrix = H.matrix(d)!;
  return mul(typeof v === "number" ? matrix : cast(matrix, floatType(v)), v);
}

/** (H B) Bᵀ */
const throughFactor = (H: Operator, B: Tensor): Tensor =>
  matmul(rowsSeen(H, B), B, { transposeB: true });
