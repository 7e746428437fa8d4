export { type En4dvarParams, type En4dvarState, en4dvar } from "./en4dvar.js";
export { type EnksParams, enks, enksAnalysis, enksCycle } from "./enks.js";
export { type FourdvarParams, fourdvar, type WindowState, type WindowTime } from "./fourdvar.js";
export { type IenksParams, type IenksState, ienks, ienksCycle } from "./ienks.js";
export type { InnerSolver } from "./incremental.js";
export { rts, rtsStep } from "./rts.js";
