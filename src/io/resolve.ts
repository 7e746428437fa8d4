import type { Observed } from "../observe/index.js";
import type { Block } from "../parts/index.js";
import type { ObservationRecord } from "../problem/index.js";
import type {
  LearnSpecification,
  ObservationsSpecification,
  PartUse,
  Specification,
} from "../run/specification.js";
import type { MethodSection, ModelSection, ObservationsSection } from "./checks/check.js";
import { choicesIn } from "./checks/learn.js";
import { hasTruth } from "./checks/method.js";
import type { LearnFile } from "./schema/learn.js";
import type { ExperimentFile } from "./schema.js";

/** The parts of a file that passed all checks. */
export interface ResolvedParts {
  readonly model: ModelSection;
  readonly method: MethodSection;
  readonly observations: ObservationsSection;
  readonly observed: Observed | null;
  /** null: a twin makes its data. */
  readonly record: ObservationRecord | null;
}

/** A file that passed all checks, with its parts and its data, as a specification. */
export function resolve(file: ExperimentFile, parts: ResolvedParts): Specification {
  const { name, seed, time } = file;
  const { model, method } = parts;
  const [choice] = choicesIn(method.record.parameters, method.block);
  return {
    name,
    seed,
    model: partOf(model),
    ...noisesOf(model, method),
    time: { ...time, cycles: time.cycles ?? null },
    observations: observationsOf(parts),
    method: choice === undefined ? partOf(method) : withFirst(method, choice),
    initial: method.initial,
    learn: file.learn === undefined ? null : learnOf(file.learn, parts.observations),
    ...(choice && { choose: choice }),
    ...(file.start && { start: file.start }),
  };
}

/** Record, block and file, without what else its section says. */
const partOf = <P extends PartUse>({
  record,
  block,
  file,
}: P): Pick<P, "record" | "block" | "file"> => ({
  record,
  block,
  ...(file && { file }),
});

/**
 * Noise under the method is that of the filter's model alone. Older files say a truth there for the
 * noise of a twin: it is then that of the system and of the filter.
 */
function noisesOf(model: ModelSection, method: MethodSection) {
  return hasTruth(method.processNoise)
    ? { processNoise: method.processNoise, filterProcessNoise: null }
    : { processNoise: model.processNoise, filterProcessNoise: method.processNoise };
}

function observationsOf({
  observations: { twin, file },
  observed,
  record,
}: ResolvedParts): ObservationsSpecification {
  if (twin !== null) {
    const { trajectories, start } = twin.file;
    return {
      kind: "twin",
      operator: partOf(twin.operator!),
      noise: partOf(twin.noise!),
      ...(trajectories && { trajectories }),
      ...(start && { start }),
    };
  }
  const { operator, noise } = file!;
  return {
    kind: "record",
    source: file!.file.path,
    record: operator === null ? record! : inOrder(record!, observed!),
    ...(operator && { operator: partOf(operator) }),
    noise: partOf(noise!),
  };
}

/** A record whose columns are those of an operator's values, in the operator's order. */
function inOrder(record: ObservationRecord, observed: Observed): ObservationRecord {
  const { columns, components: positions, values } = record;
  const order = positions.map((_, j) => positions.indexOf(j));
  return {
    ...record,
    columns: order.map((i) => columns[i]!),
    components: order.map((_, j) =>
      observed.kind === "components" ? observed.components[j]! : -1,
    ),
    values: values.map((row) => order.map((i) => row[i]!)),
  };
}

/** The method with the first of the values that are to be chosen from. */
function withFirst(
  method: MethodSection,
  { key, among }: { readonly key: readonly string[]; readonly among: readonly number[] },
) {
  const set = (block: Block, [name, ...rest]: readonly string[]): Block => ({
    ...block,
    [name!]: rest.length === 0 ? among[0] : set(block[name!] as Block, rest),
  });
  return partOf({ ...method, block: set(method.block, key) });
}

/** Newton's steps hold all that is learned from in memory: of several trajectories only if asked. */
function learnOf(file: LearnFile, { twin }: ObservationsSection): LearnSpecification {
  const refine = file.refine ?? twin?.file.trajectories === undefined;
  return { ...file, window: file.window ?? null, refine };
}
