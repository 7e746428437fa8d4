export { renderComparison } from "./render-comparison.js";
export { type Page, type Picture, type Report, renderPage, renderReport } from "./render-report.js";
export { renderReproduction } from "./render-reproduction.js";
export type { Reproduced } from "./reproduction-page.js";
