/** Splittable random keys and draws (Philox4x32-10). */
export { foldIn, type Key, key, keyBatch, normal, split, uniform } from "./keys.js";
