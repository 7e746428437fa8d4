/** What ensemble methods are given: members, inflation, tapers and places. */
import {
  type Inflation,
  type Localisation,
  neighbours,
  observedTaper,
  stateTaper,
  type Taper,
} from "../filters/index.js";
import type { Scalar } from "../prob/index.js";
import type { Setting } from "./setting.js";
import type {
  EnsembleSpecification,
  InflationSpecification,
  MethodSpecification,
  TaperSpecification,
} from "./specification.js";
import { filterScale, type Reader, share } from "./values.js";

/** What comes after the analysis. */
export function inflationOf(
  { inflation, relaxation, additiveInflation, rotate = false }: InflationSpecification,
  read: Reader,
): Inflation {
  return {
    ...(inflation !== undefined && {
      inflation: read.value(inflation, "inflation", filterScale),
    }),
    ...(relaxation && {
      relaxation: {
        towards: relaxation.towards,
        share: read.value(relaxation.share, `relaxation.${relaxation.towards}`, share),
      },
    }),
    ...(additiveInflation !== undefined && {
      additiveInflation: read.value(additiveInflation, "additiveInflation", filterScale),
    }),
    rotate,
  };
}

/** Members with their inflation after the analysis. */
export const membersOf = (
  spec: InflationSpecification & { readonly members: number },
  read: Reader,
) => ({ members: spec.members, ...inflationOf(spec, read) });

/** The same, with what inflates and damps the forecast's covariance. */
export function ensembleOf(spec: EnsembleSpecification, read: Reader, setting: Setting) {
  const { covarianceInflation, taper } = spec;
  const phi = read.value(covarianceInflation, "covarianceInflation", share);
  const rho = taper && taperOf(halfWidthOf(taper, read), setting);
  return { ...membersOf(spec, read), covarianceInflation: phi, ...(rho && { taper: rho }) };
}

const halfWidthOf = ({ halfWidth }: TaperSpecification, read: Reader): Scalar =>
  read.value(halfWidth, "taper.halfWidth", filterScale);

/** ρ of the model's variables, where they have places. */
function taperOf(halfWidth: Scalar, { operator, geometry }: Setting): Taper {
  const { domain, positions } = geometry!;
  if (operator === null) return stateTaper(positions, { domain, halfWidth });
  const components = operator.components as readonly number[];
  const observed = components.map((i) => positions[i]!);
  return observedTaper({ state: positions, observed }, { domain, halfWidth });
}

/** How far a half-width that is learned may grow beyond its start. */
const room = 2;

/** Which observations count for which variables. */
export function localisationOf(
  { taper, block = 1 }: Extract<MethodSpecification, { kind: "letkf" }>,
  read: Reader,
  { geometry }: Setting,
): Localisation {
  const { domain, positions } = geometry!;
  const { halfWidth } = taper;
  const reach = typeof halfWidth === "number" ? 2 * halfWidth : 2 * room * halfWidth.start;
  return {
    neighbours: neighbours({ state: positions }, { domain, reach, block }),
    halfWidth: halfWidthOf(taper, read),
  };
}
