/** Learned values in the result, and values saved by an earlier run. */
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

/** Returns values as plain data, to be saved. */
export const savedValues = (values: NamedTensors): SavedValues =>
  Object.fromEntries(
    Object.entries(values).map(([name, x]) => [name, { shape: x.shape, values: numbersOf(x) }]),
  );

/**
 * Returns the definitions with saved values as their starts.
 *
 * @throws SpecificationError when a value is missing, or does not fit in shape or range.
 */
export function startedFrom(definitions: Definitions, saved: SavedValues): ParameterDefinition[] {
  const refuse = (message: string) => new SpecificationError("start.from", message);
  return definitions.map((definition) => {
    const { name, bijection } = definition;
    const shape = shapeOf(definition);
    const found = Object.hasOwn(saved, name) ? saved[name] : undefined;
    if (found === undefined) {
      const names = Object.keys(saved).join(", ");
      throw refuse(
        `the saved model has no "${name}"; it has ${names}. Need a value for every learned parameter.`,
      );
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

/** Returns the names of saved values that are not learned here. */
export const unused = (definitions: Definitions, saved: SavedValues): string[] =>
  Object.keys(saved).filter((name) => !definitions.some((definition) => definition.name === name));

/** Returns start, learned value and truth of each learned parameter: of numbers, and of tensors their sizes. */
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
