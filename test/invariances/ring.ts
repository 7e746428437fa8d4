/** Problems on a ring in any unit, in any precision, and every method that files can name over them. */
import { add, type FloatType, mul, sub } from "../../src/engine/index.js";
import type { MethodRecord } from "../../src/filters/index.js";
import { continuousModel, defineModel, linear, lorenz96Advection } from "../../src/models/index.js";
import { type Block, positiveNumber, type Use, use } from "../../src/parts/index.js";
import { type StateSpace, simulate, stateSpace } from "../../src/problem/index.js";
import { methods } from "../../src/smoothers/index.js";

const d = 6;
export const size = d;
const rotated = <T>(values: readonly T[], by: number): T[] =>
  values.map((_, i) => values[(((i - by) % values.length) + values.length) % values.length]!);

const geometry = {
  domain: { kind: "ring", length: d },
  positions: Array.from({ length: d }, (_, i) => i),
} as const;

/** ẋᵢ = (xᵢ₊₁ − xᵢ₋₂) xᵢ₋₁/c − xᵢ + 8 c: Lorenz-96 in a unit of which c make one of its own. */
const ringInUnits = defineModel({
  kind: "ring-in-units",
  title: "Lorenz-96 in another unit",
  parameters: { unit: positiveNumber({ about: "c" }) },
  build: ({ unit: c }, options) =>
    continuousModel(
      {
        ...{ name: "ring-in-units", dimension: d, geometry },
        start: Array.from({ length: d }, (_, i) => (c as number) * (i === 0 ? 1.01 : 1)),
        decorrelationTime: 1,
        tendency: (x) =>
          add(sub(mul(1 / (c as number), lorenz96Advection(x)), x), 8 * (c as number)),
      },
      options,
    ),
  phrase: () => "Lorenz-96 in another unit",
  formula: () => [],
});

const transition = Array.from({ length: d }, (_, i) =>
  Array.from({ length: d }, (_, j) => [0.8, 0.15, 0, 0, 0, -0.1][(j - i + d) % d]!),
);

export const times = [0, 1, 2, 4, 5, 6, 7, 8].map((t) => t / 10);
const mean = Array.from({ length: d }, (_, i) => 8 * Math.sin(1 + i * i));
const variances = Array.from({ length: d }, (_, i) => 0.5 + 0.1 * i);
const R = [0.5, 0.6, 0.4, 0.8];
const sites = [0, 1, 3, 4];
/** Methods for linear models alone. */
const exactMethods = ["kalman", "rts"];

const gap = (k: number, i: number) => k === 5 || (k === 3 && i === 1);

/** How a problem is told: in another unit, turned about the ring, in another precision. */
export interface Told {
  readonly unit?: number;
  readonly turn?: number;
  readonly dtype?: FloatType;
}

export interface Problem {
  readonly system: StateSpace;
  readonly record: {
    readonly times: readonly number[];
    readonly values: readonly (readonly number[])[];
  };
}

/** The problem for methods for any model, or for linear ones; the linear model is as symmetric as the ring. */
function systemOf(exact: boolean, { unit: c = 1, turn = 0, dtype = "f64" }: Told): StateSpace {
  return stateSpace({
    ...(exact
      ? { model: linear, parameters: { transition } }
      : { model: ringInUnits, parameters: { unit: c } }),
    processNoise: rotated(variances, turn).map((v) => 0.1 * v * c * c),
    observe: sites.map((i) => (i + turn) % d),
    noise: R.map((r) => r * c * c),
    prior: {
      mean: rotated(mean, turn).map((m) => m * c),
      variance: rotated(variances, turn).map((v) => v * c * c),
    },
    ...{ step: 0.1, seed: 3, dtype },
  });
}

const twins = [false, true].map((exact) => simulate(systemOf(exact, {}), { cycles: times.length }));

/** The same problem and the same record, of a twin with gaps, however it is told. */
export function problem(kind: string, told: Told = {}): Problem {
  const exact = exactMethods.includes(kind);
  const { values } = twins[Number(exact)]!.record.record;
  const rows = values.map((row, k) =>
    row.map((y, i) => (kind !== "3dvar-k" && gap(k, i) ? Number.NaN : y * (told.unit ?? 1))),
  );
  return { system: systemOf(exact, told), record: { times, values: rows } };
}

const taper = { kind: "gaspari-cohn", halfWidth: 1.5 };
const background = (c: number) => ({ identity: 0.6 * c * c });

/** The settings of every method, in a unit. */
const settings: Readonly<Record<string, (c: number) => Block>> = {
  climatology: () => ({}),
  "optimal-interpolation": () => ({}),
  kalman: () => ({}),
  rts: () => ({}),
  "extended-kalman": () => ({}),
  "iterated-extended-kalman": () => ({}),
  "unscented-kalman": () => ({}),
  "3dvar": (c) => ({ background: background(c) }),
  "3dvar-c": (c) => ({ background: background(c) }),
  "3dvar-k": () => ({ gain: { transpose: 0.5 } }),
  "4dvar": (c) => ({ background: background(c) }),
  enkf: () => ({ members: 9, covarianceInflation: 0.1, taper }),
  denkf: () => ({ members: 9, inflation: 1.05 }),
  etkf: () => ({ members: 9, inflation: 1.05, rotate: true }),
  eakf: () => ({ members: 9, relaxation: { spread: 0.3 } }),
  letkf: () => ({ members: 9, taper }),
  "enkf-n": () => ({ members: 9 }),
  ens3dvar: (c) => ({ members: 9, background: background(c) }),
  en4dvar: (c) => ({ members: 9, background: background(c) }),
  enks: () => ({ members: 9, lag: 2 }),
  ienks: () => ({ members: 9, lag: 0 }),
  particle: () => ({ members: 40, regularisation: 0.3 }),
  "optimal-particle": () => ({ members: 40, proposalRegularisation: 0.3 }),
  dan: () => ({ members: 3, network: { hidden: [8] } }),
};

export const kinds = methods.map(({ kind }) => kind);

/** A method of that kind in a unit. */
export function methodOf(kind: string, c = 1): Use<MethodRecord> {
  const record = methods.find((each) => each.kind === kind)!;
  return use(record, settings[kind]!(c)) as Use<MethodRecord>;
}
