/** The files of finished runs, comparisons and reproductions in their folders of results. */
import { join } from "node:path";
import type { ComparisonResult, RunOutput, RunResult, SavedValues } from "../run/output.js";
import { plainSpecification, type Specification } from "../run/specification.js";
import { causeOf, kalmiaVersion, type ReportFiles, textIfThere } from "./files.js";
import { learnedForText } from "./learned-for.js";
import {
  experimentName,
  figuresName,
  inspectionName,
  modelName,
  picturePath,
  reportName,
  resultName,
  statesName,
} from "./result-names.js";
import { resultText, statesPieces } from "./results.js";
import type { NamedContent, ResultsFolder } from "./results-folder.js";
import { writeTensors } from "./safetensors.js";

/** An experiment and its hash. */
interface Experiment {
  readonly specification: Specification;
  readonly hash: string;
}

/**
 * Writes all that a run computed; those of an earlier run stay as they are if it fails. Where the states do
 * not fit, what was learned and the scores are written without them. The run counts as finished when its
 * report is added.
 *
 * @throws Error that says what could not be written.
 */
export function writeResults(
  results: ResultsFolder,
  experiment: Experiment,
  output: RunOutput,
): void {
  const { hash } = experiment;
  const most: NamedContent[] = [
    ...(output.learned === null
      ? []
      : learnedFiles(experiment, output.learned, output.states.truth)),
    [resultName, resultText(output.result)],
    ...(output.inspection ? [[inspectionName, jsonText(output.inspection)] as const] : []),
    experimentFile(experiment),
  ];
  try {
    results.write(hash, [...most, [statesName, statesPieces(output)]], false);
  } catch (error) {
    results.write(hash, most, false);
    throw new Error(
      `${join(results.shown, statesName)} could not be written (${causeOf(error)}), but the other numbers could`,
      { cause: error },
    );
  }
}

/** Writes the report of the run whose results are there, or notes that there is none to come. */
export function writeReport(results: ResultsFolder, report: ReportFiles | null): void {
  results.add(reportFiles(report), true);
}

/** Writes what was learned in a run that failed after learning, beside what is there. */
export function writeLearned(
  results: ResultsFolder,
  experiment: Experiment,
  learned: SavedValues,
): void {
  results.add(learnedFiles(experiment, learned, null), false);
}

function learnedFiles(
  { specification, hash }: Experiment,
  tensors: SavedValues,
  truth: RunOutput["states"]["truth"],
): NamedContent[] {
  const { name, model, method } = specification;
  const metadata = {
    ...{ kalmia: kalmiaVersion(), experiment: hash, name },
    ...{ model: model.record.kind, method: method.record.kind },
    ...learnedForText(specification, truth),
  };
  return [[modelName, writeTensors({ tensors, metadata })]];
}

function experimentFile({ specification, hash }: Experiment): NamedContent {
  const plain = { kalmia: kalmiaVersion(), hash, specification: plainSpecification(specification) };
  return [experimentName, jsonText(plain)];
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * Returns the result of the finished run of the experiment with this hash, from its folder; null if there is
 * none, or not all of it.
 */
export function finishedResult(results: ResultsFolder, hash: string): RunResult | null {
  if (!results.isFinished(hash)) return null;
  return JSON.parse(textIfThere(join(results.path, resultName)) ?? "null") as RunResult | null;
}

/** Writes the result of a comparison and its report into its folder, which also has those of its methods. */
export function writeComparison(
  results: ResultsFolder,
  hash: string,
  comparison: ComparisonResult,
): void {
  results.write(hash, [[resultName, jsonText(comparison)]], false);
}

/** Writes the numbers of a reproduction: `result.json`, and the data of its figures. */
export function writeReproduction(
  results: ResultsFolder,
  name: string,
  result: unknown,
  figures: unknown,
): void {
  const files: NamedContent[] = [
    [figuresName, jsonText(figures)],
    [resultName, jsonText(result)],
  ];
  results.write(name, files, false);
}

function reportFiles(report: ReportFiles | null): NamedContent[] {
  if (report === null) return [];
  const figures = report.figures.flatMap(({ name, svg, png }): NamedContent[] => [
    [picturePath(name, "svg"), svg],
    [picturePath(name, "png"), png],
  ]);
  return [...figures, [reportName, report.html]];
}
