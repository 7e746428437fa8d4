import type { ReportFiles } from "../io/node.js";
import type { Reproduced } from "../report/index.js";
import type { Reproduction } from "../reproductions/reproduction.js";
import type {
  Checkpoint,
  ComparisonResult,
  RunHost,
  RunOutput,
  SavedValues,
} from "../run/output.js";
import type { Specification } from "../run/specification.js";
import type { EngineChoice } from "./engine-choice.js";
import type { LastWords } from "./thread-messages.js";

/** A stream that may be a terminal. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  /** The error that ended the output; null for none, or where nobody reads it any more. */
  fault?(): unknown;
};

/** Watches whether the user asks to stop. */
export interface StopWatch {
  requested(): boolean;
  /** Changes what is said if the process has to end before the command can stop by itself. */
  lastWords(words: LastWords): void;
  release(): void;
}

/** What the commands need of the process around them; tests give their own. */
export interface CliHost {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The time in milliseconds. */
  now(): number;
  /** The date and time of today, ISO 8601. */
  date(): string;
  /** Prepares to compute with this choice; called once, before anything is loaded that computes. */
  prepareEngine(choice: EngineChoice): Promise<void>;
  /** Begins to watch whether the user asks to stop, for a command that then stops by itself. */
  watchStop(words: LastWords): StopWatch;
  runExperiment(
    specification: Specification,
    host: RunHost,
    resume?: Checkpoint,
    saved?: SavedValues,
  ): Promise<RunOutput>;
  renderReport(specification: Specification, output: RunOutput): Promise<ReportFiles>;
  /** Renders a comparison; `folders` are those of the methods, inside the folder of the comparison. */
  renderComparison(
    specification: Specification,
    comparison: ComparisonResult,
    folders: readonly string[],
  ): Promise<ReportFiles>;
  /** The reproductions that `kalmia reproduce` can run. */
  reproductions(): Promise<readonly Reproduction[]>;
  /** Prepares to compute on all threads of this choice; returns the machine in words. */
  prepareMachine(choice: EngineChoice): Promise<string>;
  renderReproduction(reproduced: Reproduced): Promise<ReportFiles>;
}
