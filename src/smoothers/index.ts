export { type En4dvarParams, type En4dvarState, en4dvar, en4dvarRecord } from "./en4dvar.js";
export { type EnksParams, enks, enksAnalysis, enksCycle, enksRecord } from "./enks.js";
export {
  type FourdvarParams,
  fourdvar,
  fourdvarRecord,
  type WindowState,
  type WindowTime,
} from "./fourdvar.js";
export { type IenksParams, type IenksState, ienks, ienksCycle, ienksRecord } from "./ienks.js";
export type { InnerSolver } from "./incremental.js";
export { methods } from "./records.js";
export { rts, rtsRecord } from "./rts.js";
