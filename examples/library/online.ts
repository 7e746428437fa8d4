/** Observations as they come: a filter that is updated, asked for a forecast, saved and opened again. */
import { unscentedKalman } from "kalmia/filters";
import { linear } from "kalmia/models";
import { rangeBearingOperator } from "kalmia/observe";
import { use } from "kalmia/parts";
import { openFilter, stateSpace } from "kalmia/problem";

const dt = 0.5; // seconds
const system = stateSpace({
  model: linear, // a ship of constant velocity: x and y in km, vx and vy in km/s
  parameters: {
    transition: [
      [1, 0, dt, 0],
      [0, 1, 0, dt],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ],
  },
  processNoise: 1e-5,
  observe: use(rangeBearingOperator, { sites: [[0, 0]] }),
  noise: [1e-4, 1e-4], // variances of the range in km² and of the bearing in radians²
  prior: { mean: [-5, 0.5, 0, 0], variance: [0.04, 0.04, 0.1, 0.1] },
  step: dt,
});

export function main() {
  const filter = openFilter(unscentedKalman(), system, { time: 0 });
  const first = filter.update(0.5, [5.02, 3.04]); // km, radians
  filter.update(1, [5.01, 3.06]);
  filter.update(1.5, [Number.NaN, 3.09]); // the range is missing
  const ahead = filter.forecast(4); // 2 s ahead, by steps of the model
  const saved = JSON.stringify(filter.save()); // plain JSON, for a file or another process
  filter.close();

  const again = openFilter(unscentedKalman(), system, { saved: JSON.parse(saved) });
  const last = again.update(2, [4.98, -3.13]); // the bearing has crossed π
  again.close();
  return { first: first.analysis, forecastTimes: ahead.times, last: last.analysis };
}

if (process.argv[1] === import.meta.filename) console.log(main());
