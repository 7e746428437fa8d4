import { expect, test } from "vitest";
import { NumericError, type Tensor, tensor, zeros } from "../../src/engine/index.js";
import {
  startLatents,
  type TrainState,
  trainer,
  trainStart,
  type Window,
} from "../../src/learn/index.js";
import { beforeFirstWindow, passWindows } from "../../src/learn/recovery.js";
import { lorenzProblem } from "./lorenz.js";

const windows: Window[] = [0, 8, 16].map((from) => ({
  intervals: Array.from({ length: 8 }, (_, i) => from + i),
  trajectories: { y: zeros([1, 8, 1]), mask: null, keys: zeros([1, 8, 2], "i32") },
  shared: {},
}));

/** Passes the windows with a filter that fails on the pieces for which `fails` is true; logs every piece. */
function logged(fails: (piece: readonly number[], restarted: boolean) => boolean) {
  const log: string[] = [];
  const tensorOf = (n: number): Tensor => tensor(n);
  const end = passWindows<Tensor>(
    windows,
    { ...beforeFirstWindow, halvings: 0 },
    {
      pass: (before, { intervals }, fraction) => {
        expect(fraction).toBe(intervals.length / 8);
        const failing = fails(intervals, before?.item() === -1);
        log.push(`${intervals[0]}-${intervals.at(-1)}${failing ? " fails" : ""}`);
        if (failing) throw new NumericError("blown up");
        return tensorOf(intervals.at(-1)!);
      },
      onFailure: () => log.push("onFailure"),
      restart: ({ intervals }) => {
        log.push(`restart at ${intervals[0]}`);
        return tensorOf(-1);
      },
    },
  );
  return { log, end };
}

test("a failure that a restart does not mend says in which observations it was", () => {
  let caught: unknown = null;
  try {
    logged((piece) => piece.includes(12));
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(NumericError);
  expect(caught).toMatchObject({
    message: "blown up",
    window: { of: "training", first: 12, last: 13 },
  });
});

test("a window that fails is cut in halves, from restarted states, and grows again", () => {
  const { log, end } = logged((piece) => piece.includes(12) && piece.length > 2);
  expect(log).toEqual([
    ...[
      "0-7",
      "8-15 fails",
      "onFailure",
      "restart at 7",
      "8-11",
      "12-15 fails",
      "onFailure",
      "restart at 11",
    ],
    ...["12-13", "14-15", "16-17", "18-19", "20-21", "22-23"],
  ]);
  expect(end).toMatchObject({ recoveries: 2, halvings: 1 });
});

test("before the first cycle nothing is restarted: only the window shrinks", () => {
  const { log } = logged((piece) => piece.includes(0) && piece.length > 3);
  expect(log.slice(0, 6)).toEqual([
    "0-7 fails",
    "onFailure",
    "0-3 fails",
    "onFailure",
    "0-1",
    "2-3",
  ]);
});

test("a filter that diverged before the window is restarted", () => {
  const { log, end } = logged((piece, restarted) => piece.includes(9) && !restarted);
  expect(log.slice(1, 5)).toEqual(["8-15 fails", "onFailure", "restart at 7", "8-11"]);
  expect(end.recoveries).toBe(1);
});

test("a single cycle that fails from a restarted state is an error", () => {
  expect(() => logged((piece) => piece.includes(9))).toThrow("blown up");
});

const options = {
  epochs: 10,
  rates: { dynamics: 0.04, filter: 0.02 },
  patience: 100,
  plateau: { patience: 5, factor: 0.1 },
};

// x → 2 F(x) leaves all bounds within some cycles, even under a filter that observes six of eight
// variables. Learning must still begin.
test("an explosive model is learned from, and from a checkpoint to the same numbers", () => {
  const problem = { ...lorenzProblem({ stretch: 2, window: 12 }), bound: 50 };
  const run = (epochs: number, from: TrainState) => {
    const training = trainer(problem, options);
    let state = from;
    const reports = Array.from({ length: epochs }, () => {
      const { state: next, report } = training.epoch(state);
      state = JSON.parse(JSON.stringify(next));
      return report;
    });
    return { state, reports };
  };
  const first = run(2, trainStart(startLatents(problem.definitions)));
  expect(first.reports[0]!.recoveries).toBeGreaterThan(0);
  expect(first.state.gradientsNormalised).toBe(true);
  const all = run(6, first.state);
  const parts = run(3, run(3, first.state).state);
  expect(parts.state).toEqual(all.state);
  const still = { ...options, rates: { dynamics: 1e-12, filter: 1e-12 } };
  const untaught = trainer(problem, still).epoch(trainStart(startLatents(problem.definitions)));
  expect(all.reports.at(-1)!.training).toBeLessThan(untaught.report.training / 2);

  const { restart, ...helpless } = problem;
  expect(() => trainer(helpless, options).epoch(first.state)).toThrow(NumericError);
});

test("gradients are as they are until something fails, unless they are to be normalised", () => {
  const problem = lorenzProblem();
  const after = (normaliseGradients: boolean) => {
    const training = trainer(problem, { ...options, normaliseGradients });
    return training.epoch(trainStart(startLatents(problem.definitions))).state;
  };
  const [plain, normalised] = [after(false), after(true)];
  expect([plain.gradientsNormalised, normalised.gradientsNormalised]).toEqual([false, true]);
  // A second moment is the mean of squares, and all gradients have the root mean square 1 now.
  const squares = Object.values(normalised.adam.square).flat();
  const mean = squares.reduce((a, b) => a + b, 0) / squares.length;
  expect(mean).toBeCloseTo(1 - 0.999 ** normalised.adam.count, 10);
  expect(plain.adam.count).toBe(normalised.adam.count);
});
