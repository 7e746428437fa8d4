/** Parameters of ensemble filters from the settings of a block: members, inflation and taper. */
import { type Block, grouped, type ParametersOf } from "../parts/index.js";
import type { Scalar } from "../prob/index.js";
import type { Inflation } from "./inflation.js";
import type { afterAnalysisKeys, ensembleKeys, taperedKeys } from "./method-keys.js";
import type { MethodContext, MethodNeeds } from "./record.js";
import { observedTaper, stateTaper, type Taper } from "./taper.js";

/** Returns inflation, relaxation and rotation after the analysis. */
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

/** Returns the number of members and their inflation before and after the analysis. */
export const ensembleOf = (settings: ParametersOf<typeof ensembleKeys>) => ({
  members: settings.members,
  covarianceInflation: settings.covarianceInflation,
  ...inflationOf(settings),
});

/** Returns the same, with the taper of the forecast covariance. */
export const taperedOf = (settings: ParametersOf<typeof taperedKeys>, context: MethodContext) => ({
  ...ensembleOf(settings),
  ...(settings.taper && { taper: taperOf(settings.taper.halfWidth, context) }),
});

/**
 * Returns whether perturbations are centred. Two conventions are called EnKF: φ with free perturbations
 * (Adrian et al.), and a factor λ on the anomalies with centred ones (DAPPER). If the block does not say,
 * perturbations are centred where λ is given.
 */
export const perturbationsOf = ({
  inflation,
  centredPerturbations = inflation !== undefined,
}: {
  readonly inflation: Scalar | undefined;
  readonly centredPerturbations: boolean | undefined;
}) => ({ centredPerturbations });

/** Returns the taper ρ for the positions of the variables. */
function taperOf(halfWidth: Scalar, { geometry, operator, dtype }: MethodContext): Taper {
  const { domain, positions } = geometry!;
  if (operator === null) return stateTaper(positions, { domain, halfWidth }, dtype);
  const components = operator.components as readonly number[];
  const observed = components.map((i) => positions[i]!);
  return observedTaper({ state: positions, observed }, { domain, halfWidth }, dtype);
}

/** Returns the needs of a method with an optional taper: positions, if there is one. */
export const taperNeeds = ({ taper }: Block): MethodNeeds =>
  taper === undefined ? {} : { positions: "or leave it out" };

/** Returns "40 members" for a report. */
export const membersText = ({ members }: Block): string => `${grouped(members as number)} members`;

/** Returns "1 cycle" or "10 cycles" for a report. */
export const cyclesText = ({ lag }: Block): string =>
  `${grouped(lag as number)} ${lag === 1 ? "cycle" : "cycles"}`;
