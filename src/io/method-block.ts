/** A method of a specification as the block of an experiment file that says it. */
import { Document, isCollection, type YAMLMap } from "yaml";
import type {
  BackgroundSpecification,
  GainSpecification,
  InflationSpecification,
  MethodSpecification,
  Specification,
} from "../run/specification.js";
import type { ExperimentFile } from "./schema.js";

/**
 * The section `method` for a file whose method is to be that of a specification. Process noise
 * stands where the file has it: under `model` it stays there, and a comment says if it must change;
 * else it is part of the block.
 */
export function methodBlock(
  { method, model }: Specification,
  file: Pick<ExperimentFile, "model">,
): string {
  const { processNoise: outside } = file.model;
  const own = outside === undefined ? model.processNoise : undefined;
  const block = { ...sectionOf(method), ...(own && { processNoise: own }) };
  const document = new Document({ method: block }, { aliasDuplicateObjects: false });
  const { items } = document.get("method") as YAMLMap;
  for (const { value } of items) if (isCollection(value)) value.flow = true;
  if (outside !== undefined && outside !== model.processNoise) {
    document.comment = ` and under model: processNoise: ${JSON.stringify(model.processNoise)}`;
  }
  return document.toString({ lineWidth: 0 });
}

/** The inverse of `resolve` for a method. */
function sectionOf(method: MethodSpecification): Readonly<Record<string, unknown>> {
  const { kind, initial, ...rest } = method;
  const written = {
    ...("background" in rest && { background: backgroundOf(rest.background) }),
    ...("gain" in rest && { gain: gainOf(rest.gain) }),
    ...("relaxation" in rest && relaxed(rest.relaxation)),
  };
  return { kind, ...rest, ...written, ...(initial && { initial }) };
}

function backgroundOf({ start, structure }: BackgroundSpecification) {
  const { kind: _, ...given } = start;
  const [value] = Object.values(given);
  const learned = structure && { learn: true, structure: structureOf(structure) };
  return { [start.kind]: value, ...learned };
}

function structureOf(structure: NonNullable<BackgroundSpecification["structure"]>) {
  if (structure.kind === "band") return { band: structure.band };
  return structure.kind === "rank" ? { rank: structure.rank } : structure.kind;
}

const gainOf = ({ start, learn }: GainSpecification) => ({
  ...(start.kind === "matrix" ? { matrix: start.matrix } : { transpose: start.factor }),
  ...(learn && { learn }),
});

const relaxed = ({ towards, share }: NonNullable<InflationSpecification["relaxation"]>) => ({
  relaxation: { [towards]: share },
});
