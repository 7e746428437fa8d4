export { type CatalogueEntry, type CatalogueKey, catalogue } from "./catalogue.js";
export { parseRecord, type RecordOptions } from "./csv.js";
export { fileProblem, InputError, type Problem, problemLine } from "./errors.js";
export { type DataFile, type DataReader, type Experiment, parseExperiment } from "./experiment.js";
export { type ListedExperiment, type ParsedFile, parseExperimentFile } from "./experiment-file.js";
export { experimentJsonSchema } from "./json-schema.js";
export { methodBlock } from "./method-block.js";
export { resultText, statesText } from "./results.js";
export { type ExperimentFile, experimentFile } from "./schema.js";
