/** Kalmia: differentiable data assimilation. Each part is also an entry point of its own. */
export * as advice from "./advice/index.js";
export * as diagnostics from "./diagnostics/index.js";
export * as engine from "./engine/index.js";
export * as filters from "./filters/index.js";
export * as io from "./io/index.js";
export * as learn from "./learn/index.js";
export * as models from "./models/index.js";
export * as observe from "./observe/index.js";
export * as parts from "./parts/index.js";
export * as prob from "./prob/index.js";
export * as problem from "./problem/index.js";
export * as random from "./random/index.js";
export * as report from "./report/index.js";
export * as reproductions from "./reproductions/index.js";
export * as run from "./run/index.js";
export * as smoothers from "./smoothers/index.js";
