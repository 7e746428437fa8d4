/**
 * How chaotic is weather on the sphere? The leading Lyapunov exponent of quasi-geostrophic flow at T21, and the
 * time in which small errors double: 0.19 a day and 3.6 days over 600 days.
 *
 *     node lyapunov.ts [days]
 */
import { leadingLyapunovExponent } from "kalmia/diagnostics";
import { capture, type Tensor, tensor } from "kalmia/engine";
import { bindModel, quasiGeostrophic } from "kalmia/models";
import { key, normal } from "kalmia/random";

/** The exponent, per day, over a number of days after 100 days in which the flow settles. */
export function main(days: number): number {
  const perDay = 8;
  const model = bindModel(quasiGeostrophic);
  const { map } = model.step(1 / perDay);
  const advance = capture((x: Tensor) => map(x));
  let x = tensor(model.start!);
  for (let k = 0; k < 100 * perDay; k++) x = advance(x);
  const direction = normal(key(1), [model.dimension]);
  return leadingLyapunovExponent(map, x, direction, {
    step: 1 / perDay,
    transient: 20 * perDay,
    counted: days * perDay,
  });
}

if (process.argv[1] === import.meta.filename) {
  const exponent = main(Number(process.argv[2] ?? 600));
  console.log(
    `${exponent.toFixed(3)} a day: errors double in ${(Math.LN2 / exponent).toFixed(1)} days`,
  );
}
