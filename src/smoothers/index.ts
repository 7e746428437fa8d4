export { type IenksParams, type IenksState, ienks, ienksCycle } from "./ienks.js";
export { rts, rtsStep } from "./rts.js";
