/** Refuses a run whose memory would not fit, before anything is learned or filtered. */
import { SpecificationError } from "../problem/index.js";
import type { Key } from "../random/index.js";
import { memoryFor } from "./cost.js";
import type { Data } from "./data.js";
import { addressable, type Memory } from "./memory.js";
import type { Specification } from "./specification.js";

/** The memory that a run may take, in bytes; the host of the run knows it. */
export interface MemoryLimits {
  /** Of the whole process. */
  readonly process: number;
  /** Of the objects of JavaScript. */
  readonly heap: number;
}

/** A limit that is passed. */
interface Passed {
  readonly needed: number;
  readonly limit: number;
  /** What has the limit. */
  readonly of: string;
  /** The parts of the memory that count. */
  readonly parts: readonly Part[];
}

type Part = Exclude<keyof Memory, "total" | "process">;

/** Returns the first limit that the memory of a run passes; null: it fits. */
export function passedLimit(memory: Memory, { process, heap }: MemoryLimits): Passed | null {
  const objects: readonly Part[] = ["programs", "record", "results"];
  const inObjects = objects.reduce((sum, part) => sum + memory[part], 0);
  const all: readonly Passed[] = [
    { needed: memory.tensors, limit: addressable, of: "WebAssembly", parts: ["tensors"] },
    {
      needed: inObjects,
      limit: heap,
      of: "Node's own memory (--max-old-space-size)",
      parts: objects,
    },
    { needed: memory.total, limit: process, of: "this process", parts: [...objects, "tensors"] },
  ];
  return all.find(({ needed, limit }) => needed > limit) ?? null;
}

/** @throws SpecificationError with the figure, the limit and the key to change. */
export function checkMemory(
  specification: Specification,
  data: Data,
  root: Key,
  limits: MemoryLimits,
): void {
  const memory = memoryFor(specification, data, root, (all) => passedLimit(all, limits) === null);
  const passed = passedLimit(memory, limits);
  if (passed === null) return;
  const { needed, limit, of, parts } = passed;
  const most = parts.reduce((a, b) => (memory[b] > memory[a] ? b : a));
  const { key, remedy } = placeOf(most, specification);
  const whole = most === "tensors" && of === "WebAssembly" ? "" : `${size(memory[most])} of it `;
  throw new SpecificationError(
    key,
    `the run would take about ${size(needed)}, ${whole}for ${words[most]}; ${of} has ${size(limit)}. ${remedy}`,
  );
}

const words: Readonly<Record<Part, string>> = {
  programs: "the instructions of what learns",
  tensors: "the numbers of a window with their derivatives",
  record: "the observations",
  results: "states, table and figures",
};

/** Returns the key to change, and what to do. */
function placeOf(
  part: Part,
  { learn, observations, method }: Specification,
): { readonly key: string; readonly remedy: string } {
  const twin = observations.kind === "twin" ? observations : null;
  const isShort = part === "record" || part === "results" || learn === null;
  if (!isShort) {
    return {
      key: "learn.window",
      remedy: `Take a shorter window${learn.refine ? ", or no refinement (learn.refine: false)" : ""}`,
    };
  }
  if (part === "tensors") {
    return "members" in method.block
      ? { key: "method.members", remedy: "Take fewer members, or a smaller model" }
      : { key: "method.kind", remedy: "Take an ensemble method, or a smaller model" };
  }
  if (twin === null) {
    return { key: "observations.file.path", remedy: "Take a part of the record" };
  }
  return twin.trajectories === undefined
    ? { key: "time.cycles", remedy: "Take fewer cycles" }
    : { key: "observations.twin.trajectories", remedy: "Take fewer or shorter ones" };
}

const size = (bytes: number): string =>
  bytes >= 1e9 ? `${Number((bytes / 1e9).toPrecision(2))} GB` : `${Math.round(bytes / 1e6)} MB`;
