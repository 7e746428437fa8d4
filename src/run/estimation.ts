/** From the method of a specification to a method, with the values that a reader gives. */
import { tensor } from "../engine/index.js";
import {
  climatology,
  denkf,
  eakf,
  enkf,
  enkfN,
  ens3dvar,
  etkf,
  extendedKalman,
  kalman,
  letkf,
  type Method,
  optimalInterpolation,
  optimalParticle,
  particle,
  threedvar,
  threedvarC,
  threedvarK,
} from "../filters/index.js";
import type { Gaussian } from "../prob/index.js";
import { en4dvar, enks, fourdvar, ienks } from "../smoothers/index.js";
import { covarianceOf, fixed, gainOf } from "./background.js";
import { ensembleOf, localisationOf, membersOf } from "./ensembles.js";
import type { Setting } from "./setting.js";
import type {
  PerturbedSpecification,
  Specification,
  WindowSpecification,
} from "./specification.js";
import { filterScale, type Reader, share } from "./values.js";

/** A method whose state is a tree of tensors; which one, only the method itself needs to know. */
export function filterOf(
  { method }: Specification,
  read: Reader,
  setting: Setting,
): Method<unknown> {
  const { operator, variance } = setting;
  const scaleOf = (value: Parameters<Reader["value"]>[0], name: string) =>
    read.value(value, name, filterScale);
  const windowOf = ({ background, lag, iterations, innerSteps: steps }: WindowSpecification) => ({
    covariance: covarianceOf(background, read, setting),
    lag,
    iterations,
    ...(steps !== undefined && { solver: { kind: "conjugate-gradients", steps } as const }),
  });
  switch (method.kind) {
    case "kalman":
    case "rts":
      return kalman();
    case "extended-kalman": {
      const { inflation } = method;
      return extendedKalman(
        inflation === undefined ? {} : { inflation: scaleOf(inflation, "inflation") },
      );
    }
    case "climatology":
      return climatology({ climatology: climateOf(setting) });
    case "optimal-interpolation":
      return optimalInterpolation({ climatology: climateOf(setting) });
    case "enkf":
      return enkf({ ...ensembleOf(method, read, setting), ...perturbed(method) });
    case "denkf":
      return denkf(ensembleOf(method, read, setting));
    case "eakf":
      return eakf(ensembleOf(method, read, setting));
    case "etkf":
      return etkf(ensembleOf(method, read, setting));
    case "enkf-n":
      return enkfN({
        ...ensembleOf(method, read, setting),
        xN: scaleOf(method.xN, "xN"),
        form: method.form,
      });
    case "letkf":
      return letkf({
        ...membersOf(method, read),
        covarianceInflation: read.value(method.covarianceInflation, "covarianceInflation", share),
        ...localisationOf(method, read, setting),
      });
    case "ienks": {
      const { lag, iterations, xN, bundle, shares } = method;
      return ienks({
        ...membersOf(method, read),
        lag,
        iterations,
        ...(xN !== undefined && { xN: scaleOf(xN, "xN") }),
        ...(bundle !== undefined && { linearisation: { bundle } }),
        ...(shares && { shares }),
      });
    }
    case "enks":
      return enks({ ...membersOf(method, read), lag: method.lag, analysis: method.analysis });
    case "ens3dvar":
      return ens3dvar({
        ...ensembleOf(method, read, setting),
        ...perturbed(method),
        covariance: covarianceOf(method.background, read, setting),
        mixing: read.value(method.mixing, "mixing", share),
        ...(operator && { operator }),
      });
    case "3dvar":
    case "3dvar-c":
      return (method.kind === "3dvar" ? threedvar : threedvarC)({
        covariance: covarianceOf(method.background, read, setting),
        ...("iterations" in method && { iterations: method.iterations }),
        ...(operator && { observing: { operator, variance } }),
      });
    case "4dvar":
      return fourdvar({ ...windowOf(method), observations: method.observations });
    case "en4dvar":
      return en4dvar({
        ...membersOf(method, read),
        ...windowOf(method),
        mixing: read.value(method.mixing, "mixing", share),
      });
    case "3dvar-k":
      return threedvarK({
        gain: gainOf(method.gain, read, setting),
        operator: fixed(setting),
      });
    case "particle":
    case "optimal-particle": {
      const { members, resampleBelow, regularisation } = method;
      const common = {
        members,
        resampleBelow,
        regularisation: scaleOf(regularisation, "regularisation"),
      };
      if (method.kind === "particle") return particle(common);
      const { proposalRegularisation: wide } = method;
      return optimalParticle({
        ...common,
        ...(wide !== undefined && {
          proposalRegularisation: scaleOf(wide, "proposalRegularisation"),
        }),
      });
    }
  }
}

const perturbed = ({ centredPerturbations = false }: PerturbedSpecification) => ({
  centredPerturbations,
});

/** What a long run of the model says, as a Gaussian. */
function climateOf({ climate }: Setting): Gaussian {
  const { mean, covariance } = climate!;
  return { mean: tensor(mean), covariance: { kind: "matrix", matrix: tensor(covariance) } };
}
