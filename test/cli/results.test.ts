/** What the command line writes and what it leaves alone, whatever fails. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CliHost } from "../../src/cli/host.js";
import type { Checkpoint } from "../../src/run/output.js";
import { filesIn, kalmia, output, temporaryFolder } from "./fixture.js";

const walk = (more = "", method = "{ kind: kalman }") => `name: walk
model: { kind: linear, transition: [[1]] }
time: { step: 1, cycles: 5 }
observations: { twin: { variance: 1 } }
method: ${method}
${more}`;

const record = `name: walk
model: { kind: linear, transition: [[1]] }
time: { step: 1 }
observations:
  file: { path: states.csv, time: t, columns: { y: 0 }, noise: { kind: normal, variance: 1 } }
method: { kind: kalman, initial: { mean: [0], variance: 1 } }
output: .
`;

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const never: Partial<CliHost> = {
  runExperiment: async () => {
    throw new Error("the run began");
  },
};

describe("files of the user are never replaced, and nothing is run", () => {
  test.each([
    [
      "an experiment that is called like a result",
      "experiment.json",
      {
        "experiment.json": JSON.stringify({
          name: "walk",
          model: { kind: "linear", transition: [[1]] },
          time: { step: 1, cycles: 5 },
          observations: { twin: { variance: 1 } },
          method: { kind: "kalman" },
          output: ".",
        }),
      },
      "experiment.json: is the experiment itself; results would replace it",
    ],
    [
      "data that are called like a result",
      "walk.yaml",
      { "walk.yaml": record, "states.csv": "t,y\n0,1\n1,2\n" },
      "states.csv: is the data of the experiment; results would replace it",
    ],
    [
      "another file that is called like a result",
      "walk.yaml",
      { "walk.yaml": walk("output: .\n"), "report.html": "mine" },
      "report.html: was not written by Kalmia",
    ],
  ])("%s", async (_, file, files, message) => {
    const folder = folderWith(files as Record<string, string>);
    const { code, stderr } = await kalmia(["run", file], folder, never);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(filesIn(folder)).toEqual(Object.keys(files).sort());
    for (const [name, text] of Object.entries(files)) {
      expect(readFileSync(join(folder, name), "utf8")).toBe(text);
    }
  });

  test("the model that the experiment starts from", async () => {
    const folder = folderWith({
      "walk.yaml": walk(),
      "next.yaml": walk("start: { from: runs/walk }\n").replace(
        "[[1]]",
        "[[{ learn: true, start: 1, truth: 1 }]]",
      ),
    });
    const learned = { x: { shape: [], values: [1] } };
    await kalmia(["run", "walk.yaml"], folder, {
      runExperiment: async () => ({ ...output, learned }),
    });
    const { code, stderr } = await kalmia(["run", "next.yaml"], folder, never);
    expect(stderr).toContain("model.safetensors: is the model that the experiment starts from");
    expect(code).toBe(2);
  });

  test("a digit that changed in the model that an experiment starts from is noticed", async () => {
    const next = walk("start: { from: runs/walk }\n")
      .replace("[[1]]", "[[{ learn: true, start: 1, truth: 1 }]]")
      .replace("name: walk", "name: next");
    const folder = folderWith({ "walk.yaml": walk(), "next.yaml": next });
    const learned = { "transition[0][0]": { shape: [], values: [1] } };
    const runExperiment = async () => ({ ...output, learned });
    await kalmia(["run", "walk.yaml"], folder, { runExperiment });
    expect((await kalmia(["run", "next.yaml"], folder, { runExperiment })).code).toBe(0);
    const path = join(folder, "runs/walk/model.safetensors");
    const bytes = readFileSync(path);
    bytes[bytes.length - 2] ^= 1;
    writeFileSync(path, bytes);
    const { code, stderr } = await kalmia(["run", "next.yaml"], folder, never);
    expect(stderr).toContain("model.safetensors: is damaged, or was changed since Kalmia wrote it");
    expect(code).toBe(2);
  });

  test("--output must name a folder", async () => {
    const folder = folderWith({ "walk.yaml": walk() });
    for (const command of [
      ["run", "walk.yaml"],
      ["reproduce", "all"],
    ]) {
      const { code, stderr } = await kalmia([...command, "--output", ""], folder, never);
      expect(stderr).toContain("--output: is empty; need a folder");
      expect(code).toBe(2);
    }
    expect(filesIn(folder)).toEqual(["walk.yaml"]);
  });

  test("a folder that no name may be so long for is refused before the run", async () => {
    const folder = folderWith({
      "walk.yaml": walk().replace("name: walk", `name: ${"w".repeat(256)}`),
    });
    const { code, stderr } = await kalmia(["run", "walk.yaml"], folder, never);
    expect(stderr).toContain("a name is too long (most systems take 255 bytes)");
    expect(code).toBe(2);
    expect(filesIn(folder)).toEqual(["walk.yaml"]);
  });

  test.each(["result.json", "Figures", "report.html", "manifest.json", "kalmia.lock"])(
    "a method of a list called %s",
    async (name) => {
      const list = walk("", `[{ kind: kalman, name: ${name} }, { kind: enkf, members: 5 }]`);
      const folder = folderWith({ "walk.yaml": list });
      const { code, stderr } = await kalmia(["run", "walk.yaml"], folder, never);
      expect(stderr).toContain(
        `method[0]: is called "${name}", and its results cannot be in a folder of this name; need a different name`,
      );
      expect(code).toBe(2);
    },
  );
});

describe("what was learned is kept, whatever fails after it", () => {
  const learned = { x: { shape: [], values: [1.5] } };
  const folderOfRun = () => folderWith({ "walk.yaml": walk() });

  test("the filter", async () => {
    const folder = folderOfRun();
    const { code, stderr } = await kalmia(["run", "walk.yaml"], folder, {
      runExperiment: async (_, host) => {
        host.checkpoint({ version: 2, learning: null });
        host.learned!(learned);
        throw new TypeError("no memory");
      },
    });
    expect(code).toBe(1);
    expect(stderr).toContain("what was learned is in runs/walk/model.safetensors");
    expect(filesIn(join(folder, "runs/walk"))).toEqual([
      "checkpoint.json",
      "manifest.json",
      "model.safetensors",
    ]);
  });

  test("the report, which comes after all numbers are written", async () => {
    const folder = folderOfRun();
    const { code, stdout } = await kalmia(["run", "walk.yaml"], folder, {
      runExperiment: async () => ({ ...output, learned }),
      renderReport: async () => {
        expect(filesIn(join(folder, "runs/walk"))).toContain("result.json");
        throw new Error("no font");
      },
    });
    expect(code).toBe(1);
    expect(stdout).toContain("log-likelihood");
    expect(filesIn(join(folder, "runs/walk"))).toContain("model.safetensors");
  });

  test("the states, which are the largest file: the others are written without them", async () => {
    const folder = folderOfRun();
    const states = {
      ...output.states,
      // The text of the states is made while it is written.
      get times(): number[] {
        throw Object.assign(new Error("write"), { code: "ENOSPC" });
      },
    };
    const { code, stderr, stdout } = await kalmia(["run", "walk.yaml", "--json"], folder, {
      runExperiment: async () => ({ ...output, learned, states }),
    });
    expect(code).toBe(1);
    expect(stderr).toContain(
      "kalmia: the results could not be written: runs/walk/states.csv could not be written (no space is left on the device), but the other numbers could",
    );
    expect(JSON.parse(stdout)).toEqual(output.result);
    expect(filesIn(join(folder, "runs/walk"))).toEqual([
      "experiment.json",
      "manifest.json",
      "model.safetensors",
      "result.json",
    ]);
  });

  test("a checkpoint that cannot be written is told once, and the run goes on", async () => {
    const folder = folderOfRun();
    let time = 0;
    const { code, stderr } = await kalmia(["run", "walk.yaml"], folder, {
      now: () => time,
      runExperiment: async (_, host) => {
        mkdirSync(join(folder, "runs/walk/checkpoint.json.kalmia-tmp"));
        for (; time < 9000; time += 3000) host.checkpoint({ version: 2, learning: null });
        rmSync(join(folder, "runs/walk/checkpoint.json.kalmia-tmp"), { recursive: true });
        return output;
      },
    });
    expect(stderr.match(/no checkpoint could be written: a folder is in its way/g)).toHaveLength(1);
    expect(code).toBe(0);
  });

  test("smoothing: the states of the filter are written, and the exit code is 1", async () => {
    const folder = folderOfRun();
    const failures = [{ stage: "smoothing", cause: "no pivot" }] as const;
    const { code } = await kalmia(["run", "walk.yaml"], folder, {
      runExperiment: async () => ({ ...output, result: { ...output.result, failures } }),
    });
    expect(code).toBe(1);
    expect(filesIn(join(folder, "runs/walk"))).toContain("states.csv");
  });
});

describe("--resume takes only what is whole and of this experiment", () => {
  const list = (seed: number) =>
    walk(`seed: ${seed}\n`, "[{ kind: kalman }, { kind: enkf, members: 5 }]");

  /** Runs a list of two methods, and returns how often one was run. */
  async function resumed(folder: string, seed: number) {
    writeFileSync(join(folder, "walk.yaml"), list(seed));
    let runs = 0;
    const told = await kalmia(["run", "walk.yaml", "--resume", "--json"], folder, {
      runExperiment: async (specification) => {
        runs += 1;
        return { ...output, result: { ...output.result, seed: specification.seed } };
      },
    });
    return { ...told, runs };
  }

  /** A folder in which both methods were run with seed 1. */
  async function done(): Promise<string> {
    const folder = folderWith({ "walk.yaml": list(1) });
    await kalmia(["run", "walk.yaml"], folder);
    return folder;
  }

  test("finished methods are not run again", async () => {
    expect(await resumed(await done(), 1)).toMatchObject({ code: 0, runs: 0 });
  });

  test("a kill between experiment.json and result.json does not make an old result the new one", async () => {
    const folder = await done();
    const other = folderWith({ "walk.yaml": list(2) });
    await kalmia(["run", "walk.yaml"], other);
    // The first file of seed 2 has its name, the others are still those of seed 1.
    for (const [name, ending] of [
      ["experiment.json", ""],
      ["manifest.json", ".kalmia-tmp"],
    ]) {
      const path = join("runs/walk/kalman", name!);
      writeFileSync(join(folder, path + ending), readFileSync(join(other, path)));
    }
    const checkpoint: Checkpoint = { version: 2, learning: null };
    await kalmia(["run", "walk.yaml", "--output", join(folder, "runs/walk")], other, {
      runExperiment: async (specification, host) => {
        if (specification.method.record.kind === "kalman") host.checkpoint(checkpoint);
        throw new Error("killed");
      },
    });
    const { runs, stdout } = await resumed(folder, 2);
    expect(runs).toBe(2);
    expect(JSON.parse(stdout).methods).toMatchObject([{ seed: 2 }, { seed: 2 }]);
  });

  test.each(["states.csv", "report.html"])("a folder without %s is not finished", async (name) => {
    const folder = await done();
    rmSync(join(folder, "runs/walk/kalman", name));
    expect(await resumed(folder, 1)).toMatchObject({ code: 0, runs: 1 });
    expect(existsSync(join(folder, "runs/walk/kalman", name))).toBe(true);
  });

  test("{} as a result is not one; it is named and stays", async () => {
    const folder = await done();
    writeFileSync(join(folder, "runs/walk/kalman/result.json"), "{}\n");
    const { code, runs, stderr } = await resumed(folder, 1);
    expect([code, runs]).toEqual([2, 0]);
    expect(stderr).toContain("result.json: was not written by Kalmia, or was changed since");
  });

  test("a digit that changed in a checkpoint is noticed", async () => {
    const folder = folderWith({ "walk.yaml": walk() });
    await kalmia(["run", "walk.yaml"], folder, {
      runExperiment: async (_, host) => {
        host.checkpoint({ version: 2, learning: { value: 0.25 } });
        throw new Error("killed");
      },
    });
    const path = join(folder, "runs/walk/checkpoint.json");
    writeFileSync(path, readFileSync(path, "utf8").replace("0.25", "0.26"));
    const { code, stderr } = await kalmia(["run", "walk.yaml", "--resume"], folder, never);
    expect(code).toBe(2);
    expect(stderr).toContain("checkpoint.json: is damaged: its checksum does not fit");
  });

  test("a kill before the checkpoint of a finished run is removed leaves none", async () => {
    const folder = await done();
    for (const name of ["kalman", "enkf"]) {
      writeFileSync(join(folder, "runs/walk", name, "checkpoint.json"), '{"kalmia":"0.1.0"}');
    }
    expect(await resumed(folder, 1)).toMatchObject({ code: 0, runs: 0 });
    expect(filesIn(join(folder, "runs/walk")).join()).not.toContain("checkpoint");
  });

  test("a single run that is finished gives its result again", async () => {
    const folder = folderWith({ "walk.yaml": walk() });
    await kalmia(["run", "walk.yaml"], folder);
    const { code, stdout } = await kalmia(
      ["run", "walk.yaml", "--resume", "--json"],
      folder,
      never,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(output.result);
  });
});
