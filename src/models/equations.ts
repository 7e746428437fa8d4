import { add, concat, mul, slice, type Tensor, UsageError } from "../engine/index.js";
import { checkOptions, type Keys, namesOf, type ParametersOf, real } from "../parts/index.js";
import { expectAxis, type Scalar } from "../prob/index.js";
import { continuousModel } from "./continuous.js";
import { positiveVariables } from "./coordinates.js";
import { type BoundModel, defineModel, type ModelRecord } from "./record.js";

/** Names of parameters, or their keys: `["growth"]` or `{ growth: positiveNumber({ about: … }) }`. */
export type ParameterNames = readonly string[] | Keys;

/** The values that equations receive for parameters given by their names, or by their keys. */
export type EquationParameters<P extends ParameterNames> = P extends readonly string[]
  ? { readonly [Name in P[number]]: Scalar }
  : P extends Keys
    ? ParametersOf<P>
    : never;

type KeysOf<P extends ParameterNames> = P extends readonly string[]
  ? { readonly [Name in P[number]]: ReturnType<typeof real> }
  : P extends Keys
    ? P
    : never;

/** The equations of a model, with the names of their variables and parameters. */
export interface Equations<V extends readonly string[], P extends ParameterNames>
  extends Pick<BoundModel, "geometry" | "start" | "decorrelationTime"> {
  /** The kind of the model: words in lower case with hyphens. @defaultValue its variables */
  readonly kind?: string;
  /** One line that describes the model. @defaultValue the kind and its variables */
  readonly title?: string;
  /** The names of the variables, [d]. */
  readonly variables: V;
  /** The parameters by name, or with their keys; a parameter without a key is a number that may be learned. */
  readonly parameters: P;
  /**
   * Whether the state holds the variables, or the logarithms of positive variables. The tendency is that of
   * the state. @defaultValue "natural"
   */
  readonly coordinates?: "natural" | "log";
  /** ẋ = f(x): the tendency of each variable [..., 1], from all of them [..., 1]. */
  readonly tendency: (
    state: { readonly [Index in keyof V]: Tensor },
    parameters: EquationParameters<P>,
  ) => { readonly [Index in keyof V]: Scalar };
  /** The equations for reports, one in each line; see `ModelRecord.formula`. */
  readonly formula?: readonly string[];
}

const known = namesOf<Equations<readonly string[], ParameterNames>>({
  ...{ kind: true, title: true, variables: true, parameters: true, coordinates: true },
  ...{ tendency: true, formula: true, geometry: true, start: true, decorrelationTime: true },
});

/**
 * Makes the record of a model in continuous time from its equations, variable by variable.
 *
 *     ẋᵢ = fᵢ(x₁, …, x_d; parameters),   states [..., d]
 *
 *     defineEquations({
 *       kind: "pendulum",
 *       variables: ["angle", "speed"],
 *       parameters: ["gravity", "friction"],
 *       tendency: ([a, v], { gravity, friction }) => [v, neg(add(mul(gravity, sin(a)), mul(friction, v)))],
 *     })
 *
 * The model is integrated by the Runge–Kutta method of order four. A model whose variables have the same
 * equation, such as the points of a ring, is better written by `defineModel` and `continuousModel`, with one
 * formula for all.
 *
 * @throws UsageError when there are no variables, or the tendency does not give one value for each of them.
 * @see kutta1901
 */
export function defineEquations<
  const V extends readonly string[],
  const P extends ParameterNames = readonly [],
>(given: Equations<V, P>): ModelRecord<KeysOf<P>> {
  checkOptions("defineEquations", given, known);
  if (!Array.isArray(given.variables) || typeof given.tendency !== "function") {
    throw new UsageError(
      "defineEquations: the variables are no list of names, or the tendency is no function; need both.",
    );
  }
  const { variables, kind = variables.join("-"), tendency, coordinates = "natural" } = given;
  const { geometry, start, decorrelationTime } = given;
  if (variables.length === 0) {
    throw new UsageError("defineEquations: there are no variables; need at least one name.");
  }
  const positive = coordinates === "log" ? positiveVariables("log") : {};
  const listed = variables.join(", ");
  const f = (x: Tensor, parameters: EquationParameters<P>): Tensor => {
    expectAxis(kind, "the state", x, -1, variables.length, "one value per variable");
    const state = variables.map((_, i) => slice(x, -1, i, i + 1)); // d × [..., 1]
    const rates: readonly Scalar[] = tendency(state as never, parameters);
    if (!Array.isArray(rates) || rates.length !== variables.length) {
      throw new UsageError(
        `${kind}: the tendency returned ${Array.isArray(rates) ? `${rates.length} values` : "no list"}; need ${variables.length}, one for each of ${listed}.`,
      );
    }
    const zero = mul(0, state[0]!);
    return concat(
      rates.map((rate, i) => columnOf(kind, variables[i]!, rate, zero)),
      -1,
    );
  };
  return defineModel({
    kind,
    title: given.title ?? `${kind}: a model of ${listed}`,
    parameters: keysOf(given.parameters) as KeysOf<P>,
    build: (parameters, options) =>
      continuousModel(
        {
          ...{ name: kind, dimension: variables.length, variables },
          ...positive,
          ...(geometry && { geometry }),
          ...(start && { start }),
          ...(decorrelationTime !== undefined && { decorrelationTime }),
          tendency: (x) => f(x, parameters as unknown as EquationParameters<P>),
        },
        options,
      ),
    phrase: () => `the model "${kind}"`,
    formula: (_, names) =>
      given.formula ??
      names.map(
        (name, i) =>
          `d {${name}} / dt = {f}_{${i + 1}}(${names.map((each) => `{${each}}`).join(", ")})`,
      ),
  });
}

/** Returns the tendency of one variable as a column [..., 1]; a number holds for every state. */
function columnOf(kind: string, variable: string, rate: Scalar, zero: Tensor): Tensor {
  if (typeof rate === "number") return add(zero, rate);
  const { shape } = zero;
  if (rate.shape.length === shape.length && rate.shape.at(-1) === 1) {
    return rate.shape.every((n, i) => n === shape[i]) ? rate : add(zero, rate);
  }
  if (rate.shape.length < shape.length && rate.size === 1) return add(zero, rate);
  throw new UsageError(
    `${kind}: the equation of ${variable} returned a tensor [${rate.shape}] for variables [${shape}]; need [${shape}]. Use the operations of kalmia/engine on the variables without changing their shape.`,
  );
}

const keysOf = (parameters: ParameterNames): Keys =>
  isList(parameters)
    ? Object.fromEntries(parameters.map((name) => [name, real({ about: `parameter "${name}"` })]))
    : parameters;

const isList = (parameters: ParameterNames): parameters is readonly string[] =>
  Array.isArray(parameters);
