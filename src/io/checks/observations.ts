import { noises } from "../../observe/index.js";
import { counted, isLearned } from "../../parts/index.js";
import { type Binding, sizeOf } from "./binding.js";
import type { ObservationsSection, Sections, SourceSection, Tell } from "./check.js";

/** Checks the source of the observations against the state that they observe. */
export function checkObservations(
  { twin, file }: ObservationsSection,
  model: Sections["model"],
  binding: Binding,
  tell: Tell,
): void {
  if (twin === null && file === null) {
    tell(["observations"], "has no source; need twin or file");
  } else if (twin !== null && file !== null) {
    tell(["observations"], "has two sources; need twin or file, not both");
  }
  if (twin !== null) {
    const { variance, noise } = twin.file;
    if (variance !== undefined && noise !== undefined) {
      tell([...twin.path, "noise"], "given together with variance; need one of them");
    } else if (variance === undefined && noise === undefined) {
      tell([...twin.path, "variance"], "missing; need variance (normal errors) or noise");
    }
  }
  if (file !== null) checkColumns(file.file.columns, file, binding, tell);
  for (const source of [twin, file]) {
    if (source !== null) checkNoise(source, model, binding, tell);
  }
}

function checkColumns(
  columns: Readonly<Record<string, number>>,
  { path, operator }: SourceSection,
  { model, observed }: Binding,
  tell: Tell,
): void {
  const at = [...path, "columns"];
  const entries = Object.entries(columns);
  if (entries.length === 0) tell(at, "is empty; need at least one column, such as { hare: 0 }");
  const [what, whole, size] =
    operator === null
      ? (["variable", "the state", model?.dimension ?? null] as const)
      : (["value", "the operator", observed === null ? null : sizeOf(observed)] as const);
  for (const [i, [name, position]] of entries.entries()) {
    if (entries.slice(0, i).some(([, other]) => other === position)) {
      tell([...at, name], `${what} ${position} is observed twice`);
    } else if (size !== null && position >= size) {
      const range = `counted from 0 to ${size - 1}`;
      tell([...at, name], `got ${position}; ${whole} has ${counted(size, what)}, ${range}`);
    }
  }
  if (operator === null || size === null) return;
  const missing = Array.from({ length: size }, (_, j) => j).filter(
    (j) => !entries.some(([, position]) => position === j),
  );
  if (missing.length > 0 && entries.length > 0) {
    tell(
      at,
      `no column for value ${missing.join(", ")} of the operator; need one for each of its ${counted(size, "value")}`,
    );
  }
  if (observed?.kind === "changing") {
    tell(
      [...path, "operator"],
      "observes other variables at each time; with a file need an operator that observes the same variables at every time",
    );
  }
}

function checkNoise(
  source: SourceSection,
  model: Sections["model"],
  binding: Binding,
  tell: Tell,
): void {
  const { noise, noisePath, operator, path, file } = source;
  if (operator !== null && isLearned(operator.block)) {
    tell(
      [...path, "operator"],
      "has a learned value, but values of an operator cannot be learned; need numbers",
    );
  }
  if (noise !== null) {
    const { record } = noise;
    checkLengths(source, binding, tell);
    if (record.transform === "log") {
      const kindPath = [...path, "noise", "kind"];
      if (model !== null && binding.model !== null && !binding.model.positive) {
        const others = noises.filter(({ transform }) => transform === "identity");
        tell(
          kindPath,
          `got ${record.kind}, which needs variables above zero; those of ${model.record.kind} may be negative. ` +
            `Need kind: ${others.map(({ kind }) => kind).join(" or ")}`,
        );
      }
      if (binding.observed?.kind === "operator") {
        tell(
          noisePath,
          `is ${record.kind}, for single variables; the operator ${operator?.record.kind} mixes them. Need normal noise`,
        );
      }
    }
  }
  // If both variance and noise are given by mistake, both are checked.
  const { variance } = file as { readonly variance?: unknown };
  if (variance !== undefined && "noise" in file) {
    checkLength(variance, sizeAt(source, binding), [...path, "variance"], tell);
  }
}

/** Checks that lists of the noise have one value for each observed value. */
function checkLengths(source: SourceSection, binding: Binding, tell: Tell): void {
  const { record, block } = source.noise!;
  for (const [name, key] of Object.entries(record.parameters)) {
    if (key.type !== "spread") continue;
    checkLength(block[name], sizeAt(source, binding), [...source.noisePath, name], tell);
  }
}

/** Returns the number of values observed at a time; "drawn" if they are drawn at random; null: unknown. */
function sizeAt({ operator, file }: SourceSection, { observed, model }: Binding) {
  if (operator?.record.drawn?.(operator.block)) return "drawn";
  if ("columns" in file && operator === null) return Object.keys(file.columns).length;
  return observed === null || model === null ? null : sizeOf(observed);
}

function checkLength(
  given: unknown,
  size: number | "drawn" | null,
  path: readonly PropertyKey[],
  tell: Tell,
): void {
  if (!Array.isArray(given) || size === null || given.length === size) return;
  if (size === "drawn") {
    tell(path, "is a list, but what is observed is drawn at random; need one number");
  } else {
    tell(path, `has ${counted(given.length, "value")}; need ${size}, one for each observed value`);
  }
}
