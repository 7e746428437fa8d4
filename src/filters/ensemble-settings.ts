/** What the settings of a block say of members, inflation, tapers and localisation. */
import { type Block, grouped, type ParametersOf } from "../parts/index.js";
import type { Scalar } from "../prob/index.js";
import type { Inflation } from "./inflation.js";
import type { afterAnalysisKeys, ensembleKeys, taperedKeys } from "./method-keys.js";
import type { MethodContext, MethodNeeds } from "./record.js";
import { observedTaper, stateTaper, type Taper } from "./taper.js";

/** What comes after the analysis. */
export function inflationOf({
  inflation,
  relaxation,
  additiveInflation,
  rotate = false,
}: ParametersOf<typeof afterAnalysisKeys>): Inflation {
  return {
    ...(inflation !== undefined && { inflation }),
    ...(relaxation && {
      relaxation:
        relaxation.spread === undefined
          ? { towards: "perturbations", fraction: relaxation.perturbations! }
          : { towards: "spread", fraction: relaxation.spread },
    }),
    ...(additiveInflation !== undefined && { additiveInflation }),
    rotate,
  };
}

/** Members with their inflation before and after the analysis. */
export const ensembleOf = (settings: ParametersOf<typeof ensembleKeys>) => ({
  members: settings.members,
  covarianceInflation: settings.covarianceInflation,
  ...inflationOf(settings),
});

/** The same, with what damps the covariance of the forecast. */
export const taperedOf = (settings: ParametersOf<typeof taperedKeys>, context: MethodContext) => ({
  ...ensembleOf(settings),
  ...(settings.taper && { taper: taperOf(settings.taper.halfWidth, context) }),
});

/**
 * Two conventions go by the name of EnKF: φ with free perturbations (Adrian et al.), and a factor on
 * the anomalies with centred ones (DAPPER). What is said of inflation tells which is meant.
 */
export const perturbationsOf = ({
  inflation,
  centredPerturbations = inflation !== undefined,
}: {
  readonly inflation: Scalar | undefined;
  readonly centredPerturbations: boolean | undefined;
}) => ({ centredPerturbations });

/** ρ of the model's variables, which have positions. */
function taperOf(halfWidth: Scalar, { geometry, operator, dtype }: MethodContext): Taper {
  const { domain, positions } = geometry!;
  if (operator === null) return stateTaper(positions, { domain, halfWidth }, dtype);
  const components = operator.components as readonly number[];
  const observed = components.map((i) => positions[i]!);
  return observedTaper({ state: positions, observed }, { domain, halfWidth }, dtype);
}

/** What a method needs whose taper may be left out. */
export const taperNeeds = ({ taper }: Block): MethodNeeds =>
  taper === undefined ? {} : { positions: "or leave it out" };

/** "40 members" in the words of a report. */
export const membersText = ({ members }: Block): string => `${grouped(members as number)} members`;

/** "1 cycle", "10 cycles" */
export const cyclesText = ({ lag }: Block): string =>
  `${grouped(lag as number)} ${lag === 1 ? "cycle" : "cycles"}`;
