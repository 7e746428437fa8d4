/** A half-width chosen by validation, beside a scan of runs that have each of them. */
import { describe, expect, test } from "vitest";
import { summaryText } from "../../src/cli/summary.js";
import { type Checkpoint, Interrupted, runExperiment } from "../../src/run/index.js";
import { quiet, runText, specificationOf } from "./load.js";

const values = [0.4, 1.5, 30];
const epochs = 2;

/** Six members for twenty variables: a taper may be too narrow to tell of what is not observed, or too wide. */
const text = (halfWidth: string) => `
name: choice
seed: 3
model: { kind: lorenz96, dimension: 20, forcing: { learn: true, start: 7.5, truth: 8 } }
time: { step: 0.05, cycles: 90, spinup: 10 }
observations: { twin: { operator: { ratio: 0.6 }, variance: 1 } }
method:
  kind: enkf
  members: 6
  covarianceInflation: 0.1
  taper: { kind: gaspari-cohn, halfWidth: ${halfWidth} }
learn: { epochs: ${epochs}, window: 10, validation: 0.4, refine: false }
`;
const choosing = text(`{ among: [${values}], epochs: ${epochs} }`);

describe("a half-width to be chosen", () => {
  test("is that of the least validation loss, and the run is the one with it", async () => {
    const scan = await Promise.all(values.map((value) => runText(text(String(value)))));
    const losses = scan.map(({ learning }) =>
      Math.min(...learning!.losses.map(({ validation }) => validation!)),
    );
    const chosen = await runText(choosing);
    const least = losses.indexOf(Math.min(...losses));
    expect(new Set(losses).size).toBe(values.length);
    expect(chosen.result.choices).toEqual({
      "taper.halfWidth": {
        chosen: values[least],
        tried: values.map((value, i) => ({ value, validation: losses[i] })),
        epochs,
      },
    });
    const { choices, seconds, cyclesPerSecond, ...result } = chosen.result;
    expect(scan[least]!.result).toMatchObject(result);
    expect(scan[least]!.result.choices).toBeUndefined();
    expect(summaryText(chosen.result, process.stderr, {})).toContain(
      `taper.halfWidth  ${values[least]} chosen by validation loss, of 0.4 (`,
    );
  });

  test("is kept with the checkpoint, and not chosen again", async () => {
    const specification = await specificationOf(choosing);
    const whole = await runExperiment(specification, quiet);
    const stages: string[] = [];
    let last: Checkpoint | undefined;
    const stopping = {
      ...quiet,
      checkpoint: (state: Checkpoint) => {
        last = JSON.parse(JSON.stringify(state)) as Checkpoint;
      },
      stopRequested: () => last !== undefined,
    };
    await expect(runExperiment(specification, stopping)).rejects.toThrow(Interrupted);
    expect(last!.choice!.chosen).toBe(whole.result.choices!["taper.halfWidth"]!.chosen);
    const noting = {
      ...quiet,
      progress: ({ stage }: { stage: string }) => void stages.push(stage),
    };
    const resumed = await runExperiment(specification, noting, last);
    expect(stages).not.toContain("choosing");
    expect(resumed.result.choices).toEqual(whole.result.choices);
    expect(resumed.result.parameters).toEqual(whole.result.parameters);
  });
});
