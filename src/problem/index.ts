export type { StartKind } from "./climate.js";
export { SpecificationError } from "./errors.js";
export type { ObservationRecord, Prior } from "./record.js";
