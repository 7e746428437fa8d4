/** The exit code: 0 for success, 1 for a failure while running, 2 for wrong input. */
export type ExitCode = 0 | 1 | 2;

/** Takes the exit code of the command that ran. */
export type Finish = (code: ExitCode) => void;
