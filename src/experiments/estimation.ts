/** From the method of a specification to a filter, with the values that a reader gives. */
import { cholesky, mul, type Tensor, tensor, transpose } from "../engine/index.js";
import {
  enkf,
  ens3dvar,
  kalman,
  type Method,
  observedTaper,
  stateTaper,
  type Taper,
  threedvarC,
  threedvarK,
} from "../filters/index.js";
import type { Operator } from "../observe/index.js";
import {
  type Covariance,
  diagonalEntries,
  formCovariance,
  positive,
  type Scalar,
  scaled,
  upperBand,
} from "../prob/index.js";
import { key, normal } from "../random/index.js";
import { placesOf } from "./motion.js";
import {
  type BackgroundSpecification,
  type CovarianceStructure,
  type EnsembleSpecification,
  type GainSpecification,
  type ModelSpecification,
  type Specification,
  SpecificationError,
} from "./specification.js";
import { type Reader, share, width } from "./values.js";

/** What a filter is made for, besides its specification. */
export interface Setting {
  /** d */
  readonly dimension: number;
  /** h, if it is the same at every time, else null. */
  readonly operator: Operator | null;
  /** R */
  readonly variance: Scalar;
  /** The covariance of a long run of the model, [d][d], where a background asks for it. */
  readonly climate: readonly (readonly number[])[] | null;
}

/** A filter whose state is a tree of tensors; which one, only the filter itself needs to know. */
export function filterOf(
  { method, model }: Specification,
  read: Reader,
  setting: Setting,
): Method<unknown> {
  const { operator, variance } = setting;
  switch (method.kind) {
    case "kalman":
    case "rts":
      return kalman();
    case "enkf":
      return enkf(ensembleOf(method, model, read, setting));
    case "ens3dvar":
      return ens3dvar({
        ...ensembleOf(method, model, read, setting),
        covariance: covarianceOf(method.background, read, setting),
        mixing: read.value(method.mixing, "mixing", share),
        ...(operator && { operator }),
      });
    case "3dvar-c":
      return threedvarC({
        covariance: covarianceOf(method.background, read, setting),
        ...(operator && { observing: { operator, variance } }),
      });
    case "3dvar-k":
      return threedvarK({
        gain: gainOf(method.gain, read, setting),
        operator: fixed(setting),
      });
  }
}

/** The operator of a method that needs one for all times. */
function fixed({ operator }: Setting): Operator {
  if (operator !== null) return operator;
  throw new SpecificationError(
    "method.kind",
    "3dvar-k has one gain for one set of observed variables, and here they change with time; need 3dvar-c, ens3dvar or enkf.",
  );
}

function ensembleOf(
  { members, covarianceInflation, taper }: EnsembleSpecification,
  model: ModelSpecification,
  read: Reader,
  setting: Setting,
) {
  const phi = read.value(covarianceInflation, "covarianceInflation", share);
  const rho =
    taper && taperOf(read.value(taper.halfWidth, "taper.halfWidth", width), model, setting);
  return { members, covarianceInflation: phi, ...(rho && { taper: rho }) };
}

/** ρ of variables that have places. */
function taperOf(halfWidth: Scalar, model: ModelSpecification, { operator }: Setting): Taper {
  const { domain, positions } = placesOf(model)!;
  if (operator === null) return stateTaper(positions, { domain, halfWidth });
  const components = operator.components as readonly number[];
  const observed = components.map((i) => positions[i]!);
  return observedTaper({ state: positions, observed }, { domain, halfWidth });
}

/** C; formed once where the observed rows of it change. */
function covarianceOf(spec: BackgroundSpecification, read: Reader, setting: Setting): Covariance {
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
    return { kind: "matrix", matrix: mul(start.share, tensor(climate!)) };
  };
  if (structure === null) return given();
  const variances = (): number[] => {
    if (start.kind === "identity") return row(d, start.variance);
    if (start.kind === "matrix") return start.matrix.map((values, i) => values[i]!);
    return climate!.map((values, i) => start.share * values[i]!);
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
function gainOf({ start, learn }: GainSpecification, read: Reader, setting: Setting): Tensor {
  const first = () =>
    start.kind === "matrix"
      ? tensor(start.matrix)
      : mul(start.factor, transpose(fixed(setting).matrix(setting.dimension)!));
  if (!learn) return first();
  const size = start.kind === "transpose" ? Math.abs(start.factor) : 1;
  return read.tensor("gain", { start: first, bijection: scaled(size), group: "filter" });
}
