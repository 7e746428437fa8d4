/**
 * What a network of the analysis was learned for, and warnings where it is used for something else.
 *
 * A network knows what it was shown: the model, the interval, the operator, the noise, and states within the
 * range of its truth. Elsewhere what it adds is a guess, so a run that only uses it says where they differ.
 */
import type { Part } from "../parts/index.js";
import type { Scored } from "./scores.js";
import type { PartUse, Specification } from "./specification.js";
import { timeText } from "./time-text.js";

/** A setting as plain data, and the range of the true states of its twin; null where no truth was known. */
export interface LearnedFor {
  readonly setting: unknown;
  readonly range: readonly [lowest: number, highest: number] | null;
}

/** A state is outside where it is beyond the range by more than this fraction of its width. */
const margin = 0.25;

/** The most differences that a warning lists. */
const mostListed = 4;

/** Returns the setting of an experiment: what an analysis depends on, as it stands in its file. */
export function settingOf({ model, time, observations }: Specification): unknown {
  const { step, observeEvery } = time;
  const { operator, noise } = observations;
  return {
    ...{ model: plain(model), time: { step, observeEvery } },
    observations: { ...(operator && { operator: plain(operator) }), noise: plain(noise) },
  };
}

const plain = ({ record, block }: PartUse<Part>) => ({ kind: record.kind, ...block });

/** Returns the range of true states, [K][d]; null without a truth. */
export function rangeOf(truth: readonly (readonly number[])[] | null): LearnedFor["range"] {
  if (truth === null || truth.length === 0) return null;
  let [lowest, highest] = [Infinity, -Infinity];
  for (const value of truth.flat()) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return [lowest, highest];
}

/** Returns the warnings of a run that uses a network which it does not learn; none for other methods. */
export function ofNetwork(specification: Specification, runs: readonly Scored[]): string[] {
  const { start, learn, method } = specification;
  const { learnedFor } = start ?? {};
  if (learn !== null || learnedFor === undefined || method.record.weights === undefined) return [];
  return [
    ...ofSetting(learnedFor.setting, settingOf(specification)),
    ...(learnedFor.range === null ? [] : ofRange(learnedFor.range, runs)),
  ];
}

function ofSetting(there: unknown, here: unknown): string[] {
  const [before, now] = [leavesOf(there), leavesOf(here)];
  const names = [...new Set([...before.keys(), ...now.keys()])];
  const shown = (value: string | undefined) => value ?? "nothing";
  const differences = names
    .filter((name) => before.get(name) !== now.get(name))
    .map((name) => `${name} ${shown(before.get(name))} there and ${shown(now.get(name))} here`);
  if (differences.length === 0) return [];
  const more = differences.length - mostListed;
  const list = differences.slice(0, mostListed).join(", ");
  return [
    `The network was learned for another setting: ${list}${more > 0 ? `, and ${more} more` : ""}. It is good where it was learned; compare it with another method here, or learn it for this setting.`,
  ];
}

/** The numbers and words of plain data, by the path of their keys. */
function leavesOf(data: unknown, path = ""): Map<string, string> {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    return new Map([[path, JSON.stringify(data)]]);
  }
  return new Map(
    Object.entries(data).flatMap(([name, value]) => [
      ...leavesOf(value, path === "" ? name : `${path}.${name}`),
    ]),
  );
}

function ofRange([lowest, highest]: readonly [number, number], runs: readonly Scored[]): string[] {
  const room = margin * (highest - lowest);
  const outside = runs.flatMap(({ described: { states } }) =>
    states.times.filter((_, k) =>
      states.forecast.mean[k]!.some((x) => x < lowest - room || x > highest + room),
    ),
  );
  if (outside.length === 0) return [];
  const times = runs.reduce((n, { described: { states } }) => n + states.times.length, 0);
  const [from, to] = [lowest, highest].map((x) => Number(x.toPrecision(3)));
  return [
    `At ${outside.length} of ${times} times, first at time ${timeText(outside[0]!)}, states lie far outside of those that the network was learned from (${from} to ${to}): what it adds there is a guess.`,
  ];
}
