/** What was learned, in the terms of the result; and values kept from a run before. */
import { NumericError, scope, type Tensor, tensor } from "../engine/index.js";
import type { MethodRecord } from "../filters/index.js";
import type { Learned } from "../learn/index.js";
import { isScalar, type NamedTensors, type ParameterDefinition, type Use } from "../parts/index.js";
import type { Scalar } from "../prob/index.js";
import { fittedParameters, SpecificationError, truthsOf } from "../problem/index.js";
import type { Data } from "./data.js";
import type { RunResult, SavedValues, TensorResult } from "./output.js";

type Definitions = readonly ParameterDefinition[];

const shapeOf = ({ start }: ParameterDefinition): readonly number[] =>
  typeof start === "number" ? [] : start.shape;

const numbersOf = (x: Scalar): Float64Array =>
  typeof x === "number" ? Float64Array.of(x) : Float64Array.from(x.data());

/** Values as plain data, to be kept. */
export const savedValues = (values: NamedTensors): SavedValues =>
  Object.fromEntries(
    Object.entries(values).map(([name, x]) => [name, { shape: x.shape, values: numbersOf(x) }]),
  );

/** The definitions with what was kept of them as starts; all must be there, in their shapes. */
export function startedFrom(definitions: Definitions, saved: SavedValues): ParameterDefinition[] {
  const refuse = (message: string) => new SpecificationError("start.from", message);
  return definitions.map((definition) => {
    const { name, bijection } = definition;
    const shape = shapeOf(definition);
    const found = Object.hasOwn(saved, name) ? saved[name] : undefined;
    if (found === undefined) {
      const names = Object.keys(saved).join(", ");
      throw refuse(`the saved model has no "${name}"; it has ${names}. Need all that is learned.`);
    }
    if (found.shape.join() !== shape.join()) {
      throw refuse(`the saved "${name}" is [${found.shape}]; this experiment needs [${shape}].`);
    }
    const values = Array.from(found.values);
    try {
      for (const value of values) bijection.inverse(value);
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
      throw refuse(`the saved "${name}" cannot be a start here (${error.message})`);
    }
    return { ...definition, start: shape.length === 0 ? values[0]! : tensor(values, { shape }) };
  });
}

/** The names of what was kept and is not learned here. */
export const unused = (definitions: Definitions, saved: SavedValues): string[] =>
  Object.keys(saved).filter((name) => !definitions.some((definition) => definition.name === name));

/** Start, learned value and truth of everything learned: numbers, and the sizes of tensors. */
export function learnedResults(
  method: Use<MethodRecord>,
  { system }: Data,
  definitions: Definitions,
  values: NamedTensors,
  learned: Learned | null,
): Pick<RunResult, "parameters" | "tensors"> {
  const uncertainty = learned?.uncertainty ?? null;
  const whole = definitions.filter((definition) => !isScalar(definition));
  const tensors = scope(() => {
    const truths = whole.length === 0 ? new Map<string, Scalar>() : truthsOf(method, system);
    return whole.map(({ name, start }): [string, TensorResult] => [
      name,
      sizes(start as Tensor, values[name]!, truths.get(name) as Tensor | undefined),
    ]);
  });
  return {
    parameters: fittedParameters(method, system, definitions, { values, uncertainty }),
    tensors: Object.fromEntries(tensors),
  };
}

function sizes(start: Tensor, learned: Tensor, truth: Tensor | undefined): TensorResult {
  const [a, b] = [numbersOf(start), numbersOf(learned)];
  const known = truth && numbersOf(truth);
  return {
    shape: start.shape,
    start: size(a),
    learned: size(b),
    change: distance(a, b),
    ...(known && {
      truth: { size: size(known), start: distance(a, known), learned: distance(b, known) },
    }),
  };
}

const size = (values: Float64Array): number => Math.hypot(...values);
const distance = (a: Float64Array, b: Float64Array): number => size(a.map((v, i) => v - b[i]!));
