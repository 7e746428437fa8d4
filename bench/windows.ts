/** Captured value-and-gradient windows of the EnKF: size of the program, and time of a replay. */
import {
  add,
  backend,
  capture,
  exp,
  index,
  mul,
  neg,
  release,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from "kalmia/engine";
import { assimilate, enkf } from "kalmia/filters";
import {
  bindModel,
  clohessyWiltshire,
  lotkaVolterra,
  type Transition,
  withNoise,
} from "kalmia/models";
import { observeComponents } from "kalmia/observe";
import { key, normal, split } from "kalmia/random";
import { type Findings, join, type Missing, nothing } from "./figure.js";
import type { Bench } from "./group.js";
import { measure } from "./measure.js";

type Parameters = Record<string, Tensor>;

/** A system to learn from a window of observations; every parameter is a logarithm. */
interface Case {
  readonly name: string;
  readonly members: number;
  readonly cycles: number;
  readonly trajectories: number;
  readonly mean: readonly number[];
  readonly components: readonly number[];
  readonly parameters: Readonly<Record<string, number>>;
  readonly transition: (p: Parameters) => Transition;
}

const relative: Omit<Case, "name" | "trajectories"> = {
  ...{ members: 25, cycles: 20, components: [0, 1, 2] },
  mean: [1, 0.5, 1, -0.001, -0.0003, -0.001],
  parameters: { n: 0.0013, q: 1e-4, phi: 0.1 },
  transition: ({ n }) => bindModel(clohessyWiltshire, { meanMotion: n! }).step(10),
};

const cases: readonly Case[] = [
  { ...relative, name: "Clohessy–Wiltshire, N = 25", trajectories: 1 },
  { ...relative, name: "Clohessy–Wiltshire, N = 25, 8 trajectories", trajectories: 8 },
  {
    ...{ name: "Lotka–Volterra, log, N = 100, 10 substeps", trajectories: 1 },
    ...{ members: 100, cycles: 21, components: [0, 1] },
    mean: [3.4, 1.8],
    parameters: { alpha: 0.55, beta: 0.028, gamma: 0.8, delta: 0.024, q: 0.01, phi: 0.1 },
    transition: ({ alpha, beta, gamma, delta }) =>
      bindModel(
        lotkaVolterra,
        { preyGrowth: alpha!, predation: beta!, predatorDeath: gamma!, conversion: delta! },
        { substeps: 10 },
      ).step(1),
  },
];

const withoutPeer: Missing = {
  ...{ who: "jax-js", case: "windows" },
  reason: "it has no filters, and its jit refuses triangularSolve",
};

export async function windows(bench: Bench): Promise<Findings> {
  const found: Findings[] = [];
  for (const each of cases) {
    bench.progress(`window: ${each.name}`);
    found.push(await replayed(each, bench));
  }
  if (bench.peer !== null) found.push({ ...nothing, missing: [withoutPeer] });
  return join(found);
}

/** J = −Σ log-evidence of the observations ys [K, ..., m], from the ensemble E [..., N, d]. */
function lossOf({ members, cycles, components, transition }: Case) {
  return (latents: Parameters, E: Tensor, ys: Tensor, keys: Tensor): Tensor => {
    const p = Object.fromEntries(Object.entries(latents).map(([name, x]) => [name, exp(x)]));
    const step = withNoise(transition(p), p.q!);
    const run = Array.from({ length: cycles }, (_, t) => ({
      ...{ transition: step, steps: 1 },
      observation: {
        ...{ y: index(ys, 0, t), mask: null, variance: 0.01 },
        operator: observeComponents(components),
      },
    }));
    const each = Array.from({ length: cycles }, (_, t) => index(keys, 0, t));
    const filter = enkf({ members, covarianceInflation: p.phi! });
    return neg(sum(assimilate(filter, E, run, each).logEvidence));
  };
}

async function replayed(each: Case, { options }: Bench): Promise<Findings> {
  const { mean, members, cycles, trajectories, components } = each;
  const lead = trajectories === 1 ? [] : [trajectories];
  const [forEnsemble, forValues, ...rest] = split(key(3), 2 + cycles);
  const sd = tensor(mean.map((m) => 0.1 * Math.abs(m)));
  const E = add(tensor(mean), mul(sd, normal(forEnsemble!, [...lead, members, mean.length])));
  const seen = tensor(components.map((i) => mean[i]!));
  const ys = add(seen, mul(0.1, normal(forValues!, [cycles, ...lead, components.length])));
  const keys = tensor(Int32Array.from(rest.flatMap((k) => [...k.data()])), { shape: [cycles, 2] });
  const latents = Object.fromEntries(
    Object.entries(each.parameters).map(([name, value]) => [name, tensor(Math.log(value))]),
  );

  const program = capture(valueAndGrad(lossOf(each)));
  const start = performance.now();
  release(program(latents, E, ys, keys));
  const seconds = (performance.now() - start) / 1000;
  const run = () => release(program(latents, E, ys, keys));
  const [replay] = await measure([{ run }], options);
  const { instructions, bytes } = program.statistics();
  program.forget();
  const figure = { case: each.name, build: backend().name, cycles, instructions, bytes };
  return { ...nothing, windows: [{ ...figure, capture: seconds, replay: replay! }] };
}
