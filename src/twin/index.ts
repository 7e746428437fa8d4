export { observe, simulate, type Twin, twin } from "./simulate.js";
