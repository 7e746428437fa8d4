/** A look inside an analysis at one cycle. */
import {
  capture,
  cast,
  eigh,
  eye,
  index,
  matmul,
  mean,
  mul,
  type Numbers,
  sub,
  symmetrise,
  type Tensor,
  tensor,
  transpose,
} from "../engine/index.js";
import type { Increments } from "../filters/index.js";
import { floatType } from "../prob/index.js";
import type { FilterProgram, Seen } from "../problem/index.js";
import { foldIn, type Key } from "../random/index.js";
import { buresWasserstein, eigenvaluesOf, positivePart } from "./bures-wasserstein.js";
import {
  antisymmetricShare,
  covarianceTangent,
  equivalentCovariance,
} from "./equivalent-covariance.js";
import { equivalentGain, gainOfCovariance, relativeDifference } from "./equivalent-gain.js";
import type { Beside, Inspection, InspectionSettings } from "./inspection.js";
import { commonShare } from "./lyapunov.js";
import type { Series } from "./series.js";

/** The number of innovations for a gain, for each value observed. */
const samplesEach = 5;

/** What is seen at one cycle. */
export interface Look extends Pick<Inspection, "spectra" | "distances"> {
  readonly gain: Omit<Inspection["gain"], "negative">;
  /** ∂Pᵃ/∂x_k */
  readonly tangent: { readonly by: number; readonly matrix: Series };
  readonly shares: Beside<readonly number[]> | null;
}

/** Makes what looks at one cycle of a network and of the ensemble filter beside it. */
export function lookInside(
  { system }: FilterProgram,
  increments: Increments,
  { staticVariance, members: N }: InspectionSettings,
  key: Key,
) {
  const { dimension: d } = system.model;
  const fixed = mul(staticVariance, eye(d));
  const inside = capture((E: Tensor, v: Tensor, seen: Seen, from: Key) => {
    const observation = system.observation(seen);
    const samples = samplesEach * observation.operator.size + 2;
    const P = equivalentCovariance(increments, E);
    const { gain, unexplained } = equivalentGain(increments, E, observation, {
      samples,
      key: from,
    });
    return {
      P: cast(P, "f64"),
      tangent: covarianceTangent(increments, E, v),
      difference: relativeDifference(gain, gainOfCovariance(P, E, observation)),
      unexplained,
      antisymmetric: antisymmetricShare(P),
    };
  });
  const at = (
    k: number,
    given: {
      /** The members [N, d] of the network's forecast. */
      readonly E: Numbers;
      /** The members of the ensemble's analysis. */
      readonly members: readonly number[];
      /** Backward Lyapunov vectors, if they are known. */
      readonly vectors: Series | undefined;
    },
    seen: Seen,
  ): Look => {
    const by = k % d;
    const E = tensor(given.E, { shape: [given.E.length / d, d] });
    const v = index(eye(d, floatType(E)), 0, by);
    const { P, tangent, difference, unexplained, antisymmetric } = inside(
      E,
      v,
      seen,
      foldIn(key, k),
    );
    const ensemble = sampleCovarianceOf(tensor([...given.members], { shape: [N, d] }));
    const network = positivePart(P);
    const apart = (A: Tensor, B: Tensor): number => buresWasserstein(A, B) / d;
    const { vectors } = given;
    return {
      gain: {
        difference: difference.item(),
        unexplained: unexplained.item(),
        antisymmetric: antisymmetric.item(),
      },
      spectra: { network: eigenvaluesOf(P), ensemble: eigenvaluesOf(ensemble) },
      distances: {
        networkToEnsemble: apart(network, ensemble),
        networkToStatic: apart(network, fixed),
        ensembleToStatic: apart(ensemble, fixed),
      },
      tangent: { by, matrix: tangent.toArray() as number[][] },
      shares: vectors
        ? { network: sharesOf(P, vectors), ensemble: sharesOf(ensemble, vectors) }
        : null,
    };
  };
  return { at, forget: () => inside.forget() };
}

/** The covariance of members [N, d], [d, d]. */
function sampleCovarianceOf(E: Tensor): Tensor {
  const A = sub(E, mean(E, 0)); // [N, d]
  return mul(1 / (E.shape[0]! - 1), matmul(A, A, { transposeA: true }));
}

/** For p = 1, 2, …: what the p leading eigenvectors of A [d, d] share with the first p rows of vectors. */
function sharesOf(A: Tensor, vectors: Series): number[] {
  const columns = eigh(symmetrise(A)).vectors; // ascending
  const rows = (transpose(columns).toArray() as number[][]).reverse();
  return vectors.map((_, i) => commonShare(rows.slice(0, i + 1), vectors.slice(0, i + 1)));
}
