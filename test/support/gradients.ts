/** Gradients of a captured loss in named numbers, against central differences. */
import { capture, type Tensor, tensor, valueAndGrad } from "../../src/engine/index.js";
import type { Scalar } from "../../src/prob/index.js";
import { slopesOf } from "./differences.js";

export type Parameters = Record<string, Scalar>;
export type Loss = (p: Parameters) => Tensor;

/** Largest |∇ − ∇ by differences| / |∇ by differences| over the parameters. */
export function gradientError(
  name: string,
  loss: Loss,
  at: Record<string, number>,
  relativeStep = 1e-3,
): number {
  const tensors = Object.fromEntries(Object.entries(at).map(([k, v]) => [k, tensor(v)]));
  const differentiated = capture((p: Record<string, Tensor>) => valueAndGrad(loss)(p));
  const { gradient } = differentiated(tensors);
  const replay = capture(loss);
  const expected = slopesOf(
    (p) => replay(Object.fromEntries(Object.entries(p).map(([k, v]) => [k, tensor(v)]))).item(),
    at,
    relativeStep,
  );
  const errors = Object.keys(at).map((k) => {
    const [g, e] = [(gradient[k] as Tensor).item(), expected[k]!];
    return Math.abs(g - e) / Math.abs(e);
  });
  console.info(
    `${name}: ${Object.keys(at)
      .map((k, i) => `${k} ${errors[i]!.toExponential(1)}`)
      .join(", ")}`,
  );
  return Math.max(...errors);
}
