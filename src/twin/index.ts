export { type Instrument, observe, simulate, type Twin, twin } from "./simulate.js";
