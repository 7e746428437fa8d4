export { rts, rtsStep } from "./rts.js";
