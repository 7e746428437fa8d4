/** The observations of an experiment: a record, or those of twins made for it. */
import type { Tensor } from "../engine/index.js";
import { type ObservationSeries, observationSeries } from "../observe/index.js";
import { foldIn, type Key } from "../random/index.js";
import { type View, viewOfComponents } from "./assembly.js";
import { type Climate, climatology } from "./climatology.js";
import type { ObservationSeries as Plain } from "./output.js";
import type { InitialSpecification, MethodSpecification, Specification } from "./specification.js";
import { twinTrajectories } from "./twins.js";

/** One course of the system and what was observed of it. */
export interface Trajectory {
  /** What the filter compares with, [K, m]. */
  readonly series: ObservationSeries;
  /** The components observed, i32 [K, m], where they change with time. */
  readonly positions: Tensor | null;
  /** The same for people, in natural units. */
  readonly plain: Plain;
  /** The true states in natural units, [K][d], in a twin. */
  readonly truth: number[][] | null;
  /** Of the first state, and of the noise of its filter. */
  readonly keys: TrajectoryKeys;
}

export interface TrajectoryKeys {
  readonly initial: Key;
  readonly cycles: Key;
}

export interface Data {
  readonly view: View;
  /** What is learned from; a record's last share may be kept from it. */
  readonly training: readonly Trajectory[];
  /** None where a share of the training trajectories is kept instead, or nothing. */
  readonly validation: readonly Trajectory[];
  /** What is filtered with what was learned; the one of a record is that of training. */
  readonly test: readonly Trajectory[];
  /** The distribution before the first observation; a twin's default is its climatology. */
  readonly initial: InitialSpecification;
  /** What a long run of the model says, where a method asks for it. */
  readonly climate: Climate | null;
}

/** `key` is that of the data, `keys` are those of a run of one trajectory. */
export function dataOf(specification: Specification, key: Key, keys: TrajectoryKeys): Data {
  const { model, method, observations } = specification;
  const climateFor = (asking: string) => climatology(specification, asking, foldIn(key, 0));
  const asking = askingForClimate(method);
  const known = asking === null ? null : climateFor(asking);
  const climate = known?.moments() ?? null;
  const initial = method.initial ?? (known ?? climateFor("method.initial")).initial;
  if (observations.kind === "twin") {
    const made = twinTrajectories(specification, observations, initial, key, keys);
    return { ...made, initial, climate };
  }
  const { record, noise } = observations;
  const view = viewOfComponents(model, noise, record.components);
  const series = observationSeries(record, view.transform);
  const one = [{ series, positions: null, plain: record, truth: null, keys }];
  return { view, training: one, validation: [], test: one, initial, climate };
}

/** The key of a method that needs to know the climate. */
function askingForClimate(method: MethodSpecification): string | null {
  const { kind } = method;
  if (kind === "climatology" || kind === "optimal-interpolation") return "method.kind";
  const asks = "background" in method && method.background.start.kind === "climatology";
  return asks ? "method.background" : null;
}
