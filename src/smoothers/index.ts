export { type FourdvarParams, fourdvar, type WindowState, type WindowTime } from "./fourdvar.js";
export type { InnerSolver } from "./incremental.js";
export { rts, rtsStep } from "./rts.js";
