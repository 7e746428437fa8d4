/** Splittable random keys and draws (Philox4x32-10). */
export { foldIn, type Key, key, normal, split, uniform } from "./keys.js";
