/** Range and bearing of a position in the plane, as radars and sonars measure them. */
import {
  mul,
  reshape,
  slice,
  stack,
  sub,
  type Tensor,
  tensor,
  UsageError,
  where,
} from "../engine/index.js";
import { describeValue } from "../parts/index.js";
import { floatType } from "../prob/index.js";
import { polar, wrapAngle } from "./angle.js";
import { type Operator, observeComponents } from "./operator.js";

/**
 * The distance and the direction of a position (x, y) from each sensor site (a, b):
 *
 *     h(x) = (√((x − a)² + (y − b)²), atan2(y − b, x − a))      two values a site, in the order of sites
 *
 * `components` are the places of x and y in the state; [..., d] → [..., 2 · sites]. Ranges have the
 * unit of the position, bearings are in radians, in (−π, π], counted from the x-axis towards the
 * y-axis; their differences are wrapped.
 *
 * @throws NumericError when a position coincides with a site, where there is no bearing.
 * @throws UsageError when there is no site, or a site is not two finite numbers.
 * @see barshalom2001, section 1.6 for measurements in polar coordinates
 */
export function observeRangeBearing(
  components: readonly [number, number],
  sites: readonly (readonly [number, number])[],
): Operator {
  if (!Array.isArray(components) || components.length !== 2) {
    throw new UsageError(
      `observeRangeBearing: the components are ${describeValue(components)}; need two, the places of x and y in the state.`,
    );
  }
  checkSites(sites);
  const m = 2 * sites.length;
  const position = observeComponents(components);
  const constant = (values: readonly number[], like: Tensor) =>
    tensor(values, { dtype: floatType(like) });
  const [as, bs] = [sites.map(([a]) => a), sites.map(([, b]) => b)];
  const bearings = sites.flatMap(() => [0, 1]);
  return {
    name: "range-bearing",
    size: m,
    linear: false,
    components: null,
    apply: (state) => {
      const xy = position.apply(state); // [..., 2]
      const dx = sub(slice(xy, -1, 0, 1), constant(as, state)); // [..., sites]
      const dy = sub(slice(xy, -1, 1, 2), constant(bs, state));
      const { radius, angle } = polar(dx, dy);
      return reshape(stack([radius, angle], -1), [...state.shape.slice(0, -1), m]);
    },
    matrix: () => null,
    difference: (a, b) => {
      const plain = sub(a, b); // [..., m]
      const isBearing = constant(bearings, plain);
      return where(isBearing, wrapAngle(mul(isBearing, plain)), plain);
    },
  };
}

function checkSites(sites: readonly (readonly [number, number])[]): void {
  if (!Array.isArray(sites) || sites.length === 0) {
    const given = Array.isArray(sites)
      ? "there are no sites"
      : `the sites are ${describeValue(sites)}`;
    throw new UsageError(`observeRangeBearing: ${given}; need one sensor site or more, [[a, b]].`);
  }
  for (const site of sites) {
    if (Array.isArray(site) && site.length === 2 && site.every((value) => Number.isFinite(value)))
      continue;
    throw new UsageError(
      `observeRangeBearing: a site is [${site}]; need two finite numbers [a, b], its position.`,
    );
  }
}
