import { add, expm, type FloatType, mul, type Tensor, tensor } from "../engine/index.js";
import { real } from "../parts/index.js";
import { floatType, type Scalar, times } from "../prob/index.js";
import { checkScalars } from "./check-scalars.js";
import { defineModel } from "./record.js";
import { linearTransition } from "./transition.js";

/** Parameters of the Clohessy–Wiltshire equations. */
export interface ClohessyWiltshireParams {
  /** n, in radians per unit of time; 0.0013 /s in a low orbit. */
  readonly meanMotion: Scalar;
}

/**
 * Returns the matrix of the system, A(n) = A₀ + n A₁ + n² A₂, [6, 6], in the dtype of n, or in `numbers` if
 * n is a plain number.
 *
 * @see clohessy1960
 */
export function clohessyWiltshireMatrix(
  params: ClohessyWiltshireParams,
  numbers: FloatType = "f64",
): Tensor {
  checkScalars("clohessyWiltshireMatrix", params, ["meanMotion"]);
  const { meanMotion: n } = params;
  const dtype = typeof n === "number" ? numbers : floatType(n);
  const A0 = entries(dtype, [0, 3, 1], [1, 4, 1], [2, 5, 1]);
  const A1 = entries(dtype, [3, 4, 2], [4, 3, -2]);
  const A2 = entries(dtype, [3, 0, 3], [5, 2, -1]);
  return add(A0, add(mul(n, A1), mul(times(n, n), A2)));
}

function entries(
  dtype: FloatType,
  ...given: readonly (readonly [row: number, column: number, a: number])[]
): Tensor {
  const A = Array.from({ length: 6 }, () => new Array<number>(6).fill(0));
  for (const [row, column, a] of given) A[row]![column] = a;
  return tensor(A, { dtype });
}

/**
 * The Clohessy–Wiltshire equations: motion relative to a target on a circular orbit of mean motion n,
 *
 *     ẍ₁ = 3n² x₁ + 2n ẋ₂,    ẍ₂ = −2n ẋ₁,    ẍ₃ = −n² x₃
 *
 * for the state (x, ẋ) [..., 6]: three coordinates (radial, along the orbit, across it) and three
 * velocities. n is in radians per unit of time. The system is linear, so a step of length h is exact:
 * exp(A(n) h).
 *
 * @see clohessy1960; adrian2026, 4.1
 */
export const clohessyWiltshire = defineModel({
  kind: "clohessy-wiltshire",
  title: "linear motion relative to a circular orbit; three coordinates, three velocities",
  parameters: {
    meanMotion: real({
      symbol: "n",
      unit: "radians/time",
      about: "mean motion of the circular orbit, in radians per unit of time",
    }),
  },
  build: (parameters, { dtype }) => ({
    ...{ name: "clohessy-wiltshire", dimension: 6, time: "continuous", support: "real" },
    ...{ linear: true, variables: ["x1", "x2", "x3", "v1", "v2", "v3"] },
    step: (h) => linearTransition(expm(mul(clohessyWiltshireMatrix(parameters, dtype), h))),
  }),
  phrase: () => "the Clohessy–Wiltshire model of relative orbital motion",
  formula: () => [
    "{x}″ = 3 {n}² {x} + 2 {n} {y}′",
    "{y}″ = −2 {n} {x}′",
    "{z}″ = −{n}² {z}, {n} = meanMotion",
  ],
});
