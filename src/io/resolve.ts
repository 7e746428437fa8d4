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
  /** null for a twin. */
  readonly record: ObservationRecord | null;
}

/** Returns the specification of a file that passed all checks, from its parts and its data. */
export function resolve(file: ExperimentFile, parts: ResolvedParts): Specification {
  const { name, seed, time, learn } = file;
  const { model } = parts;
  const { method, weights } = withoutWeights(parts.method);
  const start = file.start ?? (weights === undefined ? undefined : { from: weights });
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
    learn: learn === undefined ? null : learnOf(learn, parts.observations),
    ...(choice && { choose: choice }),
    ...(start && { start }),
    ...(learn?.dtype && { dtype: learn.dtype }),
  };
}

/** Returns the method without the key that names a file of weights, and that file. */
function withoutWeights(method: MethodSection) {
  const weights = method.record.weights?.(method.block);
  if (weights === undefined) return { method };
  const block = Object.fromEntries(
    Object.entries(method.block).filter(([, value]) => value !== weights),
  );
  return { method: { ...method, block }, weights };
}

/** Returns record, block and file of a section. */
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
 * Returns the process noise of the truth and of the filter's model. Noise under the method is that of the
 * filter's model alone. In older files it has a truth: it is then the noise of both.
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

/** Returns a record whose columns are in the order of the values of its operator. */
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

/** Returns the method with the first of the values to choose from. */
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

/**
 * Returns the settings of learning. Newton steps need all data in memory: with several trajectories they are
 * made only if asked for.
 */
function learnOf({ dtype, ...file }: LearnFile, { twin }: ObservationsSection): LearnSpecification {
  const one = twin?.file.trajectories === undefined;
  const refine = file.refine ?? (one && file.loss === "likelihood" && dtype !== "f32");
  return { ...file, window: file.window ?? null, clip: file.clip ?? null, refine };
}
