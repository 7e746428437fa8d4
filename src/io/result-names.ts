/** The names of the files in a folder of results. */

export const resultName = "result.json";
export const reportName = "report.html";
export const statesName = "states.csv";
/** The learned values. */
export const modelName = "model.safetensors";
/** What was seen inside the analysis of a network. */
export const inspectionName = "inspection.json";
/** The experiment as it was understood. */
export const experimentName = "experiment.json";
/** The data of the figures of a reproduction. */
export const figuresName = "figures.json";
export const checkpointName = "checkpoint.json";
/** What Kalmia wrote, with checksums; written last. */
export const manifestName = "manifest.json";
export const lockName = "kalmia.lock";
/** The folder of the pictures of the report. */
export const pictureFolder = "figures";
/** The folder of the trials of reproductions. */
export const trialsFolder = "trials";

/** The pictures that a report of a run can have. */
const pictures = ["states", "parameters", "innovations", "diagnostics", "inspection", "loss"];

/** The path of a picture in a folder of results. */
export const picturePath = (name: string, ending: "svg" | "png"): string =>
  `${pictureFolder}/${name}.${ending}`;

const bothOf = (name: string): string[] => [picturePath(name, "svg"), picturePath(name, "png")];

/** All files that a run may write. */
export const namesOfRun: readonly string[] = [
  ...[experimentName, statesName, modelName, resultName, inspectionName, reportName],
  checkpointName,
  ...pictures.flatMap(bothOf),
];

/** All files that a comparison may write into its own folder. */
export const namesOfComparison: readonly string[] = [
  ...[resultName, reportName],
  ...bothOf("comparison"),
];

/** The files of a reproduction whose names are known before it has run. */
export const namesOfReproduction: readonly string[] = [resultName, reportName, figuresName];

/** Whether a method of a list may not have its results in a folder of this name: a file of the comparison has it. */
export const isResultName = (name: string): boolean =>
  [...namesOfRun, figuresName, manifestName, lockName, pictureFolder].includes(name.toLowerCase());
