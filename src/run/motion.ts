/** From the model of a specification to the way that it crosses intervals. */
import { scope } from "../engine/index.js";
import {
  type BoundModel,
  type Geometry,
  type ModelRecord,
  models,
  type Propagation,
  propagations,
  readProcessNoise,
} from "../models/index.js";
import { type Block, type ParameterSource, readParameters, recordOf } from "../parts/index.js";
import type { ModelSpecification, Specification } from "./specification.js";
import { type Reader, truth } from "./values.js";

/** A model with its parameters in place: how it crosses intervals. */
export interface Motion extends BoundModel {
  crossing(intervals: readonly number[]): Propagation[];
}

const recordFor = ({ kind }: ModelSpecification): ModelRecord => recordOf(models, kind)!;

/** A model's parameters ask a reader of specifications. */
const sourceOf = (read: Reader): ParameterSource => ({
  scalar: (value, name, { support, group }) =>
    read.value(value, name, { nature: support === "fraction" ? "unit interval" : support, group }),
  tensor: (name, learned) => read.tensor(name, learned),
});

function boundModel(
  model: ModelSpecification,
  source: ParameterSource,
  options: { readonly substeps?: number; readonly seed?: number } = {},
): BoundModel {
  const { parameters: keys, build } = recordFor(model);
  const parameters = readParameters(keys, model as unknown as Block, source, { group: "dynamics" });
  return build(parameters, { ...options, source });
}

/** What is known of a model whatever its parameters are. */
const factsOf = (model: ModelSpecification): BoundModel =>
  scope(() => boundModel(model, sourceOf(truth)));

/** Whether the state holds logarithms of the natural variables. */
export const inLogarithms = (model: ModelSpecification): boolean =>
  factsOf(model).coordinates === "log";

/** Where the variables of a model lie; null: nowhere. */
export const placesOf = (model: ModelSpecification): Geometry | null =>
  factsOf(model).geometry ?? null;

/** The system that makes the data of a twin: the model without what makes it imperfect or mends it. */
export function trueSystem(specification: Specification): Specification {
  const { truth } = recordFor(specification.model);
  if (truth === undefined) return specification;
  const model = truth(specification.model as unknown as Block);
  return { ...specification, model: model as unknown as ModelSpecification };
}

export function motionOf({ model: given, time, seed }: Specification, read: Reader): Motion {
  const source = sourceOf(read);
  const model = boundModel(given, source, { substeps: time.substeps, seed });
  const noise = readProcessNoise(given.processNoise ?? null, model.dimension, source);
  return {
    ...model,
    crossing: (intervals) => propagations(model, noise, intervals, time.step),
  };
}
