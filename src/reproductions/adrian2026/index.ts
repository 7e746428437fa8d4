/**
 * Adrian, Sanz-Alonso and Willett (2026): Auto-differentiable data assimilation: co-learning of
 * states, dynamics, and filtering algorithms. Figures 1 to 14, tables 2 and 3, and how learning
 * survives bad starts.
 */
import type { Reproduction } from "../reproduction.js";
import { badStarts } from "./bad-starts.js";
import { figure6, figure7, figure8 } from "./community-figures.js";
import { figure11, figure12 } from "./ensemble-figures.js";
import { figure4, figure5, figure9, figure10 } from "./lorenz-figures.js";
import { figure1, figure2, figure3, figure13, figure14 } from "./orbit-figures.js";
import { table2 } from "./table-2.js";
import { table3 } from "./table-3.js";

export const adrian2026: readonly Reproduction[] = [
  ...[figure1, figure2, figure3, figure4, figure5, figure6, figure7],
  ...[figure8, figure9, figure10, figure11, figure12, figure13, figure14],
  ...[table2, table3],
  badStarts,
];

export { lorenzData } from "./lorenz-data.js";
export { runTrial } from "./run.js";
export { lorenzTrial } from "./settings.js";
export type { Trial, TrialResult } from "./trial.js";
