/** What every differentiable step of a model must satisfy. */
import { expect } from "vitest";
import { add, grad, jvp, mul, sum, type Tensor, tensor, vjp } from "../../src/engine/index.js";
import { key, normal } from "../../src/random/index.js";
import { distance, expectClose } from "./close.js";
import { slopeOf } from "./differences.js";

type Step = (x: Tensor) => Tensor;

/** The tangent is the difference along a direction, and the adjoint is its transpose. */
export function expectDerivatives(step: Step, x: Tensor, atol: number, h = 1e-3): void {
  const [v, w] = [normal(key(71), x.shape), normal(key(72), x.shape)];
  const { tangent } = jvp(step, x, v);
  const along = (s: number) => step(add(x, mul(s, v)));
  const weighted = (s: number) => sum(mul(w, along(s))).item();
  const product = sum(mul(w, tangent)).item();
  expect(Math.abs(product - slopeOf(weighted, 0, h))).toBeLessThan(atol);
  const cotangent = vjp(step, x).pullback(w) as Tensor;
  const size = Math.abs(product) + 1;
  expect(Math.abs(product - sum(mul(v, cotangent)).item())).toBeLessThan(1e-12 * size);
}

/** The gradient of a weighted sum of the step's result in every parameter is the difference. */
export function expectParameterGradients(
  step: (params: Record<string, Tensor>) => Tensor,
  values: Readonly<Record<string, number>>,
  atol: number,
): void {
  const tensors = (at: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(at).map(([name, value]) => [name, tensor(value)]));
  const loss = (params: Record<string, Tensor>) => {
    const moved = step(params);
    return sum(mul(normal(key(73), moved.shape), moved));
  };
  const slopes = grad(loss)(tensors(values));
  for (const [name, value] of Object.entries(values)) {
    const along = (v: number) => loss(tensors({ ...values, [name]: v })).item();
    const expected = slopeOf(along, value, 1e-3 * Math.max(1, Math.abs(value)));
    expect(Math.abs(slopes[name]!.item() - expected), name).toBeLessThan(atol);
  }
}

/** log₂ of the ratios of errors when the steps are halved: the order, towards small steps. */
export function orderOf(
  at: (substeps: number) => Tensor,
  substeps: readonly number[],
  exact: Tensor,
): number {
  const errors = substeps.map((n) => distance(at(n), exact));
  return Math.log2(errors.at(-2)! / errors.at(-1)!);
}

/** Each member of a batch is moved as it is alone. */
export function expectMembersAlone(step: Step, E: Tensor, atol: number): void {
  const rows = E.toArray() as number[][];
  const alone = rows.map((row) => step(tensor(row)).toArray() as number[]);
  expectClose(step(E), alone, atol);
}
