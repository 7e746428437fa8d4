import { add, concat, div, mul, slice, sub } from "../engine/index.js";
import { positiveNumber, real } from "../parts/index.js";
import { continuousModel } from "./continuous.js";
import { defineModel } from "./record.js";

/**
 * The FitzHugh–Nagumo model of a nerve cell: a fast voltage v and a slow recovery w,
 *
 *     v̇ = v − v³/3 − w + I,   ẇ = (v + a − b w)/τ,        state (v, w) [..., 2]
 *
 * At a = 0.7, b = 0.8, τ = 12.5 the cell is at rest for small I, and fires periodically for I from 0.331 to
 * 1.419, between two Hopf bifurcations at v = ∓√(1 − b/τ).
 *
 * @see fitzhugh1961; nagumo1962
 */
export const fitzhughNagumo = defineModel({
  kind: "fitzhugh-nagumo",
  title: "FitzHugh–Nagumo: a nerve cell at rest or firing; voltage v and recovery w",
  parameters: {
    current: real({
      ...{ default: 0.5, symbol: "I" },
      about:
        "current into the cell; with the other defaults the cell fires periodically from 0.331 to 1.419",
    }),
    offset: real({
      ...{ default: 0.7, symbol: "a" },
      about: "constant term in the equation of the recovery",
    }),
    damping: real({
      ...{ default: 0.8, symbol: "b" },
      about: "damping coefficient of the recovery",
    }),
    timeScale: positiveNumber({
      ...{ default: 12.5, symbol: "τ", unit: "time" },
      about: "time scale of the recovery, in units of that of the voltage",
    }),
  },
  build: ({ current: I, offset: a, damping: b, timeScale: tau }, options) =>
    continuousModel(
      {
        ...{ name: "fitzhugh-nagumo", dimension: 2, variables: ["v", "w"] },
        tendency: (x) => {
          const [v, w] = [slice(x, -1, 0, 1), slice(x, -1, 1, 2)]; // [..., 1]
          const dv = add(sub(sub(v, mul(1 / 3, mul(v, mul(v, v)))), w), I);
          const dw = div(sub(add(v, a), mul(b, w)), tau);
          return concat([dv, dw], -1);
        },
      },
      options,
    ),
  phrase: () => "the FitzHugh–Nagumo model of a nerve cell",
  formula: (_, [v, w]) => [
    `d {${v}} / dt = {${v}} − {${v}}³ / 3 − {${w}} + current`,
    `d {${w}} / dt = ({${v}} + offset − damping · {${w}}) / timeScale`,
  ],
});
