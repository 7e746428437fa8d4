/** Static covariances and gains from the block of a method: given as numbers, or learned. */
import { cast, mul, type Tensor, tensor, transpose } from "../engine/index.js";
import { type Block, counted, type ParametersOf, type TellAt } from "../parts/index.js";
import {
  type Covariance,
  covarianceFactor,
  covarianceFault,
  diagonalEntries,
  formCovariance,
  positive,
  scaled,
  upperBand,
} from "../prob/index.js";
import { key, normal } from "../random/index.js";
import type { backgroundKey, gainKey } from "./method-keys.js";
import type { MethodContext, ProblemSizes } from "./record.js";

/** The values of the keys `background` and `gain`. */
type Background = ParametersOf<(typeof backgroundKey)["keys"]>;
type Gain = ParametersOf<(typeof gainKey)["keys"]>;

/** Tells whether a block takes its background covariance from a long run of the model. */
export const asksForClimate = ({ background }: Block): boolean =>
  (background as Background).climatology !== undefined;

/**
 * Returns the static covariance C [d, d] that a block describes. Where the observed variables change from
 * time to time, C is formed as a matrix once.
 */
export function covarianceOf(background: Background, context: MethodContext): Covariance {
  const C = backgroundOf(background, context);
  if (context.operator !== null) return C;
  return { kind: "matrix", matrix: formCovariance(C, context.dimension, context.dtype) };
}

/** Returns C: the given covariance, or the learned one. */
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
  /** The scale of the entries of a factor, √(tr C/d): the unit of their latent parameters. */
  const size = Math.sqrt(diagonal.reduce((sum, v) => sum + v, 0) / d);
  const learned = (what: string, start: () => Tensor, bijection = scaled(size)) =>
    source.tensor(`background.${what}`, { start, bijection, group: "filter" });
  if (structure === "diagonal") {
    const variance = learned("variance", () => tensor(diagonal), positive(size * size));
    return { kind: "diagonal", variance };
  }
  if (structure === "dense") {
    return { kind: "dense", factor: learned("factor", () => covarianceFactor(given(), d)) };
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

/** The size of the first low-rank update relative to √C; at zero its gradient would vanish. */
const firstUpdate = 0.1;

/**
 * Returns the gain K [d, m] that a block describes: a multiple of Hᵀ, or a matrix. The latent parameters of
 * a learned gain are in units of that multiple, or of 1.
 */
export function gainOf({ transpose: factor, matrix, learn }: Gain, context: MethodContext): Tensor {
  const first = () =>
    matrix === undefined
      ? mul(factor!, transpose(context.operator!.matrix(context.dimension)!))
      : tensor(matrix);
  if (!learn) return cast(first(), context.dtype);
  const size = matrix === undefined ? Math.abs(factor!) : 1;
  return context.source.tensor("gain", { start: first, bijection: scaled(size), group: "filter" });
}

/** Tells the faults of a background that do not depend on the model. */
export function checkBackground({ background }: Block, tell: TellAt): void {
  const { learn, structure } = background as Background;
  if (structure === undefined || learn !== undefined) return;
  tell(
    ["background", "structure"],
    "says which part of the covariance is learned; need learn: true beside it",
  );
}

/** Tells the faults of a background for a state of d variables. */
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
  if (matrix.length !== d || matrix.some((row) => row.length !== d)) return;
  const fault = covarianceFault(matrix);
  if (fault !== null) tell(["background", "matrix"], `is no covariance: ${fault}`);
}

/** Tells the faults of a gain for a state of d variables, of which m values are observed. */
export function checkGainSize({ gain }: Block, d: number, tell: TellAt, m?: number): void {
  const { matrix } = gain as Gain;
  if (matrix === undefined) return;
  const width = matrix[0]!.length;
  checkMatrixSize(matrix, d, width, ["gain", "matrix"], tell);
  if (matrix.length !== d || m === undefined || width === m) return;
  const has = counted(width, "column");
  tell(["gain", "matrix"], `has ${has}; need ${m}, one for each value observed`);
}

/** Tells of a matrix that has not d rows of `width` values each. */
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
  tell([...path, bad], `row ${bad} has ${has}; need ${width}, the same number in each row`);
}

/**
 * Returns the numbers of a state with its members, of a static covariance, diagonal or [d, d], and of what is
 * observed of it, m d + m².
 */
export function backgroundSize(block: Block, { variables: d, values: m }: ProblemSizes): number {
  const { identity, learn, structure = "dense" } = block.background as Background;
  const diagonal = identity !== undefined && (!learn || structure === "diagonal");
  const { members = 1 } = block as { readonly members?: number };
  return members * d + (diagonal ? d : d * d) + m * d + m * m;
}
