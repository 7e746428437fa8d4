import {
  add,
  cast,
  div,
  mul,
  reshape,
  sub,
  type Tensor,
  tensor,
  UsageError,
} from "../engine/index.js";
import { count, grouped, nonNegative, positiveNumber, real } from "../parts/index.js";
import { expectAxis, over, type Scalar, times } from "../prob/index.js";
import { gaussianGrid } from "./gaussian-grid.js";
import { defineModel } from "./record.js";
import { rk4, type Tendency } from "./rk4.js";
import { earthRadius, pointsOf, rotationRate, sphereGeometry } from "./sphere.js";
import { type SphericalTransforms, sphericalTransforms } from "./spherical-harmonics.js";

/** The usual values of the rates and sizes, in days and 1000 km. */
export const quasiGeostrophicDefaults = {
  jet: 8,
  drag: 0.05,
  mountains: 0.2,
  hyperdiffusion: 0.2,
} as const;

/** The smallest truncation that holds the mountains, which are of degree 5. */
const smallest = 5;
/** The largest truncation: its table of Legendre functions, of some T³ numbers, takes a second to make. */
const largest = 213;

/** Parameters of the tendency. */
interface Flow {
  readonly jet: Scalar;
  readonly drag: Scalar;
  readonly mountains: Scalar;
  readonly hyperdiffusion: Scalar;
  readonly deformationRadius: Scalar | undefined;
}

/** 1/a² */
const curvature = 1 / earthRadius ** 2;

/** Returns a factor of each coefficient, [2T + 1, 1, T + 1]; 0 for the mean and where there is none. */
const factors = ({ degrees }: SphericalTransforms, value: (l: number) => number): Tensor =>
  tensor(degrees.map((row) => [row.map((l) => (l === 0 ? 0 : value(l)))]));

/** Constants are made in f64, and then taken in the precision of the state. */
const inF64 = (x: Scalar): Scalar => (typeof x === "number" ? x : cast(x, "f64"));

/** Returns the tendency of the coefficients of ψ, [2T + 1, n, T + 1]. */
function tendencyOf(transforms: SphericalTransforms, T: number, flow: Flow): Tendency {
  const [U, r, h, nu] = [flow.jet, flow.drag, flow.mountains, flow.hyperdiffusion].map(inF64);
  const R = flow.deformationRadius && inF64(flow.deformationRadius);
  const { grid, analyse, alongLongitude, alongSine } = transforms;
  const ofDegrees = (value: (l: number) => number) => factors(transforms, value);
  const field = (value: (mu: number, lambda: number) => number): Tensor =>
    analyse(tensor([pointsOf(grid, value)]));

  const laplacian = ofDegrees((l) => -l * (l + 1) * curvature);
  const stretching = R === undefined ? 0 : over(1, times(R, R)); // R⁻²
  const one = ofDegrees(() => 1);
  // 1/(∇² − R⁻²), and 0 for the mean, where the divisor is −1 − R⁻².
  const inverse = div(one, sub(add(laplacian, one), add(1, stretching)));
  const shortness = ofDegrees((l) => (((l * (l + 1)) / (T * (T + 1))) ** 2) ** 2);
  const damping = add(mul(nu, shortness), r);
  const cube = (mu: number) => mu * mu * mu;
  // ζ* = −16 U μ³ (4 − 9μ²) cos³φ/a of the wind u* = U (sin 2φ)⁴
  const jets = field(
    (mu) => (-16 / earthRadius) * cube(mu) * (4 - 9 * mu * mu) * cube(Math.sqrt(1 - mu * mu)),
  );
  const forcing = mul(times(r, U), jets);
  const rotation = field((mu) => 2 * rotationRate * mu);
  const ridges = field(
    (mu, lambda) => 8 * rotationRate * cube(mu) * (1 - mu * mu) * Math.cos(2 * lambda),
  );
  const planet = add(rotation, mul(h, ridges)); // f (1 + h)
  const [planetEast, planetNorth] = [alongLongitude(planet), alongSine(planet)]; // [1, J K]

  return (psi) => {
    const as = (x: Tensor) => cast(x, psi.dtype);
    const zeta = mul(as(laplacian), psi);
    const jacobian = sub(
      mul(alongLongitude(psi), add(alongSine(zeta), as(planetNorth))),
      mul(alongSine(psi), add(alongLongitude(zeta), as(planetEast))),
    ); // [n, J K]
    const gained = sub(as(forcing), mul(as(damping), zeta));
    return mul(as(inverse), sub(gained, mul(curvature, analyse(jacobian))));
  };
}

/** ψ of a westerly flow with a wave of order four in each hemisphere, from which a long run may begin. */
const startAt = (mu: number, lambda: number): number =>
  -6 * mu + 20 * mu * (1 - mu * mu) ** 2 * Math.cos(4 * lambda + 6 * mu);

/**
 * Quasi-geostrophic flow of one layer on the rotating sphere, a model of the weather of middle latitudes: the
 * streamfunction ψ(λ, μ) at the points of a grid, λ the longitude and μ the sine of the latitude φ.
 *
 *     ∂q/∂t = −J(ψ, q) + r (ζ* − ζ) − ν (∇²/∇²_T)⁴ ζ,      ζ = ∇²ψ,   q = ζ − ψ/R² + f (1 + h)
 *     J(ψ, q) = (∂ψ/∂λ ∂q/∂μ − ∂ψ/∂μ ∂q/∂λ)/a²,           f = 2Ω μ,   h = h₀ 4 μ² (1 − μ²) cos 2λ
 *
 * The potential vorticity q moves with the wind (−∂ψ/∂φ, ∂ψ/∂λ / cos φ)/a. The drag r slows the wind, and
 * draws it to two jets u* = U (sin 2φ)⁴ of vorticity ζ*; two mountain ridges h across each hemisphere bend
 * them. ν is the rate at which the shortest waves, of degree T and ∇²_T = −T (T + 1)/a², are damped. Without
 * a radius of deformation R the layer is barotropic. Time is in days, length in 1000 km: the radius of the
 * earth is a = 6.371, ψ is in (1000 km)² a day, and 1 is a speed of 11.6 m/s. With the default values the
 * jets are near 25 m/s, and errors double within 3.6 days: the leading Lyapunov exponent is 0.19 a day.
 *
 * The equation is solved for the spherical harmonics of degrees 1 … T (triangular truncation), with products
 * on a grid that is fine enough for them to be exact (`sphericalTransforms`). So without drag and
 * hyperdiffusion the energy −½ ∫ψ (ζ − ψ/R²) and the potential enstrophy ½ ∫q² change by the errors of the
 * time step alone. A step is one of `rk4`; steps of an eighth of a day are safe at T21.
 *
 * The state is ψ at the J K points [..., J K], row after row from north to south, so that observations and
 * local analyses have places on the sphere. It is taken as its harmonics at the start of each step: what is
 * beyond degree T, and the mean, which moves nothing, are gone after it.
 *
 * @see charney1948 for the equation; haurwitz1940 for waves that solve it; legras1985 for the mountains and
 * a forcing by jets; orszag1970
 */
export const quasiGeostrophic = defineModel({
  kind: "quasi-geostrophic",
  title: "quasi-geostrophic flow on the sphere: jets, waves and chaos, at the points of a grid",
  parameters: {
    truncation: count(
      smallest,
      {
        default: 21,
        symbol: "T",
        about: "largest degree of the spherical harmonics; 21 has a grid of 32 × 64 points",
      },
      largest,
    ),
    jet: real({
      default: quasiGeostrophicDefaults.jet,
      ...{ symbol: "U", unit: "1000 km/day" },
      about: "speed of the two jets to which the drag draws the wind",
    }),
    drag: nonNegative({
      default: quasiGeostrophicDefaults.drag,
      ...{ symbol: "r", unit: "1/day" },
      about: "rate at which the wind is drawn to the jets",
    }),
    mountains: real({
      default: quasiGeostrophicDefaults.mountains,
      symbol: "h₀",
      about: "height of two mountain ridges, as a fraction of the depth of the layer",
    }),
    hyperdiffusion: nonNegative({
      default: quasiGeostrophicDefaults.hyperdiffusion,
      ...{ symbol: "ν", unit: "1/day" },
      about: "rate at which the shortest waves are damped",
    }),
    deformationRadius: positiveNumber({
      optional: true,
      ...{ symbol: "R", unit: "1000 km" },
      about: "radius of deformation; without it the layer is barotropic",
    }),
  },
  hints: {
    dimension: () => `quasi-geostrophic takes "truncation"; its grid follows from it`,
    points: () => `quasi-geostrophic takes "truncation"; its grid follows from it`,
    viscosity: () => `quasi-geostrophic takes "hyperdiffusion", the rate for the shortest waves`,
  },
  build: ({ truncation: T, ...flow }, { substeps = 1 }) => {
    const name = "quasi-geostrophic";
    if (!(Number.isInteger(T) && T >= smallest && T <= largest)) {
      throw new UsageError(
        `${name}: the truncation is ${T}; need a whole number from ${smallest} to ${largest}.`,
      );
    }
    const grid = gaussianGrid(T);
    const d = grid.latitudes * grid.longitudes;
    return {
      ...{ name, dimension: d, time: "continuous", support: "real" },
      geometry: sphereGeometry(grid),
      start: pointsOf(grid, startAt),
      decorrelationTime: 4,
      step: (h) => {
        const transforms = sphericalTransforms(T);
        const moved = rk4(tendencyOf(transforms, T, flow), h, substeps);
        const withoutMean = factors(transforms, () => 1);
        const map = (psi: Tensor): Tensor => {
          expectAxis(name, "the state", psi, -1, d, "one value per point");
          const all = transforms.analyse(reshape(psi, [-1, d]));
          const harmonics = mul(cast(withoutMean, psi.dtype), all);
          return reshape(transforms.synthesise(moved(harmonics)), psi.shape);
        };
        return { map, noise: null };
      },
    };
  },
  phrase: ({ truncation }, dimension) =>
    `quasi-geostrophic flow on the sphere, T${truncation}, at ${grouped(dimension)} points`,
  formula: () => [
    "∂{q}/∂t = −J({ψ}, {q}) + drag · ({ζ}* − {ζ}) − hyperdiffusion · (∇²/∇²_{T})⁴ {ζ}",
    "{ζ} = ∇²{ψ},  {q} = {ζ} − {ψ}/deformationRadius² + {f} (1 + mountains · 4{μ}² (1 − {μ}²) cos 2{λ})",
    "{ζ}* is the vorticity of the wind jet · (sin 2{φ})⁴",
  ],
});
