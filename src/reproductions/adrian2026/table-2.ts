/** Table 2: operations of a filter's step, counted over sizes, beside the orders of the paper. */
import {
  type Comparison,
  type CurveFigure,
  isFailed,
  type Json,
  type Reproduction,
} from "../reproduction.js";
import { type Sizes, type StepCost, stepCost } from "./analysis-cost.js";
import { isEnsemble, methodTitles } from "./trial.js";

type Method = Sizes["method"];
type Lengths = Pick<Sizes, "state" | "observed" | "members">;

const methods: readonly Method[] = ["3dvar-c", "3dvar-k", "enkf", "ens3dvar"];

interface Sweep {
  readonly varied: keyof Lengths;
  readonly symbol: string;
  readonly values: readonly number[];
  readonly from: Lengths;
}

/** d_x ≫ d_y ≫ N, as the orders assume; one of them grows at a time. */
const from: Lengths = { state: 2048, observed: 16, members: 8 };
const sweeps: readonly Sweep[] = [
  { varied: "state", symbol: "d_x", values: [256, 512, 1024, 2048], from },
  { varied: "observed", symbol: "d_y", values: [64, 128, 256, 512, 1024], from },
  { varied: "members", symbol: "N", values: [8, 16, 32, 64, 128], from },
];

type Order = (lengths: Lengths) => number;

const static3dvar: Order = ({ state: d, observed: m }) => m ** 3 + d ** 2 * m + m ** 2 * d;
const gainTimesInnovation: Order = ({ state: d, observed: m }) => d * m;

/** The order of an analysis, with all constants 1. @see adrian2026, table 2; section 3 for 3DVar-K */
const orders: Readonly<Record<Method, Order>> = {
  "3dvar-c": static3dvar,
  "3dvar-k": gainTimesInnovation,
  enkf: ({ state: d, observed: m, members: N }) => m ** 3 + m ** 2 * N + m * N ** 2 + d * N ** 2,
  ens3dvar: static3dvar,
};

/** The order of an analysis with a fixed H once the gain is known; the paper gives it for 3DVar alone (2.3). */
const furtherOrders: Partial<Record<Method, Order>> = {
  "3dvar-c": gainTimesInnovation,
  "3dvar-k": gainTimesInnovation,
};

const sizesAt = (
  method: Method,
  { varied, from: rest }: Sweep,
  value: number,
  view: Sizes["view"] = "matrix",
): Sizes => {
  const lengths = { ...rest, [varied]: value };
  return { method, view, ...lengths, members: isEnsemble(method) ? lengths.members : 1 };
};

const grows = (method: Method, { varied }: Sweep): boolean =>
  varied !== "members" || isEnsemble(method);

const largest = sweeps[0]!.values.at(-1)!;
const picked = (method: Method): Sizes => sizesAt(method, sweeps[0]!, largest, "picked");

const keyOf = (sizes: Sizes): string => JSON.stringify(sizes);

/** The sizes, each of them once. */
const trials: readonly Sizes[] = [
  ...new Map(
    methods
      .flatMap((method) => [
        ...sweeps
          .filter((sweep) => grows(method, sweep))
          .flatMap((sweep) => sweep.values.map((value) => sizesAt(method, sweep, value))),
        picked(method),
      ])
      .map((sizes) => [keyOf(sizes), sizes]),
  ).values(),
];

type Costs = ReadonlyMap<string, StepCost>;
type Point = { readonly x: number; readonly y: number };

/** The exponent of the power that fits best: the least-squares slope of log y over log x. */
function exponent(points: readonly Point[]): number | null {
  if (points.length < 2) return null;
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [xs, ys] = [points.map(({ x }) => Math.log(x)), points.map(({ y }) => Math.log(y))];
  const [xMean, yMean] = [mean(xs), mean(ys)];
  const covariance = mean(xs.map((x, i) => (x - xMean) * (ys[i]! - yMean)));
  return covariance / mean(xs.map((x) => (x - xMean) ** 2));
}

type What = "analysis" | "further";

/** Millions of operations at the sizes of a sweep; sizes that were not counted are left out. */
const counted = (costs: Costs, method: Method, sweep: Sweep, what: What): Point[] =>
  sweep.values.flatMap((x) => {
    const cost = costs.get(keyOf(sizesAt(method, sweep, x)));
    return cost === undefined ? [] : [{ x, y: cost[what] / 1e6 }];
  });

const ordered = (order: Order, { varied, values, from: rest }: Sweep): Point[] =>
  values.map((x) => ({ x, y: order({ ...rest, [varied]: x }) }));

const two = (x: number | null): number | null => (x === null ? null : Number(x.toFixed(2)));

/** The methods for which a fixed H makes a difference. */
const once: readonly Method[] = ["3dvar-c", "ens3dvar"];

function exponents(costs: Costs, what: What): Comparison[] {
  const [of, given, setting] =
    what === "analysis"
      ? [methods, orders, ""]
      : [once, furtherOrders, ", H fixed, each further analysis"];
  return of.flatMap((method) =>
    sweeps
      .filter((sweep) => grows(method, sweep))
      .map((sweep): Comparison => {
        const order = given[method];
        return {
          what: `${methodTitles[method]}: exponent of ${sweep.symbol}${setting}`,
          published: order === undefined ? null : two(exponent(ordered(order, sweep))),
          ours: two(exponent(counted(costs, method, sweep, what))),
        };
      }),
  );
}

/** Our counts as lines, and the published orders as dots, scaled to our count at the largest size. */
function figure(costs: Costs, what: What, given: typeof furtherOrders): CurveFigure {
  return {
    kind: "curves",
    title: what === "analysis" ? "An analysis, H changing" : "Each further analysis, H fixed",
    caption:
      "Operations counted, H any matrix. Dots: the published order, scaled to meet the last count.",
    x: { title: "size", log: true },
    y: { title: "million operations", log: true },
    panels: sweeps.map((sweep) => ({
      title: sweep.symbol,
      series: methods
        .filter((method) => grows(method, sweep))
        .flatMap((method) => {
          const points = counted(costs, method, sweep, what);
          const order = given[method];
          const name = methodTitles[method];
          const last = points.at(-1);
          if (order === undefined || last === undefined) return [{ name, points }];
          const dots = ordered(order, sweep);
          const scale = last.y / dots.at(-1)!.y;
          const scaled = dots.map(({ x, y }) => ({ x, y: scale * y }));
          return [
            { name, points },
            { name: `${name}, published order`, marks: true, points: scaled },
          ];
        }),
    })),
  };
}

function single(costs: Costs): Comparison[] {
  const at = (method: Method) => costs.get(keyOf(sizesAt(method, sweeps[0]!, largest)));
  const ratio = (a: number | undefined, b: number | undefined) =>
    a === undefined || b === undefined ? null : two(a / b);
  return methods.flatMap((method) => [
    ...(isEnsemble(method)
      ? [
          {
            what: `${methodTitles[method]}: forecast of ${from.members} members ÷ that of 3DVar-C`,
            published: from.members,
            ours: ratio(at(method)?.forecast, at("3dvar-c")?.forecast),
          },
        ]
      : []),
    {
      what: `${methodTitles[method]}: H that picks variables ÷ any H, operations`,
      published: null,
      ours: ratio(costs.get(keyOf(picked(method)))?.analysis, at(method)?.analysis),
    },
  ]);
}

export const table2: Reproduction = {
  name: "table-2",
  title: "Cost of a step over its sizes",
  source: "Adrian, Sanz-Alonso and Willett (2026), table 2",
  about:
    "Operations of forecast and analysis as the state, the observations and the members grow, beside the published orders.",
  // Raise the number when the same sizes give other counts than before.
  kind: "adrian2026/table-2 1",
  trials: () => trials as unknown as readonly Json[],
  run: async (trial) => ({ ...stepCost(trial as unknown as Sizes) }),
  assemble: (_, results) => {
    const costs: Costs = new Map(
      trials.flatMap((sizes, i) => {
        const result = results[i]!;
        return isFailed(result) ? [] : [[keyOf(sizes), result as unknown as StepCost] as const];
      }),
    );
    return {
      comparisons: [
        ...exponents(costs, "analysis"),
        ...exponents(costs, "further"),
        ...single(costs),
      ],
      figures: [figure(costs, "analysis", orders), figure(costs, "further", furtherOrders)],
      notes: [
        "Exponents are slopes of log operations over log size, of ours and of the published formula with all constants one, over the same sizes; one size grows, the others stay at d_x = 2048, d_y = 16, N = 8.",
        "Counted are the instructions of an analysis with its likelihood, without running them; the sizes of both scales are the same.",
        "The EnKF is linear in N here, where the published order has N²: H C is formed from the members, d_x d_y N, because a taper needs it, and no N × N matrix. The term shows in d_y, too.",
        "Where H stays the gain of 3DVar-C, and the static part of Ens3DVar, are worked out once for a whole window: a further analysis of 3DVar-C costs what one of 3DVar-K does, and one of Ens3DVar what one of the EnKF does.",
        "S is inverted once for gain, likelihood and their derivatives.",
      ],
    };
  },
};
