/** Static covariances and gains: given, or by what is learned of them. */
import { cast, cholesky, mul, type Tensor, tensor, transpose } from "../engine/index.js";
import { type Block, counted, type ParametersOf, type TellAt } from "../parts/index.js";
import {
  type Covariance,
  diagonalEntries,
  formCovariance,
  positive,
  scaled,
  upperBand,
} from "../prob/index.js";
import { key, normal } from "../random/index.js";
import type { backgroundKey, gainKey } from "./method-keys.js";
import type { MethodContext } from "./record.js";

/** What a block says of a static covariance, and of a gain. */
type Background = ParametersOf<(typeof backgroundKey)["keys"]>;
type Gain = ParametersOf<(typeof gainKey)["keys"]>;

/** The block asks for the climate of the model. */
export const asksForClimate = ({ background }: Block): boolean =>
  (background as Background).climatology !== undefined;

/** C [d, d]; formed once where the observed rows of it change. */
export function covarianceOf(background: Background, context: MethodContext): Covariance {
  const C = backgroundOf(background, context);
  if (context.operator !== null) return C;
  return { kind: "matrix", matrix: formCovariance(C, context.dimension, context.dtype) };
}

/** C: given, or by what is learned of it. */
function backgroundOf(background: Background, context: MethodContext): Covariance {
  const { identity, climatology, matrix, learn } = background;
  const { dimension: d, dtype, climate } = context;
  const given = (): Covariance => {
    if (identity !== undefined) {
      return { kind: "diagonal", variance: tensor(row(d, identity), { dtype }) };
    }
    if (climatology === undefined) return { kind: "matrix", matrix: tensor(matrix!, { dtype }) };
    const C = mul(climatology, tensor(climate!.covariance));
    return { kind: "matrix", matrix: cast(C, dtype) };
  };
  if (!learn) return given();
  const variances = (): number[] => {
    if (identity !== undefined) return row(d, identity);
    if (climatology === undefined) return matrix!.map((values, i) => values[i]!);
    return climate!.covariance.map((values, i) => climatology * values[i]!);
  };
  return learnedCovariance(background.structure ?? "dense", given, variances(), context);
}

const row = (d: number, value: number): number[] => new Array<number>(d).fill(value);

function learnedCovariance(
  structure: NonNullable<Background["structure"]>,
  given: () => Covariance,
  diagonal: readonly number[],
  { dimension: d, seed, source }: MethodContext,
): Covariance {
  /** The size that entries of a factor may have: what their latents are measured by. */
  const size = Math.sqrt(diagonal.reduce((sum, v) => sum + v, 0) / d);
  const learned = (what: string, start: () => Tensor, bijection = scaled(size)) =>
    source.tensor(`background.${what}`, { start, bijection, group: "filter" });
  if (structure === "diagonal") {
    const variance = learned("variance", () => tensor(diagonal), positive(size * size));
    return { kind: "diagonal", variance };
  }
  if (structure === "dense") {
    return { kind: "dense", factor: learned("factor", () => denseFactor(given(), diagonal)) };
  }
  if (structure.rank !== undefined) {
    const { rank } = structure;
    const factor = learned("factor", () => mul(firstUpdate * size, normal(key(seed), [d, rank])));
    return { kind: "update", base: given(), factor };
  }
  const pattern = upperBand(d, structure.band!);
  const entries = learned("entries", () =>
    mul(diagonalEntries(pattern, 1), tensor(pattern.places.map(([i]) => Math.sqrt(diagonal[i]!)))),
  );
  return { kind: "triangular", entries, pattern };
}

/** How small an update begins beside what it updates; at zero it would have no slope. */
const firstUpdate = 0.1;

/** B of C = B Bᵀ. */
const denseFactor = (C: Covariance, diagonal: readonly number[]): Tensor =>
  C.kind === "matrix"
    ? cholesky(C.matrix)
    : tensor(diagonal.map((v, i) => diagonal.map((_, j) => (i === j ? Math.sqrt(v) : 0))));

/** K [d, m]; a learned one is measured by the factor, or by 1. */
export function gainOf({ transpose: factor, matrix, learn }: Gain, context: MethodContext): Tensor {
  const first = () =>
    matrix === undefined
      ? mul(factor!, transpose(context.operator!.matrix(context.dimension)!))
      : tensor(matrix);
  if (!learn) return cast(first(), context.dtype);
  const size = matrix === undefined ? Math.abs(factor!) : 1;
  return context.source.tensor("gain", { start: first, bijection: scaled(size), group: "filter" });
}

/** Tells what is wrong with a background whatever the model. */
export function checkBackground({ background }: Block, tell: TellAt): void {
  const { learn, structure } = background as Background;
  if (structure === undefined || learn !== undefined) return;
  tell(
    ["background", "structure"],
    "is what is learned of the covariance; need learn: true beside it",
  );
}

/** Tells what does not fit d variables. */
export function checkBackgroundSize({ background }: Block, d: number, tell: TellAt): void {
  const { matrix, structure } = background as Background;
  if (typeof structure === "object" && structure.rank !== undefined && structure.rank > d) {
    tell(
      ["background", "structure", "rank"],
      `got ${structure.rank}; need at most ${d}, the number of variables`,
    );
  }
  if (matrix === undefined) return;
  checkMatrixSize(matrix, d, d, ["background", "matrix"], tell);
  if (!matrix.every((row, i) => row.every((v, j) => v === matrix[j]?.[i]) && row[i]! > 0)) {
    tell(
      ["background", "matrix"],
      "is no covariance; need a symmetric matrix with positive variances",
    );
  }
}

/** The same of a gain. */
export function checkGainSize({ gain }: Block, d: number, tell: TellAt): void {
  const { matrix } = gain as Gain;
  if (matrix === undefined) return;
  checkMatrixSize(matrix, d, matrix[0]!.length, ["gain", "matrix"], tell);
}

/** A row for each variable, of so many values each. */
function checkMatrixSize(
  matrix: readonly (readonly number[])[],
  d: number,
  width: number,
  path: readonly PropertyKey[],
  tell: TellAt,
): void {
  if (matrix.length !== d) {
    tell(path, `has ${counted(matrix.length, "row")}; need ${d}, one for each variable`);
    return;
  }
  const bad = matrix.findIndex((row) => row.length !== width);
  if (bad < 0) return;
  const has = counted(matrix[bad]!.length, "value");
  tell([...path, bad], `row ${bad} has ${has}; need ${width}, as many in each row`);
}
