/**
 * The curvature of a likelihood over a finite distance.
 *
 * The likelihood of a particle filter jumps where other particles survive, and that of an ensemble filter
 * may ripple. Derivatives at a point then say nothing of its shape: a ripple has a maximum and a curvature
 * of its own. What counts is how the likelihood falls over about a standard error.
 */
import { eigh, matmul, positiveDefinite, scope, solveVector, tensor } from "../engine/index.js";
import { type Curvature, type Objective, orElse } from "./newton.js";

/** Standard errors from the maximum at which J is looked at; nearer ones must rise as a parabola does. */
const distances = [1, 2, 8, 32, 128];
const parabola = 2;
/** A parabola may be flatter than expected by this factor, and J lower than at the maximum by so much. */
const [allowed, slack] = [4, 0.1];
/** The farthest look: a factor of 50 in a positive value. */
const farthest = 4;

/**
 * Whether J rises to both sides along every principal axis as its Hessian H says: t standard errors away,
 * at x ± t a_k, by ½t² on average, and at least by a quarter of that; and whether no place farther away
 * is lower.
 *
 *     D H D = V Λ Vᵀ,   a_k = D v_k/√λ_k
 *
 * `free` are the coordinates that are not held. Null where H is not positive definite.
 */
export function risesAsCurved(
  f: Objective,
  point: readonly number[],
  { value, hessian }: Curvature,
  free: readonly number[],
): boolean | null {
  if (free.length === 0) return true;
  const D = free.map((i) => 1 / Math.sqrt(hessian[i]![i]!));
  if (!D.every(Number.isFinite)) return null;
  const { w, V } = scope(() => {
    const { values, vectors } = eigh(
      tensor(free.map((i, a) => free.map((j, b) => D[a]! * hessian[i]![j]! * D[b]!))),
    );
    return { w: values.toArray() as number[], V: vectors.toArray() as number[][] };
  });
  if (!w.every((each) => each > 0)) return null;
  return w.every((lambda, k) => {
    const axis = free.map((_, a) => (D[a]! * V[a]![k]!) / Math.sqrt(lambda));
    const length = Math.max(...axis.map(Math.abs));
    return distances
      .filter((t) => t * length <= farthest)
      .every((t) => {
        const rises = [t, -t]
          .map((s) => f.value(displaced(point, free, axis, s)) - value)
          .filter((rise) => !Number.isNaN(rise));
        const mean = rises.reduce((sum, rise) => sum + rise, 0) / rises.length;
        const flat = t <= parabola && mean < t ** 2 / 2 / allowed;
        return !flat && rises.every((rise) => rise > -slack);
      });
  });
}

/** A quadratic function that was fitted to J about its minimum. */
export interface FittedCurvature {
  readonly point: readonly number[];
  readonly curvature: Curvature;
  /** Root mean square of what the quadratic function leaves of J. */
  readonly roughness: number;
}

/** Largest number of coordinates, of rounds, and of roughness, in the unit of J. */
const limits = { coordinates: 12, rounds: 30, roughness: 1 };
/** The longest step along a coordinate, and the shortest. */
const [longest, shortest] = [32, 1e-4];
/** Of steps that are halved, the first over which J rises by no more is taken: about two standard errors. */
const rise = 3;
/** A place that is lower by so much is searched about instead. */
const lower = 2;
/** The decrement of the quadratic function at which its minimum counts as reached. */
const reached = 0.05;

/**
 * Minimises J by quadratic functions that are fitted to it over steps h of about two standard errors:
 *
 *     J(x + h∘z) ≈ c + gᵀz + ½ zᵀA z,   z ← −A⁻¹g, at most 1 in each coordinate,   ∇²J ≈ A/(h hᵀ)
 *
 * by least squares over z = ±¼eᵢ, ±½eᵢ, ±¾eᵢ, ±eᵢ and ±eᵢ ± eⱼ. Steps are halved from long ones, so that
 * what is met is the shape of J as a whole and not of its roughness; a far lower place is the next x.
 * Null where no such function has a minimum, or leaves more than 1 of J: then J is too rough.
 */
export function fitCurvature(
  f: Objective,
  start: readonly number[],
  free: readonly number[],
): FittedCurvature | null {
  if (free.length > limits.coordinates) return null;
  let x = start;
  for (let round = 0; round < limits.rounds; round++) {
    const here = f.value(x);
    const { h, lowest } = stepsAbout(f, x, here, free);
    if (lowest.value < here - lower) {
      x = lowest.point;
      continue;
    }
    const fitted = quadratic(f, x, h, free);
    if (fitted === null) return null;
    const { z, A, decrement, roughness } = fitted;
    const bounded = z.map((each) => Math.max(-1, Math.min(1, each)));
    x = displaced(x, free, times(h, bounded));
    if (decrement > reached) continue;
    if (roughness > limits.roughness) return null;
    const hessian = x.map((_, i) => x.map((__, j) => Number(i === j)));
    free.forEach((i, a) => {
      free.forEach((j, b) => {
        hessian[i]![j] = A[a]![b]! / (h[a]! * h[b]!);
      });
    });
    const curvature = { value: f.value(x), gradient: x.map(() => 0), hessian };
    return { point: x, curvature, roughness };
  }
  return null;
}

/** x + s p in the free coordinates. */
function displaced(
  x: readonly number[],
  free: readonly number[],
  p: readonly number[],
  s = 1,
): number[] {
  const there = [...x];
  free.forEach((i, a) => {
    there[i]! += s * p[a]!;
  });
  return there;
}

/** h ∘ z */
const times = (h: readonly number[], z: readonly number[]): number[] =>
  h.map((each, a) => each * z[a]!);

/** For each free coordinate a step of about two standard errors, and the lowest place that was met. */
function stepsAbout(f: Objective, x: readonly number[], here: number, free: readonly number[]) {
  let lowest = { point: x, value: here };
  const h = free.map((i) => {
    for (let step = longest; ; step /= 2) {
      const sides = [1, -1].map((s) => displaced(x, [i], [step], s));
      const values = sides.map((point) => f.value(point));
      values.forEach((value, k) => {
        if (value < lowest.value) lowest = { point: sides[k]!, value };
      });
      if (values.every((value) => value - here <= rise) || step < shortest) return step;
    }
  });
  return { h, lowest };
}

const quarters = [1, 0.75, 0.5, 0.25].flatMap((s) => [s, -s]);

/** The quadratic function over steps h: its minimum z, its curvature A, and what it leaves. */
function quadratic(
  f: Objective,
  x: readonly number[],
  h: readonly number[],
  free: readonly number[],
) {
  const n = free.length;
  const unit = (i: number, s: number) => free.map((_, a) => (a === i ? s : 0));
  const pairs = free.flatMap((_, i) => free.slice(0, i).map((__, j) => [i, j] as const));
  const single = free.flatMap((_, i) => quarters.map((s) => unit(i, s)));
  const double = pairs.flatMap(([i, j]) =>
    [1, -1].flatMap((s) => [1, -1].map((t) => unit(i, s).map((v, a) => (a === j ? t : v)))),
  );
  const design = [unit(-1, 0), ...single, ...double]
    .map((z) => ({ z, J: f.value(displaced(x, free, times(h, z))) }))
    .filter(({ J }) => !Number.isNaN(J));
  const features = ({ z }: { readonly z: readonly number[] }) => [
    ...[1, ...z],
    ...z.map((v) => v * v),
    ...pairs.map(([i, j]) => z[i]! * z[j]!),
  ];
  const X = design.map(features);
  const base = design[0]?.J ?? 0;
  return orElse(null, () =>
    scope(() => {
      const Xt = tensor(X);
      const y = tensor(design.map(({ J }) => [J - base]));
      const normal = positiveDefinite(matmul(Xt, Xt, { transposeA: true }));
      const right = matmul(Xt, y, { transposeA: true }).data();
      const b = solveVector(normal, tensor([...right])).data();
      const g = free.map((_, a) => b[1 + a]!);
      const A = free.map(() => Array<number>(n).fill(0));
      free.forEach((_, a) => {
        A[a]![a] = 2 * b[1 + n + a]!;
      });
      pairs.forEach(([i, j], k) => {
        A[i]![j] = b[1 + 2 * n + k]!;
        A[j]![i] = b[1 + 2 * n + k]!;
      });
      const z = [...solveVector(positiveDefinite(tensor(A)), tensor(g.map((v) => -v))).data()];
      const left = design.map(
        ({ J }, k) => J - base - X[k]!.reduce((sum, v, c) => sum + v * b[c]!, 0),
      );
      const squares = left.reduce((sum, v) => sum + v * v, 0);
      const freedom = Math.max(1, design.length - b.length);
      return {
        ...{ z, A },
        decrement: -g.reduce((sum, v, a) => sum + v * z[a]!, 0) / 2,
        roughness: Math.sqrt(squares / freedom),
      };
    }),
  );
}
