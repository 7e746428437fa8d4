/**
 * A user's program, for Node, for a bundle and for a browser: an ETKF follows Lorenz-96, of which
 * half the variables are observed with errors of variance 1.
 */
import { add, grad, mean, square, sub, type Tensor, tensor } from "kalmia/engine";
import { etkf } from "kalmia/filters";
import { lorenz96Tendency, rk4 } from "kalmia/models";
import { observeComponents } from "kalmia/observe";
import { foldIn, type Key, key, normal } from "kalmia/random";

const d = 40;
const cycles = 100;

export interface Outcome {
  /** RMSE of the analysis mean, averaged over the second half of the cycles. */
  readonly error: number;
  /** The derivative of the last log-likelihood by the forcing. */
  readonly slope: number;
}

const rmse = (a: Tensor, b: Tensor): number => Math.sqrt(mean(square(sub(a, b))).item());

export function main(): Outcome {
  const draw = (purpose: number, t: number, shape: number[]) =>
    normal(foldIn(foldIn(key(7), purpose), t), shape);
  const interval = (forcing: number | Tensor) => rk4(lorenz96Tendency({ forcing }), 0.05);
  const operator = observeComponents(Array.from({ length: d / 2 }, (_, i) => 2 * i));
  const observed = (x: Tensor, t: number) => ({
    y: add(operator.apply(x), draw(1, t, [d / 2])),
    operator,
    variance: 1,
    mask: null,
  });
  const filter = etkf({ members: 24, inflation: 1.05 });
  const analysisKey = (t: number): Key => foldIn(key(8), t);

  const step = interval(8);
  let x = add(tensor(Array.from({ length: d }, (_, i) => Math.sin(i))), draw(2, 0, [d]));
  for (let t = 0; t < 200; t++) x = step(x);
  let E = add(x, draw(3, 0, [24, d]));
  let error = 0;
  for (let t = 0; t < cycles; t++) {
    x = step(x);
    E = filter.analyse(step(E), observed(x, t), analysisKey(t)).state;
    if (t >= cycles / 2) error += rmse(filter.moments(E).mean, x) / (cycles / 2);
  }
  const last = observed(step(x), cycles);
  const logEvidence = (forcing: Tensor) =>
    filter.analyse(interval(forcing)(E), last, analysisKey(cycles)).logEvidence;
  return { error, slope: grad(logEvidence)(tensor(8)).item() };
}
