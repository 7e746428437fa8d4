import {
  add,
  cast,
  div,
  mul,
  type Operand,
  pow,
  ShapeError,
  sameShape,
  sqrt,
  square,
  sub,
  Tensor,
  tensor,
  zeros,
} from "../engine/index.js";
import { checkOptions } from "../parts/index.js";
import { expectNumber, expectParts, expectTensor } from "../prob/index.js";
import type { NamedTensors } from "./parameters.js";

export interface AdamOptions {
  /** β₁: decay rate of the first moment. @defaultValue 0.9 */
  readonly beta1?: number;
  /** β₂: decay rate of the second moment. @defaultValue 0.999 */
  readonly beta2?: number;
  /** ε: keeps the denominator away from 0. @defaultValue 1e-8 */
  readonly epsilon?: number;
}

/** The running moments of the gradient, of the shapes of the parameters. */
export interface AdamState {
  /** t: number of updates made, a scalar of f64 whatever dtype the parameters have. */
  readonly count: Tensor;
  /** m: running mean of the gradient. */
  readonly mean: NamedTensors;
  /** v: running mean of the squared gradient. */
  readonly square: NamedTensors;
}

/** The optimiser as a pair of pure functions. */
export interface Adam {
  /** Returns the state before the first update, with moments 0. */
  init(parameters: NamedTensors): AdamState;
  /** Makes one step; `rates` holds a learning rate for each name. */
  update(
    parameters: NamedTensors,
    gradients: NamedTensors,
    state: AdamState,
    rates: Readonly<Record<string, Operand>>,
  ): { parameters: NamedTensors; state: AdamState };
}

type Entry = (name: string) => Tensor;
const each = (like: NamedTensors, entry: Entry): NamedTensors =>
  Object.fromEntries(Object.keys(like).map((name) => [name, entry(name)]));

/** Throws unless there is a tensor for each parameter, of its shape and dtype. */
function expectNamed(what: string, given: NamedTensors, parameters: NamedTensors): void {
  expectParts("adam", what, given, Object.keys(parameters ?? {}));
  for (const [name, { shape, dtype }] of Object.entries(parameters)) {
    const x = given[name]!;
    expectTensor("adam", `"${name}" of ${what}`, x, `[${shape}]`);
    if (sameShape(x.shape, shape) && x.dtype === dtype) continue;
    throw new ShapeError(`adam: "${name}" of ${what} is ${x}; need [${shape}] in ${dtype}.`);
  }
}

/** Throws unless there is a learning rate for each parameter. */
function expectRates(rates: Readonly<Record<string, Operand>>, parameters: NamedTensors): void {
  expectParts("adam", "the rates", rates, Object.keys(parameters));
  for (const name of Object.keys(parameters)) {
    const rate = rates[name]!;
    if (rate instanceof Tensor) expectTensor("adam", `the rate of "${name}"`, rate, "[]");
    else expectNumber("adam", `the rate of "${name}"`, rate, Number.isFinite, "a finite number");
  }
}

/**
 * Makes the optimiser Adam, whose steps are scaled by running moments of the gradient g.
 *
 *     m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²
 *     θ ← θ − rate · m̂ / (√v̂ + ε),   m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ)
 *
 * @see kingma2015
 */
export function adam(options: AdamOptions = {}): Adam {
  checkOptions("adam", options, ["beta1", "beta2", "epsilon"]);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const isRate = (x: number) => x >= 0 && x < 1;
  expectNumber("adam", "beta1", beta1, isRate, "a number from 0 to below 1");
  expectNumber("adam", "beta2", beta2, isRate, "a number from 0 to below 1");
  const isSmall = (x: number) => x > 0 && Number.isFinite(x);
  expectNumber("adam", "epsilon", epsilon, isSmall, "a number more than 0");
  return {
    init: (parameters) => {
      const zero: Entry = (name) => zeros(parameters[name]!.shape, parameters[name]!.dtype);
      return { count: tensor(0), mean: each(parameters, zero), square: each(parameters, zero) };
    },
    update: (parameters, gradients, state, rates) => {
      expectParts("adam", "the parameters", parameters, []);
      for (const [name, x] of Object.entries(parameters))
        expectTensor("adam", `"${name}"`, x, "[...]");
      expectNamed("the gradients", gradients, parameters);
      expectParts("adam", "the state", state, ["count", "mean", "square"]);
      expectTensor("adam", "count", state.count, "[]");
      expectNamed("the means", state.mean, parameters);
      expectNamed("the mean squares", state.square, parameters);
      expectRates(rates, parameters);
      const t = add(state.count, 1);
      const m = each(parameters, (name) =>
        add(mul(beta1, state.mean[name]!), mul(1 - beta1, gradients[name]!)),
      );
      const v = each(parameters, (name) =>
        add(mul(beta2, state.square[name]!), mul(1 - beta2, square(gradients[name]!))),
      );
      const correction1 = sub(1, pow(beta1, t)); // 1 − β₁ᵗ
      const correction2 = sub(1, pow(beta2, t)); // 1 − β₂ᵗ
      const step: Entry = (name) => {
        const [mean, square] = [m[name]!, v[name]!];
        const unbiased = div(mean, cast(correction1, mean.dtype));
        return div(unbiased, add(sqrt(div(square, cast(correction2, mean.dtype))), epsilon));
      };
      return {
        parameters: each(parameters, (name) =>
          sub(parameters[name]!, mul(rates[name]!, step(name))),
        ),
        state: { count: t, mean: m, square: v },
      };
    },
  };
}
