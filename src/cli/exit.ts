/** 0 done, 1 failed while running, 2 the input is wrong. */
export type ExitCode = 0 | 1 | 2;

/** Takes the exit code of the command that ran. */
export type Finish = (code: ExitCode) => void;
