/** Model and operator of a file, built with start values, to check them before a run. */
import { scope } from "../../engine/index.js";
import type { Observed } from "../../observe/index.js";
import { readParameters, startValues } from "../../parts/index.js";
import { type ModelFacts, modelFault, noiseFault, observedFault } from "../../problem/index.js";
import { key } from "../../random/index.js";
import type { PartUse } from "../../run/specification.js";
import type { Problem } from "../errors.js";
import type { OwnPart } from "../own-part.js";
import { ownProblem, TrialFault } from "../own-part.js";
import type { OwnParts } from "../parts-of-file.js";
import type { Path } from "../positions.js";
import type { Sections, SourceSection, Tell } from "./check.js";
import { checkPart } from "./part.js";

/** The properties of model and observations before a run. */
export interface Binding {
  /** The properties of the model; null: it could not be built. */
  readonly model: ModelFacts | null;
  /** The observed variables or values; null: unknown. */
  readonly observed: Observed | null;
}

/** The context of building. */
interface Building {
  readonly own: OwnParts;
  readonly seed: number;
  readonly tell: Tell;
  /** The list for faults in the files of user-defined parts. */
  readonly problems: Problem[];
}

/** Builds model and operator, and reports the faults of each part by itself. */
export function bindParts(sections: Sections, building: Building): Binding {
  const model = modelFacts(sections, building);
  const { observations, method } = sections;
  if (method !== null)
    attempt("method", method, ["method"], building, () => {
      method.record.needs(method.block);
      return null;
    });
  const observed = [observations?.twin, observations?.file].map((source) =>
    source == null ? null : observedBy(source, model, building),
  );
  return { model, observed: observed[0] ?? observed[1] ?? null };
}

function modelFacts({ model, time }: Sections, building: Building): ModelFacts | null {
  if (model === null) return null;
  const { record, block } = model;
  return attempt("model", model, ["model"], building, () => {
    const built = record.build(
      readParameters(record.parameters, block, startValues, { group: "dynamics" }),
      { substeps: time?.substeps ?? 1, seed: building.seed, source: startValues },
    );
    const fault = model.file === undefined ? null : modelFault(built, time?.step ?? 1);
    if (fault !== null) throw new TrialFault(fault);
    const { step: _, ...facts } = built;
    return facts;
  });
}

function observedBy(
  source: SourceSection,
  model: ModelFacts | null,
  building: Building,
): Observed | null {
  const { path, operator, noise, noisePath, file } = source;
  const observed =
    operator === null
      ? columnsOf(file)
      : operatorOf(operator, [...path, "operator"], model, building);
  if (noise !== null)
    attempt("noise", noise, noisePath, building, () => {
      const { record, block } = noise;
      if (noise.file === undefined) return null;
      const size = observed === null ? null : sizeOf(observed);
      const fault = noiseFault(
        record.variance(
          readParameters(record.parameters, block, startValues, { group: "dynamics" }),
        ),
        size,
      );
      if (fault !== null) throw new TrialFault(fault);
      return null;
    });
  return observed;
}

/** Returns the number of values observed at a time. */
export const sizeOf = (observed: Observed): number => {
  if (observed.kind === "components") return observed.components.length;
  return observed.kind === "changing" ? observed.size : observed.operator.size;
};

const columnsOf = (file: object): Observed | null =>
  "columns" in file
    ? { kind: "components", components: Object.values(file.columns as Record<string, number>) }
    : null;

function operatorOf(
  operator: NonNullable<SourceSection["operator"]>,
  path: Path,
  model: ModelFacts | null,
  building: Building,
): Observed | null {
  const { record, block } = operator;
  const dimension = model?.dimension ?? null;
  return attempt("operator", operator, path, building, (good) => {
    if (dimension === null) return null;
    let fits = true;
    record.checkDimension?.(block, dimension, (below, message) => {
      fits = false;
      building.tell([...path, ...below], message);
    });
    if (!fits || !good) return null;
    const observed = record.build(
      readParameters(record.parameters, block, startValues, { group: "dynamics" }),
      { dimension, key: key(building.seed) },
    );
    const fault = operator.file === undefined ? null : observedFault(observed, model!);
    if (fault !== null) throw new TrialFault(fault);
    return observed;
  });
}

/** Checks a part and calls `body` with the outcome; errors that its code throws are reported. */
function attempt<T>(
  section: keyof OwnParts,
  part: PartUse,
  path: Path,
  { own, tell, problems }: Building,
  body: (good: boolean) => T,
): T | null {
  let good = false;
  try {
    good = checkPart(part, path, tell);
    return scope(() => body(good));
  } catch (error) {
    const ownPart = part.file === undefined ? null : (own[section] as OwnPart);
    if (ownPart !== null) problems.push(ownProblem(ownPart, error));
    else if (good) tell(path, (error as Error).message);
    return null;
  }
}
