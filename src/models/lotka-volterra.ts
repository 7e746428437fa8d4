import { type FloatType, Tensor, UsageError } from "../engine/index.js";
import {
  type Block,
  counted,
  countOf,
  inWords,
  learnableMatrix,
  positiveVector,
  real,
  type TellAt,
  type Values,
  vector,
} from "../parts/index.js";
import type { Rows, Scalar } from "../prob/index.js";
import { continuousModel } from "./continuous.js";
import { coordinatesKey, positiveVariables } from "./coordinates.js";
import {
  type LotkaVolterraParams,
  lotkaVolterraTendency,
  type PredatorPreyParams,
  predatorPreyAsGeneral,
} from "./lotka-volterra-tendency.js";
import { defineModel } from "./record.js";
import { checkWidth } from "./row-width.js";

const pairRates = ["preyGrowth", "predation", "predatorDeath", "conversion"] as const;
const manyRates = ["growth", "interactions"] as const;
const groupKeys = ["blocks", "steadyState"] as const;

/**
 * The generalised Lotka–Volterra system of n species, in abundances or in their logarithms:
 *
 *     ẋ = x ∘ (r + A x)                     x [..., n]
 *     ż = r + A eᶻ,   z = log x             z [..., n]
 *
 * Two species are prey u and predators v: u̇ = (α − β v) u, v̇ = (δ u − γ) v. The growth rates r of n
 * species may be given by the abundances x_s of the steady state, r = −A x_s; the system is then
 * ẋ = x ∘ A (x − x_s). The interactions A may be given by groups of species (`blocks`, see `blockProduct`).
 * Rates are per unit of time.
 *
 * With logarithms abundances stay positive whatever noise is added. Without them noise may make an abundance
 * negative; the state is then folded back to positive values.
 *
 * @see adrian2026, 4.3
 */
export const lotkaVolterra = defineModel({
  kind: "lotka-volterra",
  title:
    "species that eat each other or compete; needs preyGrowth, predation, " +
    "predatorDeath and conversion, or growth and interactions, or blocks and steadyState",
  parameters: {
    preyGrowth: real({
      ...{ optional: true, symbol: "α", unit: "1/time" },
      about: "growth rate of the prey without predators",
    }),
    predation: real({
      ...{ optional: true, symbol: "β", unit: "1/(time · abundance)" },
      about: "loss rate of the prey for each predator",
    }),
    predatorDeath: real({
      ...{ optional: true, symbol: "γ", unit: "1/time" },
      about: "death rate of the predators without prey",
    }),
    conversion: real({
      ...{ optional: true, symbol: "δ", unit: "1/(time · abundance)" },
      about: "growth rate of the predators for each prey",
    }),
    growth: vector({
      ...{ optional: true, symbol: "r", unit: "1/time" },
      about: "growth rate of each species without the others, a list of n numbers",
    }),
    interactions: learnableMatrix({
      ...{ optional: true, symbol: "A", unit: "1/(time · abundance)" },
      about:
        "effect of species j (column) on the growth rate of species i (row), a matrix of n rows",
    }),
    blocks: vector({
      ...{ optional: true, symbol: "a", unit: "1/(time · abundance)" },
      about:
        "effects of k groups of species on each other, k(k + 1)/2 numbers: the upper triangle row by row",
    }),
    steadyState: positiveVector({
      ...{ optional: true, symbol: "x_s", unit: "abundance" },
      about: "abundances of the steady state, one for each species; given together with blocks",
    }),
    coordinates: coordinatesKey,
  },
  check,
  build: (given, options) => {
    const system = systemOf(given, options.dtype);
    const { coordinates } = given;
    const species = "growth" in system ? system.growth : system.steadyState;
    return continuousModel(
      {
        ...{ name: "lotka-volterra", dimension: sizeOf(species) },
        ...positiveVariables(coordinates),
        tendency: lotkaVolterraTendency(system, coordinates),
      },
      options,
    );
  },
  phrase: (block, dimension) =>
    "preyGrowth" in block
      ? "the Lotka–Volterra model of predator and prey"
      : `a Lotka–Volterra model of ${inWords(dimension)} species`,
  formula: (block, [prey = "prey", predator = "predator"]) => {
    if ("preyGrowth" in block) {
      return [
        `d {${prey}} / dt = (preyGrowth − predation · {${predator}}) · {${prey}}`,
        `d {${predator}} / dt = (conversion · {${prey}} − predatorDeath) · {${predator}}`,
      ];
    }
    if ("steadyState" in block) {
      return [
        "d {x}_{i} / dt = Σ_{j} {A}_{ij} ({x}_{j} − steadyState_{j}) · {x}_{i}, {A} antisymmetric by its blocks",
      ];
    }
    return ["d {x}_{i} / dt = (growth_{i} + Σ_{j} interactions_{ij} {x}_{j}) · {x}_{i}"];
  },
});

const sizeOf = (values: Tensor | readonly Scalar[]): number =>
  values instanceof Tensor ? values.shape.at(-1)! : values.length;

interface Given extends Partial<Record<keyof PredatorPreyParams, Scalar | undefined>> {
  readonly growth?: Tensor | readonly Scalar[] | undefined;
  readonly interactions?: Tensor | Rows | undefined;
  readonly blocks?: Tensor | readonly Scalar[] | undefined;
  readonly steadyState?: Tensor | readonly Scalar[] | undefined;
}

/** Returns r or x_s, and A, from the values of the keys. */
function systemOf(given: Given, dtype?: FloatType): LotkaVolterraParams {
  const { growth, steadyState, interactions: matrix, blocks } = given;
  const interactions = matrix ?? (blocks && { blocks });
  if (growth !== undefined && interactions !== undefined) return { growth, interactions };
  if (steadyState !== undefined && interactions !== undefined) return { steadyState, interactions };
  const missing = pairRates.filter((name) => given[name] === undefined);
  if (missing.length > 0) {
    throw new UsageError(
      `lotka-volterra: ${missing.join(", ")} missing; need the four rates of two species (${pairRates.join(", ")}), or growth or steadyState with interactions or blocks.`,
    );
  }
  return predatorPreyAsGeneral(given as PredatorPreyParams, dtype);
}

function check(block: Block, tell: TellAt): void {
  const among = <Name extends string>(names: readonly Name[]): Name[] =>
    names.filter((name) => block[name] !== undefined);
  const groups = among(groupKeys);
  if (groups.length > 0) {
    checkGroups(block, groups[0]!, among, tell);
    return;
  }
  const pair = among(pairRates);
  const many = among(manyRates);
  if (pair.length > 0 && many.length > 0) {
    tell(
      [many[0]!],
      `given together with ${pair.join(", ")}; need either the four rates of two species ` +
        `(${pairRates.join(", ")}) or growth and interactions of n species`,
    );
    return;
  }
  const needed = many.length > 0 ? manyRates : pairRates;
  const missing = needed.filter((name) => block[name] === undefined);
  for (const name of missing) {
    const rest = needed.filter((other) => other !== name).join(", ");
    tell([name], `missing; need it together with ${rest}`);
  }
  if (missing.length > 0 || many.length === 0) return;
  checkMatrix(block, tell);
}

/** Checks that the matrix has a row and a column for each growth rate. */
function checkMatrix({ growth, interactions }: Block, tell: TellAt): void {
  const n = countOf(growth as Values);
  const rows = interactions as readonly (readonly unknown[])[];
  const why = "one for each value of growth";
  if (rows.length === n) checkWidth(rows, n, "interactions", why, tell);
  else tell(["interactions"], `has ${counted(rows.length, "row")}; need ${n}, ${why}`);
}

/** Checks groups of species: k(k + 1)/2 blocks, with the steady state and nothing else. */
function checkGroups(
  block: Block,
  found: string,
  among: (names: readonly string[]) => string[],
  tell: TellAt,
): void {
  const others = among([...pairRates, ...manyRates]);
  if (others.length > 0) {
    tell([found], `given together with ${others.join(", ")}; need blocks and steadyState alone`);
    return;
  }
  const { blocks, steadyState } = block;
  if (blocks === undefined || steadyState === undefined) {
    const [missing, there] = blocks === undefined ? groupKeys : groupKeys.toReversed();
    tell([missing!], `missing; need it together with ${there}`);
    return;
  }
  const [given, species] = [countOf(blocks as Values), countOf(steadyState as Values)];
  const k = Math.round((Math.sqrt(8 * given + 1) - 1) / 2);
  if ((k * (k + 1)) / 2 !== given || k > species) {
    tell(
      ["blocks"],
      `has ${counted(given, "value")}; need k(k + 1)/2 for k groups of the ${species} species: 1, 3, 6, 10, …`,
    );
  }
}
