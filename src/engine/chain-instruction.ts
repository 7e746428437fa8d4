/** A chain of operations as one instruction: its function, which is made if it does not exist, and its words. */
import { type Chain, stridesOver, type Value } from "./chain.js";
import { type ChainPlan, chainCode, type Walk } from "./chain-code.js";
import { bytesPer } from "./dtype.js";
import { functionFor } from "./functions.js";
import type { Block } from "./memory.js";
import type { Instruction, Word } from "./program.js";

/** Counts operations in the order of their first occurrence, as "3 roll 2 sub mul". */
function summary(steps: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  return [...counts].map(([step, n]) => (n === 1 ? step : `${n} ${step}`)).join(" ");
}

/** Selects and renumbers the values that are needed, with the operands that they read. */
function plan(chain: Chain, stored: readonly number[]) {
  const live = new Set<number>(stored);
  for (const at of [...chain.values.keys()].reverse()) {
    const value = chain.values[at]!;
    if (live.has(at) && value.kind === "operation") for (const arg of value.args) live.add(arg);
  }
  const operands: number[] = [];
  const shifts: number[] = [0];
  const numbered = (list: number[], item: number) =>
    list.includes(item) ? list.indexOf(item) : list.push(item) - 1;
  const places = new Map<number, number>();
  const values = [...live]
    .sort((a, b) => a - b)
    .map((at, place): Value => {
      places.set(at, place);
      const value = chain.values[at]!;
      if (value.kind === "operation") {
        return { ...value, args: value.args.map((arg) => places.get(arg)!) };
      }
      const operand = numbered(operands, value.operand);
      return { kind: "read", operand, shift: numbered(shifts, value.shift) };
    });
  return {
    values,
    stored: stored.map((at) => places.get(at)!),
    operands: operands.map((i) => chain.operands[i]!),
    shifts: shifts.slice(1),
  };
}

/** Makes the instruction of a chain; `kept` are the blocks that other instructions read. */
export function fusedInstruction(
  chain: Chain,
  parts: readonly Instruction[],
  kept: ReadonlySet<Block>,
): Instruction {
  const { dtype, size } = chain.first;
  const width = bytesPer[dtype];
  const outs = [...chain.outputs].filter(([block]) => kept.has(block));
  const { values, stored, operands, shifts } = plan(
    chain,
    outs.map(([, value]) => value),
  );
  const row = chain.spans[0]!;
  const height = (chain.spans[1] ?? row) / row;
  const gains: number[] = [];
  const walks = operands.map((operand): Walk => {
    const strides = stridesOver(operand, chain.spans);
    if (strides.every((stride, i) => stride === (chain.spans[i - 1] ?? 1))) return "whole";
    const [along, next = 0, far = 0] = strides;
    const own = along === 0 ? 0 : row;
    gains.push((next - own) * width, (far - height * next) * width);
    return along === 0 ? "still" : "rows";
  });
  const steps = summary(chain.steps.map(({ operation }) => operation));
  const made: ChainPlan = { dtype, values, walks, stored, shifts: shifts.length };
  const kernel = functionFor(JSON.stringify(made), steps, dtype, () => chainCode(made));
  const words: Word[] = [
    ...outs.map(([block]) => block),
    ...operands.map(({ block }) => block),
    ...[size / (row * height), height, row * width],
    ...gains,
    ...shifts.map((shift) => shift * width),
  ];
  const describe = () => parts.map((part) => part.describe()).join(", ");
  return { kernel, words, describe, parts };
}
