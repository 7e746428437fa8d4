import { adLetkf } from "./ad-letkf/index.js";
import { adrian2026 } from "./adrian2026/index.js";
import { bocquet2024 } from "./bocquet2024/index.js";
import { classicalScores } from "./classical/index.js";
import type { Reproduction } from "./reproduction.js";

/** The reproductions of the literature, in the order in which they are listed. */
export const reproductions: readonly Reproduction[] = [
  ...adrian2026,
  classicalScores,
  adLetkf,
  bocquet2024,
];
