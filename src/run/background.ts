/** Static covariances and gains: given, or by what is learned of them. */
import { cholesky, mul, type Tensor, tensor, transpose } from "../engine/index.js";
import type { Operator } from "../observe/index.js";
import {
  type Covariance,
  diagonalEntries,
  formCovariance,
  positive,
  scaled,
  upperBand,
} from "../prob/index.js";
import { key, normal } from "../random/index.js";
import type { Setting } from "./setting.js";
import {
  type BackgroundSpecification,
  type CovarianceStructure,
  type GainSpecification,
  SpecificationError,
} from "./specification.js";
import type { Reader } from "./values.js";

/** The operator of a method that needs one for all times. */
export function fixed({ operator }: Setting): Operator {
  if (operator !== null) return operator;
  throw new SpecificationError(
    "method.kind",
    "3dvar-k has one gain for one set of observed variables, and here they change with time; need 3dvar-c, ens3dvar or enkf.",
  );
}

/** C; formed once where the observed rows of it change. */
export function covarianceOf(
  spec: BackgroundSpecification,
  read: Reader,
  setting: Setting,
): Covariance {
  const C = backgroundOf(spec, read, setting);
  if (setting.operator !== null) return C;
  return { kind: "matrix", matrix: formCovariance(C, setting.dimension) };
}

/** C: given, or by what is learned of it. */
function backgroundOf(
  { start, structure }: BackgroundSpecification,
  read: Reader,
  { dimension: d, climate }: Setting,
): Covariance {
  const given = (): Covariance => {
    if (start.kind === "identity")
      return { kind: "diagonal", variance: tensor(row(d, start.variance)) };
    if (start.kind === "matrix") return { kind: "matrix", matrix: tensor(start.matrix) };
    return { kind: "matrix", matrix: mul(start.share, tensor(climate!.covariance)) };
  };
  if (structure === null) return given();
  const variances = (): number[] => {
    if (start.kind === "identity") return row(d, start.variance);
    if (start.kind === "matrix") return start.matrix.map((values, i) => values[i]!);
    return climate!.covariance.map((values, i) => start.share * values[i]!);
  };
  return learnedCovariance(structure, d, given, variances, read);
}

const row = (d: number, value: number): number[] => new Array<number>(d).fill(value);

function learnedCovariance(
  structure: CovarianceStructure,
  d: number,
  given: () => Covariance,
  variances: () => readonly number[],
  read: Reader,
): Covariance {
  const diagonal = variances();
  /** The size that entries of a factor may have: what their latents are measured by. */
  const size = Math.sqrt(diagonal.reduce((sum, v) => sum + v, 0) / d);
  const learned = (what: string, start: () => Tensor, bijection = scaled(size)) =>
    read.tensor(`background.${what}`, { start, bijection, group: "filter" });
  switch (structure.kind) {
    case "diagonal":
      return {
        kind: "diagonal",
        variance: learned("variance", () => tensor(diagonal), positive(size * size)),
      };
    case "dense":
      return { kind: "dense", factor: learned("factor", () => denseFactor(given(), diagonal)) };
    case "band": {
      const pattern = upperBand(d, structure.band);
      const entries = learned("entries", () =>
        mul(
          diagonalEntries(pattern, 1),
          tensor(pattern.places.map(([i]) => Math.sqrt(diagonal[i]!))),
        ),
      );
      return { kind: "triangular", entries, pattern };
    }
    case "rank": {
      const factor = learned("factor", () =>
        mul(firstUpdate * size, normal(key(structure.seed), [d, structure.rank])),
      );
      return { kind: "update", base: given(), factor };
    }
  }
}

/** How small an update begins beside what it updates; at zero it would have no slope. */
const firstUpdate = 0.1;

/** B of C = B Bᵀ. */
const denseFactor = (C: Covariance, diagonal: readonly number[]): Tensor =>
  C.kind === "matrix"
    ? cholesky(C.matrix)
    : tensor(diagonal.map((v, i) => diagonal.map((_, j) => (i === j ? Math.sqrt(v) : 0))));

/** K [d, m]; a learned one is measured by the factor, or by 1. */
export function gainOf(
  { start, learn }: GainSpecification,
  read: Reader,
  setting: Setting,
): Tensor {
  const first = () =>
    start.kind === "matrix"
      ? tensor(start.matrix)
      : mul(start.factor, transpose(fixed(setting).matrix(setting.dimension)!));
  if (!learn) return first();
  const size = start.kind === "transpose" ? Math.abs(start.factor) : 1;
  return read.tensor("gain", { start: first, bijection: scaled(size), group: "filter" });
}
